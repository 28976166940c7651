// Package emulator is a mock: an http.Handler made from API
// definitions. Access tokens are real, what has a collection in its path is
// kept, and every other operation answers a sample. It is responsible for
// routing, checking requests as the API would, tokens, resources and their state
// file. It does not find definitions, choose where the state lives, or run a
// server: those are handed in.
package emulator

import (
	"context"
	"errors"
	"io"
	"maps"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"time"

	"github.com/epilot-cli/epilot/internal/convention"
	"github.com/epilot-cli/epilot/internal/emulator/check"
	"github.com/epilot-cli/epilot/internal/emulator/faults"
	"github.com/epilot-cli/epilot/internal/emulator/files"
	"github.com/epilot-cli/epilot/internal/emulator/message"
	"github.com/epilot-cli/epilot/internal/emulator/oidc"
	"github.com/epilot-cli/epilot/internal/emulator/resource"
	"github.com/epilot-cli/epilot/internal/emulator/sample"
	"github.com/epilot-cli/epilot/internal/emulator/store"
	"github.com/epilot-cli/epilot/internal/failure"
	"github.com/epilot-cli/epilot/internal/openapi"
	"github.com/epilot-cli/epilot/internal/transport"
)

// Options are what an emulator is made of. The first group must be
// set, but for Log.
type Options struct {
	APIs      func(name string) (*openapi.API, error) // loads one definition
	Names     []string                                // the definitions to serve; on a tie the earlier one answers
	StatePath string                                  // the state file; it and its directory are made when needed
	Issuer    string                                  // base URL of the "iss" claim and of the OIDC documents: "http://127.0.0.1:4010"
	Now       func() time.Time
	Random    io.Reader   // cryptographically secure
	Log       func(Entry) // called after each request, from many goroutines at once

	Version string // of the program, for /_health
	Access
	Dynamic bool           // samples are random
	Seed    *uint64        // equal requests then get equal random samples; nil: other ones each time
	Faults  *faults.Plan   // nil: none
	Limit   *faults.Limit  // nil: none
	Record  func(Exchange) // called after each request, from many goroutines at once; nil: not
}

// Access says who may use a mock.
type Access struct {
	Hosts   func(name string) []string // of an API's servers, lower case: a request to one means this API; nil: none
	Foreign bool                       // serve any Host: for an address that others reach
	CORS    string                     // the origin whose pages may use the mock, "*" for all; "": none
	Admin   bool                       // serve /_reset, /_seed and /_requests to this machine
}

// Entry is what there is to log about one request. It holds no header and no
// query, and so no token.
type Entry struct {
	Method    string
	Path      string // percent-encoded, secrets hidden
	API       string // the API that answered, "" where no route matched
	Operation string // its operationId
	Status    int    // 0 where the connection was reset instead
	Duration  time.Duration
	Fault     string // what was done to the request on purpose: "reset", "rate limit"; else ""
}

// Exchange is all about one request, secrets included.
type Exchange struct {
	Entry
	Began  time.Time
	Query  string // percent-encoded
	Header http.Header
	Body   []byte // as far as it was read, 10 MB at most
}

// Emulator answers requests. It is safe for use by several goroutines, and its
// state file by several processes.
type Emulator struct {
	options  Options
	routes   *table
	hosts    *hosts
	state    *store.Store
	tokens   *oidc.Tokens
	services map[string]message.Handler
	texts    sample.Cache

	resources *resource.Service
	files     *files.Files
	large     chan struct{} // holds a value for each request with a large body that is served
	failed    atomic.Pointer[error]
	redact    *transport.Redactor
	requests  requestLog

	faults atomic.Pointer[faults.Plan] // that of the options, or of the page
	shift  atomic.Int64                // of the clock, set on the page; nanoseconds
}

// A large body takes many times its size while it is checked, so few of them
// are served at a time; the others wait.
const (
	largeBody  = 256 << 10 // bytes
	largeCount = 4
)

// New returns an emulator. It opens nothing: definitions and state are read
// when a request needs them.
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
	e.options = options
	e.routes = newTable(options.APIs, options.Names)
	e.hosts = &hosts{names: options.Names, servers: options.Hosts, foreign: options.Foreign}
	e.state, e.tokens, e.services = state, t, t.Handlers()
	e.resources = resource.New(state, options.Now, options.Random)
	e.redact = transport.NewRedactor()
	e.large = make(chan struct{}, largeCount)
	e.files = files.New(state, options.StatePath+".files", options.Now, options.Random)
	e.faults.Store(options.Faults)
	newID := func() (string, error) { return resource.NewUUID(options.Random) }
	maps.Copy(e.services, e.files.Handlers(newID, e.resources.File))
	maps.Copy(e.services, e.resources.Relations())
	return e, nil
}

// BootstrapToken returns the mock's own token, which is made on first use
// and stays the same until it is revoked. The list of tokens leaves it out.
// Errors are of kind File.
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
	// What is logged must be there when the client has its answer.
	e.log(c, a.Status, began, err)
	c.send(a)
}

