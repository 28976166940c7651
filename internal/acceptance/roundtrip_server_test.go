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

// arrival is a request as it reached the server.
type arrival struct {
	method, path, query string // as sent, still encoded
	header              http.Header
	body                string
}

// receiver answers every request with {} and remembers it. Each call has a
// path prefix of its own, so that calls may run at once.
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
	server.Config.SetKeepAlivesEnabled(false) // a run's connections would outlive it
	t.Cleanup(server.Close)
	r.url = server.URL
	return r
}

// prefix is the path prefix of a new call.
func (r *receiver) prefix() string { return "/" + strconv.FormatInt(r.next.Add(1), 10) }

func (r *receiver) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	body, _ := io.ReadAll(req.Body) // a body that ends early differs from the one that was sent
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

// take returns what arrived under the prefix.
func (r *receiver) take(prefix string) []arrival {
	r.mu.Lock()
	defer r.mu.Unlock()
	got := r.arrived[prefix]
	delete(r.arrived, prefix)
	return got
}
