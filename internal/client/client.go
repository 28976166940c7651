// Package client makes calls. A Client is created once per run from the environment
// and the run's policy: server, token, timeout and retries. Prepare turns an
// operation and its input into a Call, Do and Send return its response, and Pages
// follows a paginated list.
//
// The package does not depend on a terminal or a command line. A Client is safe for
// concurrent use.
package client

import (
	"context"
	"iter"
	"net/http"
	"net/url"
	"sync"
	"sync/atomic"

	"github.com/epilot-cli/epilot/internal/auth"
	"github.com/epilot-cli/epilot/internal/catalog"
	"github.com/epilot-cli/epilot/internal/client/paging"
	"github.com/epilot-cli/epilot/internal/openapi"
	"github.com/epilot-cli/epilot/internal/openapi/params"
	"github.com/epilot-cli/epilot/internal/transport"
	"github.com/epilot-cli/epilot/profiles"
)

// Environment is what a client needs from the process. Functions must be safe for
// concurrent use if calls are concurrent; only those marked so can be nil.
type Environment struct {
	*Account // sources of the token
	Catalog  *catalog.Catalog
	Trust    *catalog.Trust
	HTTP     transport.Options // user agent, proxy, clock
	Mock     func(api *openapi.API) (*Mock, error)
	AskToken func(ctx context.Context, server auth.Server, missing error) (*auth.Token, error) // nil makes a missing token an error
	AskCall  func(ctx context.Context, question string) error                                  // confirms a call from an untrusted definition; nil refuses it
	UsesMock func()                                                                            // called when the mock's own token is used; may be nil
}

// Mock is a running mock of an API, for --server mock.
type Mock struct {
	URL     *url.URL // base URL of the API
	Token   func() (string, error)
	Close   func()
	Failure func() error // returns why its state could not be read or written, or nil
}

// Client makes calls according to a policy.
type Client struct {
	Environment
	Policy
	redact *transport.Redactor

	mu     sync.Mutex
	routes map[routeKey]func() (*route, error)
	mocks  []*Mock

	last       atomic.Pointer[builtParams]
	ruled      atomic.Pointer[ruled]
	addressed  atomic.Pointer[addressed]
	noticed    sync.Once // the definition file is announced once
	limit      deadline
	late       func() error             // tooLate, made once
	send       func() http.RoundTripper // one transport for all calls, to share connections
	repeatable func() http.RoundTripper
}

// New returns a client. It does not read or send anything.
func New(env Environment, policy Policy) *Client {
	c := &Client{
		Environment: env, Policy: policy,
		redact: transport.NewRedactor(), routes: map[routeKey]func() (*route, error){},
	}
	c.late = sync.OnceValue(c.tooLate)
	c.send = sync.OnceValue(func() http.RoundTripper { return c.roundTripper(c.Retry) })
	c.repeatable = sync.OnceValue(func() http.RoundTripper {
		rule := c.Retry
		rule.Unsafe = true
		return c.roundTripper(rule)
	})
	return c
}

// Close stops the mocks that calls have started.
func (c *Client) Close() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, m := range c.mocks {
		m.Close()
	}
	c.mocks = nil
}

// Input is a caller's input for one call.
type Input struct {
	Params params.Input
	As     *Identity // overrides the account of the policy
}

// Identity is a profile, with its settings for the API, and a token.
type Identity struct {
	Profile *profiles.Profile // nil if there is none
	Token   *auth.Token
}

// Prepare checks the parameters against the operation, and finds the server and the
// token. The caller sets the Body of the result. No request is sent; errors are of kind
// Usage, Credentials or File.
func (c *Client) Prepare(ctx context.Context, api *openapi.API, op *openapi.Operation, in Input) (*Call, error) {
	in.Params.Headers = c.TypedHeaders(in.Params.Headers)
	built, err := c.build(op, in.Params)
	if err != nil {
		return nil, err
	}
	return c.newCall(ctx, api, op, in.As, built)
}

// builtParams caches the parameters of the last call, which rows of a bulk run often
// share.
type builtParams struct {
	op     *openapi.Operation
	in     params.Input
	result *params.Result // immutable once part of a call
}

func (c *Client) build(op *openapi.Operation, in params.Input) (*params.Result, error) {
	if last := c.last.Load(); c.PerCall && last != nil && last.op == op && last.in.Equal(in) {
		return last.result, nil
	}
	result, err := params.Build(op, in)
	if err == nil {
		c.last.Store(&builtParams{op, in, result})
	}
	return result, err
}

// EmptyCall returns a call without parameters and body: only the server and the token.
func (c *Client) EmptyCall(ctx context.Context, api *openapi.API, op *openapi.Operation) (*Call, error) {
	built := &params.Result{Path: op.Path, Header: http.Header{}}
	return c.newCall(ctx, api, op, nil, built)
}

