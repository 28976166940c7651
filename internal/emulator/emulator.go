// Package emulator is a mock of the epilot APIs: an http.Handler built from their
// definitions. Access tokens are real. Operations on a collection or with an
// effect (resource/effects.txt) are stateful; all others return sample data. The
// package does routing, request checks, tokens, resources and the state file. The
// caller finds the definitions, chooses where the state lives and runs the server.
package emulator

import (
	"context"
	"errors"
	"io"
	"maps"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/epilot-cli/epilot/internal/emulator/check"
	"github.com/epilot-cli/epilot/internal/emulator/faults"
	"github.com/epilot-cli/epilot/internal/emulator/files"
	"github.com/epilot-cli/epilot/internal/emulator/hidden"
	"github.com/epilot-cli/epilot/internal/emulator/message"
	"github.com/epilot-cli/epilot/internal/emulator/names"
	"github.com/epilot-cli/epilot/internal/emulator/oidc"
	"github.com/epilot-cli/epilot/internal/emulator/resource"
	"github.com/epilot-cli/epilot/internal/emulator/sample"
	"github.com/epilot-cli/epilot/internal/emulator/store"
	"github.com/epilot-cli/epilot/internal/failure"
	"github.com/epilot-cli/epilot/internal/openapi"
	"github.com/epilot-cli/epilot/internal/transport"
)

// Options configures an emulator. The first group is required, except Log.
type Options struct {
	APIs      func(name string) (*openapi.API, error) // loads one definition
	Names     []string                                // the definitions to serve; the earlier one wins a tie
	Paths     func() map[string][]string              // path templates by API, also below each base path, of the APIs where they are known without loading; may be nil
	StatePath string                                  // the state file; created on first use, with its directory
	Issuer    string                                  // base URL of the "iss" claim and the OIDC documents: "http://127.0.0.1:4010"
	Now       func() time.Time
	Random    io.Reader   // cryptographically secure
	Log       func(Entry) // called after each request, concurrently

	Version string // version of the program, for /_health
	Access
	Dynamic bool           // random samples
	Seed    *uint64        // makes random samples repeatable per request; nil: a new seed each time
	Faults  *faults.Plan   // nil: none
	Limit   *faults.Limit  // nil: none
	Record  func(Exchange) // called after each request, concurrently; may be nil
}

// Access controls who can use a mock.
type Access struct {
	Hosts   func(name string) []string // hosts of an API's servers, lower case; a request to one selects that API; may be nil
	Foreign bool                       // accept any Host, for an address that other machines reach
	CORS    string                     // the origin whose pages can use the mock; "*": all, "": none
	Admin   bool                       // serve /_reset, /_seed and /_requests to this machine
}

// Entry is the log record of one request. It has no headers and no query, and so
// no token.
type Entry struct {
	Method    string
	Path      string // percent-encoded, secrets redacted
	API       string // the API that served the request, "" if no route matched
	Operation string // its operationId
	Status    int    // 0 if the connection was reset
	Duration  time.Duration
	Fault     string // the injected fault: "reset", "rate limit"; "" for none
}

// Exchange is a complete request with its status, secrets included.
type Exchange struct {
	Entry
	Began  time.Time
	Query  string // percent-encoded
	Header http.Header
	Body   []byte // as far as it was read, at most 10 MB
}

// Emulator serves API requests. It is safe for concurrent use, and several
// processes can share its state file.
type Emulator struct {
	options  Options
	routes   *table
	hosts    *hosts
	state    *store.Store
	tokens   *oidc.Tokens
	services map[string]message.Handler
	texts    sample.Cache

	resources *resource.Service
	names     *names.Checker
	hidden    *hidden.Service
	files     *files.Files
	large     chan struct{} // semaphore for requests with a large body
	redact    *transport.Redactor

	past
	switches
}

// past is what happened before.
type past struct {
	failed   atomic.Pointer[error]
	requests requestLog
}

// switches are the settings that the page can change.
type switches struct {
	faults atomic.Pointer[faults.Plan] // initially those of the options
	shift  atomic.Int64                // clock offset in nanoseconds
}

// Checking a large body takes many times its size in memory, so only a few are
// served at a time; the others wait.
const (
	largeBody  = 256 << 10 // bytes
	largeCount = 4
)

