package emulator_test

import (
	"fmt"
	"io"
	"net/http"
	"runtime"
	"strings"
	"testing"
	"time"
)

// BenchmarkGetEntity repeatedly gets one entity, over loopback, from 64
// connections. The client shares the machine.
func BenchmarkGetEntity(b *testing.B) {
	w := newWhole(b)
	one := &worker{TB: b, wholeMock: w, live: map[string]string{}}
	one.create("1")
	request, err := http.NewRequestWithContext(b.Context(), http.MethodGet, w.url+one.path()+"/"+one.newest(), nil)
	if err != nil {
		b.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+w.token)
	b.SetParallelism(connections / runtime.GOMAXPROCS(0))
	began := time.Now()
	b.ResetTimer()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			response, err := w.client.Do(request.Clone(b.Context()))
			if err != nil {
				b.Error(err)
				return
			}
			_, _ = io.Copy(io.Discard, response.Body)
			response.Body.Close()
			if response.StatusCode != http.StatusOK {
				b.Errorf("status %d", response.StatusCode)
				return
			}
		}
	})
	b.ReportMetric(float64(b.N)/time.Since(began).Seconds(), "requests/s")
}

// BenchmarkSortedPages reads consecutive pages of a sorted search over 25,000
// entities, as an export does.
func BenchmarkSortedPages(b *testing.B) {
	w := newWhole(b)
	seed := strings.Builder{}
	seed.WriteString(`{"entity":{"contact":[`)
	for i := range 25_000 {
		if i > 0 {
			seed.WriteByte(',')
		}
		fmt.Fprintf(&seed, `{"first_name":"Ada %d","last_name":"King","email":"ada%d@example.com","city":"Town %d"}`, i*7919%25_000, i, i%97)
	}
	seed.WriteString(`]}}`)
	if _, faults, err := w.emulator.Seed(b.Context(), []byte(seed.String())); err != nil || len(faults) > 0 {
		b.Fatal(err, len(faults))
	}
	b.ResetTimer()
	for i := range b.N {
		body := fmt.Sprintf(`{"q":"_schema:contact","sort":"first_name:asc","size":100,"from":%d}`, i*100%9000)
		if got := w.raw(b, http.MethodPost, search, body); got.status != http.StatusOK {
			b.Fatal(got)
		}
	}
}
