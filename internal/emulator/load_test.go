package emulator_test

import (
	"fmt"
	"maps"
	"runtime"
	"sync"
	"testing"
	"time"
)

const (
	connections = 64
	collections = 32 // shared by the connections
)

// TestManyWritersAtOnce makes 20,000 requests from 64 connections, which create,
// get, find, change and delete entities. No request fails, no acknowledged write
// is lost, and memory use does not grow. It does not run in parallel, because it
// measures the memory of the process.
func TestManyWritersAtOnce(t *testing.T) { //nolint:paralleltest // see above
	requests := 20_000
	if quick() {
		requests = 2_000
	}
	w := newWhole(t)
	began := time.Now()
	worked(t, w, 0, requests/10) // warm up
	before := heap(w)
	made := worked(t, w, connections, requests)
	took := time.Since(began)
	after := heap(w)
	t.Logf("%d requests in %s, heap %d KiB before and %d KiB after", requests, took.Round(time.Millisecond), before>>10, after>>10)
	if most := uint64(16 << 20); after > before+most {
		t.Errorf("the heap grew from %d to %d bytes", before, after)
	}
	for n := range collections {
		want := map[string]string{}
		for i := n; i < len(made); i += collections {
			maps.Copy(want, made[i].live)
		}
		if got := w.all(t, slug(n)); !maps.Equal(got, want) {
			t.Errorf("%s has %d entities, want %d", slug(n), len(got), len(want))
		}
	}
}

// worked runs the workers, starting at number first, and returns them.
func worked(t *testing.T, w *wholeMock, first, requests int) []*worker {
	t.Helper()
	var workers []*worker
	var group sync.WaitGroup
	for n := range connections {
		one := &worker{TB: t, wholeMock: w, number: first + n, live: map[string]string{}}
		workers = append(workers, one)
		group.Go(func() { one.work(requests / connections) })
	}
	group.Wait()
	if first == 0 {
		for _, one := range workers {
			one.clear()
		}
	}
	return workers
}

func slug(n int) string { return fmt.Sprintf("load_%d", n%collections) }

// heap returns the bytes in use while the mock is idle.
func heap(w *wholeMock) uint64 {
	w.client.CloseIdleConnections()
	runtime.GC()
	runtime.GC() // frees what the first one finalized
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	return stats.HeapInuse
}