// serveFile serves a file, whose bytes pass through.
func (e *Emulator) serveFile(c *call, began time.Time) {
	if _, err := e.hosts.api(c.HTTP.Host); err != nil {
		message.ErrorResponse(err).Write(c.writer)
		return
	}
	w := &statusWriter{ResponseWriter: c.writer, status: http.StatusOK}
	e.files.ServeHTTP(w, c.HTTP)
	c.recorder = nil // the bytes of a file are not recorded
	e.log(c, w.status, began, nil)
}

// statusWriter notes the status of a response.
type statusWriter struct {
	http.ResponseWriter
	status int
}

func (w *statusWriter) WriteHeader(status int) {
	w.status = status
	w.ResponseWriter.WriteHeader(status)
}

func (w *statusWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// noteFailure keeps an error that is the mock's own.
func (e *Emulator) noteFailure(err error) {
	var problem *message.Problem
	if !errors.As(err, &problem) && !errors.Is(err, context.Canceled) {
		e.failed.Store(&err)
	}
}

// Failure is why the mock itself could not serve a request, such as a state file
// that cannot be written; nil where nothing has failed. The client has had a 500.
func (e *Emulator) Failure() error {
	if failed := e.failed.Load(); failed != nil {
		return *failed
	}
	return nil
}

// respond takes a request through the gates that come before an operation.
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

// operate takes a request through the gates in the order in which a gateway
// has them: token, parameters, body, and then the service.
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

// log tells of a request that was served; refused is why not, may be nil.
func (e *Emulator) log(c *call, status int, began time.Time, refused error) {
	if e.options.Log == nil && e.options.Record == nil && !e.options.Admin {
		return
	}
	u := c.HTTP.URL
	entry := Entry{
		Method: c.HTTP.Method, Path: e.loggedPath(c), Status: status,
		Duration: e.options.Now().Sub(began), Fault: c.injected,
	}
	if c.Op != nil {
		entry.API, entry.Operation = c.API.Name, c.Op.ID
	}
	if c.fault != nil && c.fault.Kind == faults.Reset {
		entry.Status = 0
	}
	if e.options.Log != nil {
		e.options.Log(entry)
	}
	if e.options.Admin && !strings.HasPrefix(u.Path, adminPrefix) {
		e.requests.add(entry, began, e.reason(c, refused))
	}
	if e.options.Record != nil {
		e.options.Record(Exchange{Entry: entry, Began: began, Query: u.RawQuery, Header: c.HTTP.Header, Body: c.recorder.Bytes()})
	}
}

// reason is why a request was refused, "" where it was not.
func (e *Emulator) reason(c *call, refused error) string {
	if refused == nil {
		return ""
	}
	return e.withoutSecrets(c, refused.Error())
}

// loggedPath is the path of a request without secrets.
func (e *Emulator) loggedPath(c *call) string {
	return e.withoutSecrets(c, c.HTTP.URL.EscapedPath())
}

// withoutSecrets hides in a text about a request the caller's token, path and
// query parameters that hold one by their name, and what looks like one.
func (e *Emulator) withoutSecrets(c *call, text string) string {
	hide := func(secret string) {
		if len(secret) >= 8 {
			text = strings.ReplaceAll(text, secret, "***")
			text = strings.ReplaceAll(text, url.PathEscape(secret), "***")
		}
	}
	if _, token, ok := strings.Cut(c.HTTP.Header.Get("Authorization"), " "); ok {
		hide(strings.TrimSpace(token))
	}
	for name, value := range c.Path {
		if convention.IsSecret(name) {
			hide(value)
		}
	}
	for name, values := range c.Query {
		if convention.IsSecret(name) {
			hide(strings.Join(values, ","))
		}
	}
	return e.redact.Text(text)
}

// Reset forgets all resources and, unless they are kept, all tokens. The keys
// that sign tokens stay: none is valid by its signature alone. A mock that runs
// on the same state goes on with what is left. A damaged state file is set aside
// under the returned name. Errors are of kind File.
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

// Ready makes sure that the state file can be used, and makes it where there is
// none: without it, the first request that needs the state finds out. Errors
// are of kind File.
func (e *Emulator) Ready(ctx context.Context) error { return e.state.Ready(ctx) }

// Close lets go of the state file. What comes afterwards opens it again.
func (e *Emulator) Close() { e.state.Close() }

// Seeded is a resource that Seed created.
type Seeded = resource.Created

// SeedFault is what is wrong with a document of resources.
type SeedFault = resource.DocumentFault

// Seed creates the resources of a JSON document, all of them or none:
//
//	{"entity": {"contact": [{"first_name": "Ada"}]},
//	 "webhooks": {"/v1/webhooks/configs": [{"name": "orders"}]}}
//
// Below an API stand its collections, by their path, their last segment or, for
// entities, their slug, and below these the resources, as their creation takes
// them. A resource may name its id; no two may name the same. Where there are
// faults nothing is created. Errors are of kind File.
func (e *Emulator) Seed(ctx context.Context, document []byte) ([]Seeded, []SeedFault, error) {
	return e.resources.Seed(ctx, document, resource.SeedOptions{
		Names: e.options.Names, Load: e.options.APIs, IsToken: oidc.IsTokenCreation, NewToken: e.tokens.NewToken,
	})
}
