package acceptance

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
)

// arrival is a request as received by the server.
type arrival struct {
	method, path, query string // as sent, still encoded
	header              http.Header
	body                string
}

// receiver responds to every request with {} and records it. Each call has its own
// path prefix, so that calls may run concurrently.
type receiver struct {
	url  string
	next atomic.Int64

	mu      sync.Mutex
	arrived map[string][]arrival
}

func newReceiver(t *testing.T) *receiver {
	t.Helper()
	r := &receiver{arrived: map[string][]arrival{}}
	server := httptest.NewServer(r)
	server.Config.SetKeepAlivesEnabled(false) // connections would outlive a run
	t.Cleanup(server.Close)
	r.url = server.URL
	return r
}

// prefix returns the path prefix of a new call.
func (r *receiver) prefix() string { return "/" + strconv.FormatInt(r.next.Add(1), 10) }

func (r *receiver) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	body, _ := io.ReadAll(req.Body) // a truncated body differs from the one sent
	path, query, _ := strings.Cut(req.RequestURI, "?")
	number, path, _ := strings.Cut(strings.TrimPrefix(path, "/"), "/")
	r.mu.Lock()
	r.arrived["/"+number] = append(r.arrived["/"+number], arrival{
		method: req.Method, path: "/" + path, query: query, header: req.Header, body: string(body),
	})
	r.mu.Unlock()
	w.Header().Set("Content-Type", "application/json")
	_, _ = io.WriteString(w, "{}")
}

// take returns the requests with the prefix.
func (r *receiver) take(prefix string) []arrival {
	r.mu.Lock()
	defer r.mu.Unlock()
	got := r.arrived[prefix]
	delete(r.arrived, prefix)
	return got
}