func (c *Client) newCall(ctx context.Context, api *openapi.API, op *openapi.Operation, as *Identity, built *params.Result) (*Call, error) {
	ruling, err := c.rule(api, op, as)
	if err != nil {
		return nil, err
	}
	r, err := c.route(ctx, api, op, ruling, built.Header, as)
	if err != nil {
		return nil, err
	}
	call := &Call{API: api, Operation: op, Server: r.url, Params: built, Header: r.header, Token: r.token}
	if c.PerCall {
		call.address = c.address(call)
	}
	if err := c.mayCall(ctx, ruling, call); err != nil {
		return nil, err
	}
	c.redact.Add(call.Bearer())
	for name, values := range call.Header {
		for _, value := range values {
			if !IsPlainHeader(name) {
				c.redact.Add(value)
			}
		}
	}
	return call, nil
}

// addressed caches the address of the last call, which rows of a bulk run often share.
type addressed struct {
	server *url.URL
	params *params.Result
	url    *url.URL
}

// address returns the address of a call, or nil if it is not valid.
func (c *Client) address(call *Call) *url.URL {
	if last := c.addressed.Load(); last != nil && last.server == call.Server && last.params == call.Params {
		return last.url
	}
	req, err := http.NewRequest(call.Operation.Method, call.url(), http.NoBody) //nolint:noctx // never sent
	if err != nil {
		return nil // Call.Request reports the error
	}
	c.addressed.Store(&addressed{call.Server, call.Params, req.URL})
	return req.URL
}

// rule applies the rule for definitions and announces the file in use. A call that
// the rule forbids fails before any token is looked up.
func (c *Client) rule(api *openapi.API, op *openapi.Operation, as *Identity) (*catalog.Ruling, error) {
	if last := c.ruled.Load(); c.PerCall && as == nil && last != nil && last.api == api && last.op == op {
		return last.ruling, nil
	}
	ruling, err := c.newRuling(api, op, as)
	if err == nil && as == nil {
		c.ruled.Store(&ruled{api, op, ruling})
	}
	return ruling, err
}

// ruled caches the rule of the last call, which all rows of a bulk run share.
type ruled struct {
	api    *openapi.API
	op     *openapi.Operation
	ruling *catalog.Ruling
}

func (c *Client) newRuling(api *openapi.API, op *openapi.Operation, as *Identity) (*catalog.Ruling, error) {
	profile, err := c.As(api.Name)
	if as != nil {
		profile, err = as.Profile, nil
	}
	if err != nil {
		return nil, err
	}
	ruling, err := c.ruling(profile, api, op)
	if err != nil {
		return nil, err
	}
	if notice := ruling.Notice(); notice != "" {
		c.noticed.Do(func() { c.Warn(notice) })
	}
	if ruling.Action == catalog.Refuse {
		return nil, ruling.Err("")
	}
	return ruling, nil
}

// mayCall asks for confirmation of a call that an untrusted definition adds.
func (c *Client) mayCall(ctx context.Context, ruling *catalog.Ruling, call *Call) error {
	switch {
	case ruling.Action != catalog.Ask || c.Unsent:
		return nil
	case c.AskCall == nil:
		return ruling.Err(call.url())
	}
	return c.AskCall(ctx, ruling.Question(call.url()))
}

// Pages yields the pages of a call's response and requests each one only when the
// loop needs it. An error is a failure and ends the loop; see paging.Pager.Pages.
func (c *Client) Pages(ctx context.Context, call *Call, o paging.Options) iter.Seq2[*paging.Page, error] {
	return func(yield func(*paging.Page, error) bool) {
		pager, err := c.pager(call, o)
		if err != nil {
			yield(nil, err)
			return
		}
		req, err := call.Request(ctx)
		if err != nil {
			yield(nil, err)
			return
		}
		pager.Pages(req)(yield)
	}
}

// FirstPage builds the request for the first page, including the page size.
func (c *Client) FirstPage(ctx context.Context, call *Call, o paging.Options) (*http.Request, error) {
	req, err := call.Request(ctx)
	if err != nil || o.PageSize == 0 && !o.Stable {
		return req, err
	}
	pager, err := c.pager(call, o)
	if err != nil {
		return nil, err
	}
	return pager.First(req)
}

func (c *Client) pager(call *Call, o paging.Options) (*paging.Pager, error) {
	o.Budget = c.Budget
	o.Operation, o.Send, o.Redact, o.Warn = call.Operation, c.Send, c.redact.Text, c.Warn
	return paging.New(o)
}

// Redactor returns the redactor for the secrets of all prepared calls.
func (c *Client) Redactor() *transport.Redactor { return c.redact }
