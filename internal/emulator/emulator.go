// Package emulator is a local epilot: an http.Handler made from API
// definitions. Access tokens are real, what has a collection in its path is
// kept, and every other operation answers a sample. It is responsible for
// routing, checking requests as the API would, tokens, things and their state
// file. It does not find definitions, choose where the state lives, or run a
// server: those are handed in.
package emulator

import (
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/epilot-cli/epilot/internal/emulator/faults"
	"github.com/epilot-cli/epilot/internal/failure"
	"github.com/epilot-cli/epilot/internal/operation"
)

// Options are what an emulator is made of. The first group must be
// set, but for Log.
type Options struct {
	APIs      func(name string) (*operation.API, error) // loads one definition
	Names     []string                                  // the definitions to serve; on a tie the earlier one answers
	StatePath string                                    // the state file; it and its directory are made when needed
	Issuer    string                                    // base URL of the "iss" claim and of the OIDC documents: "http://127.0.0.1:4010"
	Now       func() time.Time
	Random    io.Reader   // cryptographically secure
	Log       func(Entry) // called after each request, from many goroutines at once

	Version string                     // of the program, for /_health
	Hosts   func(name string) []string // of an API's servers, lower case: a request to one means this API; nil: none
	Foreign bool                       // answer to any Host: for an address that others reach
	Dynamic bool                       // samples are random
	Seed    *uint64                    // equal requests then get equal random samples; nil: other ones each time
	Faults  *faults.Plan               // nil: none
	Limit   *faults.Limit              // nil: none
	Record  func(Exchange)             // called after each request, from many goroutines at once; nil: not
}

// Entry is what there is to log about one request. It holds no header and no
// query, and so no token.
type Entry struct {
	Method    string
	Path      string // percent-encoded
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
	tokens   *tokens
	services map[string]service
	texts    sampleTexts

	resources *resources
}

// New returns an emulator. It opens nothing: definitions and state are read
// when a request needs them.
func New(options Options) (*Emulator, error) {
	if options.APIs == nil || options.Now == nil || options.Random == nil {
		return nil, failure.New(failure.Usage, "the emulator needs definitions, a clock and a source of randomness")
	}
	if options.StatePath == "" {
		return nil, failure.New(failure.Usage, "the emulator needs a path for its state file")
	}
	t := &tokens{
		store:  &store{path: options.StatePath},
		issuer: options.Issuer,
		now:    options.Now,
		random: options.Random,
	}
	return &Emulator{
		options:  options,
		routes:   newTable(options.APIs, options.Names),
		hosts:    &hosts{names: options.Names, servers: options.Hosts, foreign: options.Foreign},
		tokens:   t,
		services: t.services(),

		resources: &resources{store: t.store, now: options.Now, random: options.Random},
	}, nil
}

// BootstrapToken returns the emulator's own token, which is made on first use
// and stays the same until it is revoked. The list of tokens leaves it out.
// Errors are of kind File.
func (e *Emulator) BootstrapToken() (string, error) { return e.tokens.bootstrap() }

// ServeHTTP answers one request.
func (e *Emulator) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	began := e.options.Now()
	c := &call{request: r, writer: w, route: &route{}}
	if e.options.Record != nil {
		c.hear()
	}
	a, err := e.answer(c)
	if err != nil {
		a = refusal(err)
	}
	c.drain()
	// What is logged must be there when the client has its answer.
	e.log(c, a.status, began)
	c.send(a)
}

// answer takes a request through the gates that come before an operation.
func (e *Emulator) answer(c *call) (*answer, error) {
	var err error
	if c.named, err = e.hosts.api(c.request.Host); err != nil {
		return nil, err
	}
	if strings.HasPrefix(c.request.URL.Path, insidePrefix) {
		return e.inside(c)
	}
	if c.prefer, err = readPreferences(c.request.Header); err != nil {
		return nil, err
	}
	lost := e.routes.find(c)
	if err := e.disturb(c); err != nil {
		return nil, err
	}
	if c.op == nil && c.request.Method == http.MethodOptions {
		return e.routes.options(c)
	}
	if lost != nil {
		return nil, lost
	}
	return e.operate(c)
}

// operate takes a request through the gates in the order in which a gateway
// has them: token, parameters, body, and then the service.
func (e *Emulator) operate(c *call) (*answer, error) {
	if err := e.authenticate(c); err != nil {
		return nil, err
	}
	if e.isDynamic(c) {
		c.hear()
	}
	if err := c.check(); err != nil {
		return nil, err
	}
	a, err := e.perform(c)
	if err == nil && len(c.prefer.applied) > 0 {
		if a.header == nil {
			a.header = http.Header{}
		}
		a.header.Set("Preference-Applied", strings.Join(c.prefer.applied, ", "))
	}
	return a, err
}

func (e *Emulator) perform(c *call) (*answer, error) {
	if c.prefer.samples(c.op) {
		return e.sample(c)
	}
	if serve, own := e.services[c.op.Method+" "+c.op.Path]; own {
		return serve(c)
	}
	if a, err := e.resources.serve(c); a != nil || err != nil {
		return a, err
	}
	return e.sample(c)
}

func (e *Emulator) log(c *call, status int, began time.Time) {
	if e.options.Log == nil && e.options.Record == nil {
		return
	}
	u := c.request.URL
	entry := Entry{
		Method: c.request.Method, Path: u.EscapedPath(), Status: status,
		Duration: e.options.Now().Sub(began), Fault: c.trouble,
	}
	if c.op != nil {
		entry.API, entry.Operation = c.api.Name, c.op.ID
	}
	if c.fault != nil && c.fault.Kind == faults.Reset {
		entry.Status = 0
	}
	if e.options.Log != nil {
		e.options.Log(entry)
	}
	if e.options.Record != nil {
		e.options.Record(Exchange{Entry: entry, Began: began, Query: u.RawQuery, Header: c.request.Header, Body: c.heard.Bytes()})
	}
}
