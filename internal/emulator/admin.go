package emulator

import (
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/epilot-cli/epilot/internal/emulator/check"
	"github.com/epilot-cli/epilot/internal/emulator/message"
	"github.com/epilot-cli/epilot/internal/emulator/sample"
	"github.com/epilot-cli/epilot/internal/httpx"
)

// adminPrefix starts the paths of the mock itself; no API has such a path.
const adminPrefix = "/_"

// serveAdmin serves the mock's own endpoints. They need no token and are exempt
// from faults.
func (e *Emulator) serveAdmin(c *call) (*message.Response, error) {
	path := c.HTTP.URL.Path
	if path == sample.RedirectTarget {
		return &message.Response{Status: http.StatusOK, MediaType: "text/plain", Body: []byte("sample")}, nil
	}
	method := http.MethodGet
	switch path {
	case adminPrefix + "health", adminPrefix + "routes":
	case adminPrefix + "requests", adminPrefix + "reset", adminPrefix + "seed":
		if err := e.authorizeAdmin(c.HTTP); err != nil {
			return nil, err
		}
		if path != adminPrefix+"requests" {
			method = http.MethodPost
		}
	default:
		return nil, message.Refuse(http.StatusNotFound, "the mock has no %s; it has /_ui, /_health, /_routes, /_requests, /_reset and /_seed", path)
	}
	allowed := c.HTTP.Method == method || c.HTTP.Method == http.MethodHead && method == http.MethodGet
	if !allowed {
		allow := strings.Replace(method, "GET", "GET, HEAD", 1)
		return nil, message.Refuse(http.StatusMethodNotAllowed, "%s is not allowed on %s; allowed: %s", c.HTTP.Method, path, allow).
			With("Allow", allow)
	}
	switch strings.TrimPrefix(path, adminPrefix) {
	case "health":
		return message.JSON(http.StatusOK, health{"ok", e.options.Version, len(e.options.Names)})
	case "requests":
		return message.JSON(http.StatusOK, e.requests.list())
	case "reset":
		return e.serveReset(c)
	case "seed":
		return e.serveSeed(c)
	}
	return e.listRoutes(c.HTTP.URL.Query().Get("api"))
}

// authorizeAdmin accepts only programs on this machine, and rejects web pages.
func (e *Emulator) authorizeAdmin(r *http.Request) error {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	switch {
	case !e.options.Admin:
		return message.Refuse(http.StatusNotFound, "%s is switched off", r.URL.Path)
	case err != nil || !httpx.IsLoopback(host) || !httpx.IsLoopback(hostOf(r.Host)):
		return message.Refuse(http.StatusForbidden, "%s is served to this machine only", r.URL.Path)
	case r.Header.Get("Origin") != "" || r.Header.Get("Sec-Fetch-Site") != "" && r.Header.Get("Sec-Fetch-Site") != "none":
		return message.Refuse(http.StatusForbidden, "%s is not served to web pages", r.URL.Path)
	}
	return nil
}

// serveReset deletes all resources and logged requests; with ?tokens=true, tokens too.
func (e *Emulator) serveReset(c *call) (*message.Response, error) {
	if _, err := e.Reset(c.HTTP.Context(), c.HTTP.URL.Query().Get("tokens") != "true"); err != nil {
		return nil, err
	}
	e.requests.clear()
	return &message.Response{Status: http.StatusNoContent}, nil
}

// serveSeed creates the resources of a JSON document; see Seed.
func (e *Emulator) serveSeed(c *call) (*message.Response, error) {
	document, err := io.ReadAll(http.MaxBytesReader(c.writer, c.HTTP.Body, check.MaxBody))
	if err != nil {
		return nil, message.Refuse(http.StatusRequestEntityTooLarge, "the document cannot be read: %s", err)
	}
	made, faults, err := e.Seed(c.HTTP.Context(), document)
	if err != nil {
		return nil, err
	}
	if len(faults) > 0 {
		return nil, message.Refuse(http.StatusBadRequest, "%s: %s", faults[0].Pointer, faults[0].Message)
	}
	return message.JSON(http.StatusCreated, made)
}

// requestLog contains the latest requests. The zero value is ready for use.
type requestLog struct {
	mu       sync.Mutex
	all      []loggedRequest
	watchers map[chan loggedRequest]bool
	closed   bool
}

// loggedRequest is a request without its credentials.
type loggedRequest struct {
	Time      string  `json:"time"` // RFC 3339, UTC
	Method    string  `json:"method"`
	Path      string  `json:"path"`
	API       string  `json:"api,omitempty"`
	Operation string  `json:"operationId,omitempty"`
	Status    int     `json:"status"`
	Millis    float64 `json:"duration_ms"`
	Fault     string  `json:"fault,omitempty"`
	Refused   string  `json:"refused,omitempty"` // why the mock refused it
}

const maxRequests = 1000

func (l *requestLog) add(entry Entry, began time.Time, refused string) {
	request := loggedRequest{
		began.UTC().Format(message.TimeFormat), entry.Method, entry.Path, entry.API, entry.Operation, entry.Status,
		float64(entry.Duration) / float64(time.Millisecond), entry.Fault, refused,
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.all) >= maxRequests {
		l.all = slices.Delete(l.all, 0, maxRequests/10)
	}
	l.all = append(l.all, request)
	for watcher := range l.watchers {
		select {
		case watcher <- request:
		default: // a slow page misses this request and shows it when reloaded
		}
	}
}

// watch returns a channel of future requests until stop is called. The channel is
// closed with the log.
func (l *requestLog) watch() (requests <-chan loggedRequest, stop func()) {
	const waiting = 64
	watcher := make(chan loggedRequest, waiting)
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		close(watcher)
		return watcher, func() {}
	}
	if l.watchers == nil {
		l.watchers = map[chan loggedRequest]bool{}
	}
	l.watchers[watcher] = true
	return watcher, func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		delete(l.watchers, watcher)
	}
}

// close ends every watch.
func (l *requestLog) close() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.closed = true
	for watcher := range l.watchers {
		close(watcher)
	}
	clear(l.watchers)
}

func (l *requestLog) list() []loggedRequest {
	l.mu.Lock()
	defer l.mu.Unlock()
	return append([]loggedRequest{}, l.all...)
}

func (l *requestLog) clear() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.all = nil
}

// health is the response body of /_health.
type health struct {
	Status  string `json:"status"`
	Version string `json:"version,omitempty"`
	APIs    int    `json:"apis"`
}

// routeItem is an operation in the list of routes.
type routeItem struct {
	API       string `json:"api"`
	Operation string `json:"operationId"`
	Method    string `json:"method"`
	Path      string `json:"path"`
}

// listRoutes lists the operations of one API, or of all if only is "".
func (e *Emulator) listRoutes(only string) (*message.Response, error) {
	list := []routeItem{}
	for _, name := range e.options.Names {
		if only != "" && name != only {
			continue
		}
		api, err := e.options.APIs(name)
		if err != nil {
			return nil, err
		}
		for _, op := range api.Operations {
			list = append(list, routeItem{name, op.ID, op.Method, op.Path})
		}
	}
	if only != "" && len(list) == 0 {
		return nil, message.Refuse(http.StatusNotFound, "no API has the name %q", only)
	}
	return message.JSON(http.StatusOK, list)
}
