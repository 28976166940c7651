package emulator_test

import (
	"io"
	"net/http"
	"runtime"
	"testing"
	"time"
)

// BenchmarkGetEntity gets one entity again and again, over loopback, from 64
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
