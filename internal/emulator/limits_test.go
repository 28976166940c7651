package emulator_test

import (
	"context"
	"net/http/httptest"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/epilot-cli/epilot/internal/emulator"
)

// TestManyValues: a body with very many small values is rejected before it uses
// memory, even if many arrive concurrently.
func TestManyValues(t *testing.T) {
	b := newBench(t)
	body := `{"name":"a","x":[` + strings.Repeat(`{"b":1},`, 1_200_000) + `1]}`
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	var group sync.WaitGroup
	for range 6 {
		group.Go(func() { b.as(b.token, "POST", collection, body).want(t, 413, "too many values") })
	}
	group.Wait()
	runtime.ReadMemStats(&after)
	if spent := after.TotalAlloc - before.TotalAlloc; spent > 600<<20 {
		t.Errorf("%d bytes of memory", spent)
	}
}

// TestFewValues: commas in a string do not count as values, and a byte order mark
// is not part of the text.
func TestFewValues(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.as(b.token, "POST", collection, `{"name":"`+strings.Repeat(`,{\"`, 300_000)+`"}`).want(t, 201, "")
	b.as(b.token, "POST", collection, "\uFEFF"+`{"name":"a"}`).want(t, 201, "")
}

// TestLoggedPaths: the log never shows a token from a path.
func TestLoggedPaths(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	var paths []string
	o := options(stateCopy(t), time.Now)
	o.Log = func(e emulator.Entry) { mu.Lock(); paths = append(paths, e.Path); mu.Unlock() }
	e, err := emulator.New(o)
	if err != nil {
		t.Fatal(err)
	}
	token, err := e.BootstrapToken()
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{"/v1/x/" + token, "/v1/x/eyJhbGciOiJub25lIn0.eyJhIjoxfQ.sig"} {
		r := httptest.NewRequestWithContext(context.Background(), "GET", "http://localhost"+path, nil)
		r.Header.Set("Authorization", "Bearer "+token)
		e.ServeHTTP(httptest.NewRecorder(), r)
	}
	for _, path := range paths {
		if path != "/v1/x/***" {
			t.Error(path)
		}
	}
	if len(paths) != 2 {
		t.Error(paths)
	}
}

// TestSearchEndsWithItsRequest: a search ends when its request is canceled.
func TestSearchEndsWithItsRequest(t *testing.T) {
	t.Parallel()
	w := newWhole(t)
	document := `{"entity":{"contact":[` + strings.TrimSuffix(strings.Repeat(`{"first_name":"Ada"},`, 200), ",") + `]}}`
	if _, faults, err := w.emulator.Seed(t.Context(), []byte(document)); err != nil || len(faults) > 0 {
		t.Fatal(faults, err)
	}
	for _, cancelled := range []bool{false, true} {
		ctx, cancel := context.WithCancel(t.Context())
		if cancelled {
			cancel()
		}
		r := httptest.NewRequestWithContext(ctx, "POST", "http://localhost/entity/v1/entity:search", strings.NewReader(`{"q":"Ada"}`))
		r.Header.Set("Authorization", "Bearer "+w.token)
		r.Header.Set("Content-Type", "application/json")
		got := httptest.NewRecorder()
		w.emulator.ServeHTTP(got, r)
		if (got.Code == 200) == cancelled {
			t.Errorf("cancelled %v: %d %s", cancelled, got.Code, got.Body)
		}
		cancel()
	}
}