// New returns an emulator. It opens nothing: definitions and state are read when
// a request needs them.
func New(options Options) (*Emulator, error) {
	if options.APIs == nil || options.Now == nil || options.Random == nil {
		return nil, failure.New(failure.Usage, "the emulator needs definitions, a clock and a source of randomness")
	}
	if options.StatePath == "" {
		return nil, failure.New(failure.Usage, "the emulator needs a path for its state file")
	}
	e := &Emulator{}
	real := options.Now
	options.Now = func() time.Time { return real().Add(time.Duration(e.shift.Load())) }
	state := store.New(options.StatePath)
	t := oidc.New(state, options.Issuer, options.Now, options.Random)
	options.APIs = loadOnce(options.APIs)
	e.options = options
	e.routes = newTable(&options)
	e.hosts = &hosts{names: options.Names, servers: options.Hosts, foreign: options.Foreign}
	e.state, e.tokens, e.services = state, t, t.Handlers()
	e.resources = resource.New(state, options.APIs, options.Now, options.Random)
	e.names = &names.Checker{APIs: options.Names, IDs: e.resources.IDs}
	e.hidden = &hidden.Service{Store: state, Now: options.Now, Random: options.Random}
	e.redact = transport.NewRedactor()
	e.large = make(chan struct{}, largeCount)
	e.files = files.New(state, options.StatePath+".files", options.Now, options.Random)
	e.faults.Store(options.Faults)
	newID := func() (string, error) { return resource.NewUUID(options.Random) }
	maps.Copy(e.services, e.names.Handlers())
	maps.Copy(e.services, e.hidden.Handlers())
	maps.Copy(e.services, e.files.Handlers(newID, e.resources.File, e.resources.LinkedFile))
	maps.Copy(e.services, e.resources.Handlers(resource.Content{Open: e.files.Open, Save: e.files.SaveAs(newID)}))
	return e, nil
}

// loadOnce caches definitions: an API is the same value for each of its users.
func loadOnce(load func(string) (*openapi.API, error)) func(string) (*openapi.API, error) {
	var known sync.Map
	return func(name string) (*openapi.API, error) {
		if api, ok := known.Load(name); ok {
			return api.(*openapi.API), nil
		}
		api, err := load(name)
		if err != nil {
			return nil, err
		}
		first, _ := known.LoadOrStore(name, api)
		return first.(*openapi.API), nil
	}
}

// BootstrapToken returns the mock's own token, which is created on first use and
// stays the same until it is revoked. The list of tokens omits it. Errors are of
// kind File.
func (e *Emulator) BootstrapToken() (string, error) { return e.tokens.BootstrapToken() }

// ServeHTTP serves one request.
func (e *Emulator) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if e.cors(w, r) {
		return
	}
	if isUI(r.URL.Path) {
		e.serveUI(w, r)
		return
	}
	began := e.options.Now()
	c := &call{Request: message.Request{HTTP: r}, writer: w}
	if e.options.Record != nil && !strings.HasPrefix(r.URL.Path, files.Prefix) {
		c.recordBody()
	}
	if strings.HasPrefix(r.URL.Path, files.Prefix) {
		e.serveFile(c, began)
		return
	}
	a, err := e.respond(c)
	if err != nil {
		e.noteFailure(err)
		a = message.ErrorResponse(err)
	}
	c.drain()
	// Log before responding, so that a client with a response finds its log entry.
	e.log(c, a.Status, began, err)
	c.send(a)
}

// serveFile serves a file upload or download, streaming its bytes.
func (e *Emulator) serveFile(c *call, began time.Time) {
	if _, err := e.hosts.api(c.HTTP.Host); err != nil {
		message.ErrorResponse(err).Write(c.writer)
		return
	}
	w := &statusWriter{ResponseWriter: c.writer, status: http.StatusOK}
	e.files.ServeHTTP(w, c.HTTP)
	c.recorder = nil // file contents are not recorded
	e.log(c, w.status, began, nil)
}

// statusWriter records the status of a response.
type statusWriter struct {
	http.ResponseWriter
	status int
}

func (w *statusWriter) WriteHeader(status int) {
	w.status = status
	w.ResponseWriter.WriteHeader(status)
}

func (w *statusWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// noteFailure stores an internal error of the mock.
func (e *Emulator) noteFailure(err error) {
	var problem *message.Problem
	if !errors.As(err, &problem) && !errors.Is(err, context.Canceled) {
		e.failed.Store(&err)
	}
}

// Failure returns the error that kept the mock from serving a request, such as a
// state file that cannot be written, or nil. The client received a 500.
func (e *Emulator) Failure() error {
	if failed := e.failed.Load(); failed != nil {
		return *failed
	}
	return nil
}

// respond runs the checks that precede an operation, then the operation.
func (e *Emulator) respond(c *call) (*message.Response, error) {
	var err error
	if c.hostAPI, err = e.hosts.api(c.HTTP.Host); err != nil {
		return nil, err
	}
	if strings.HasPrefix(c.HTTP.URL.Path, adminPrefix) {
		return e.serveAdmin(c)
	}
	if c.prefer, err = readPreferences(c.HTTP.Header); err != nil {
		return nil, err
	}
	lost := e.routes.find(c)
	if err := e.injectFault(c); err != nil {
		return nil, err
	}
	if c.Op == nil && c.HTTP.Method == http.MethodOptions {
		return e.routes.options(c)
	}
	if lost != nil {
		return nil, lost
	}
	return e.operate(c)
}

// operate runs the checks in a gateway's order (token, parameters, body), then
// the service.
func (e *Emulator) operate(c *call) (*message.Response, error) {
	if err := e.authenticate(c); err != nil {
		return nil, err
	}
	if c.HTTP.ContentLength > largeBody || c.HTTP.ContentLength < 0 {
		select {
		case e.large <- struct{}{}:
			defer func() { <-e.large }()
		case <-c.HTTP.Context().Done():
			return nil, c.HTTP.Context().Err()
		}
	}
	if e.isDynamic(c) {
		c.recordBody()
	}
	if err := check.Check(c.writer, &c.Request); err != nil {
		return nil, err
	}
	a, err := e.perform(c)
	if err == nil && len(c.prefer.applied) > 0 {
		if a.Header == nil {
			a.Header = http.Header{}
		}
		a.Header.Set("Preference-Applied", strings.Join(c.prefer.applied, ", "))
	}
	return a, err
}

func (e *Emulator) perform(c *call) (*message.Response, error) {
	if c.prefer.samples(c.Op) {
		return e.sample(c)
	}
	if err := e.names.Check(&c.Request); err != nil {
		return nil, err
	}
	if serve, own := e.services[c.Op.Method+" "+c.Op.Path]; own {
		if a, err := serve(&c.Request); a != nil || err != nil {
			return a, err
		}
	}
	if c.API.Name == "file" && c.Op.Method == http.MethodPost {
		if err := e.files.Describe(&c.Request); err != nil {
			return nil, err
		}
	}
	if a, err := e.resources.Serve(&c.Request); a != nil || err != nil {
		return a, err
	}
	if c.Kept {
		return e.sample(c)
	}
	if a, err := e.resources.Document(&c.Request); a != nil || err != nil {
		return a, err
	}
	return e.sample(c)
}

// Reset deletes all resources and, unless keepTokens is set, all tokens. The keys
// that sign tokens stay: no token is valid by its signature alone. A mock that
// runs on the same state continues with what is left. A damaged state file is
// renamed; setAside is its new name. Errors are of kind File.
func (e *Emulator) Reset(ctx context.Context, keepTokens bool) (setAside string, err error) {
	buckets := []string{store.ResourceBucket}
	if !keepTokens {
		buckets = append(buckets, oidc.TokenBuckets()...)
	}
	setAside, err = e.state.Reset(ctx, buckets)
	if err == nil {
		err = e.files.Reset(ctx)
	}
	return setAside, err
}

// Ready checks that the state file is usable, and creates it if it is missing.
// Without it, the first request that needs the state reports the error. Errors
// are of kind File.
func (e *Emulator) Ready(ctx context.Context) error { return e.state.Ready(ctx) }

// Close releases the state file. Later requests reopen it.
func (e *Emulator) Close() { e.state.Close() }
