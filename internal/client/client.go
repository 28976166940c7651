// Package client makes calls. A Client is made once for a run from the
// environment and the run's policy: where a call goes, with which token, within
// which time, how often it is tried. Prepare turns an operation and its input
// into a Call, Send and Do exchange it for a response, Pages follows a list.
//
// Nothing here knows a terminal or a command line, and a Client is safe for
// many calls at once.
package client

import (
	"context"
	"iter"
	"net/http"
	"net/url"
	"sync"

	"github.com/epilot-cli/epilot/internal/auth"
	"github.com/epilot-cli/epilot/internal/catalog"
	"github.com/epilot-cli/epilot/internal/client/paging"
	"github.com/epilot-cli/epilot/internal/openapi"
	"github.com/epilot-cli/epilot/internal/openapi/body"
	"github.com/epilot-cli/epilot/internal/openapi/params"
	"github.com/epilot-cli/epilot/internal/transport"
	"github.com/epilot-cli/epilot/profiles"
)

// Environment is what a client needs of the process. Funcs that may be nil say
// so; each must be safe for concurrent use where calls are made at once.
type Environment struct {
	*Account // the token's sources
	Catalog  *catalog.Catalog
	Trust    *catalog.Trust
	HTTP     transport.Options // user agent, proxy, clock
	Mock     func(api *openapi.API) (*Mock, error)
	AskToken func(ctx context.Context, server auth.Server, missing error) (*auth.Token, error) // nil: a missing token is an error
	AskCall  func(ctx context.Context, question string) error                                  // of a definition that is not trusted; nil: refused
	UsesMock func()                                                                            // told when the mock's own token is used; may be nil
}

// Mock is a running mock of the APIs, for the server "mock".
type Mock struct {
	URL     *url.URL // base URL of the API
	Token   func() (string, error)
	Close   func()
	Failure func() error // why it could not read or write its state, or nil
}

// Client makes calls by one policy.
type Client struct {
	Environment
	Policy
	redact *transport.Redactor

	mu     sync.Mutex
	routes map[routeKey]func() (*route, error)
	mocks  []*Mock

	noticed    sync.Once // the file in use is named once
	limit      deadline
	send       func() http.RoundTripper // one for all calls, so that connections are shared
	repeatable func() http.RoundTripper
}

// New makes a client. Nothing is read or sent yet.
func New(env Environment, policy Policy) *Client {
	c := &Client{
		Environment: env, Policy: policy,
		redact: transport.NewRedactor(), routes: map[routeKey]func() (*route, error){},
	}
	c.send = sync.OnceValue(func() http.RoundTripper { return c.roundTripper(c.Retry) })
	c.repeatable = sync.OnceValue(func() http.RoundTripper {
		rule := c.Retry
		rule.Unsafe = true
		return c.roundTripper(rule)
	})
	return c
}

// Close ends the mocks that calls have started.
func (c *Client) Close() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, m := range c.mocks {
		m.Close()
	}
	c.mocks = nil
}

// Input is what a caller gives for one call.
type Input struct {
	Params params.Input

	// Body returns the body, nil for none, once the call has a server and a
	// token. contentType is the header that the input names, may be "". Nil for
	// no body.
	Body func(ctx context.Context, contentType string) (*body.Body, error)

	// As makes the call in another account than the policy's.
	As *Identity
}

// Identity is a profile, as the API of the call sees it, and a token.
type Identity struct {
	Profile *profiles.Profile // nil for none
	Token   *auth.Token
}

// Prepare checks the parameters against the operation, finds server and token,
// and reads the body. Everything that can be wrong on this side is found here:
// errors are failures of kind Usage, Credentials or File, and nothing is sent.
func (c *Client) Prepare(ctx context.Context, api *openapi.API, op *openapi.Operation, in Input) (*Call, error) {
	in.Params.Headers = c.TypedHeaders(in.Params.Headers)
	built, err := params.Build(op, in.Params)
	if err != nil {
		return nil, err
	}
	call, err := c.target(ctx, api, op, in.As, built)
	if err != nil {
		return nil, err
	}
	if in.Body == nil {
		return call, nil
	}
	call.Body, err = in.Body(ctx, built.Header.Get("Content-Type"))
	return call, err
}

// Target is a call of the operation without its parameters and its body: where
// it goes, and the token that it carries.
func (c *Client) Target(ctx context.Context, api *openapi.API, op *openapi.Operation) (*Call, error) {
	built := &params.Result{Path: op.Path, Header: http.Header{}}
	return c.target(ctx, api, op, nil, built)
}

func (c *Client) target(ctx context.Context, api *openapi.API, op *openapi.Operation, as *Identity, built *params.Result) (*Call, error) {
	ruling, err := c.rule(api, op, as)
	if err != nil {
		return nil, err
	}
	r, err := c.route(ctx, api, op, ruling, built.Header, as)
	if err != nil {
		return nil, err
	}
	call := &Call{API: api, Operation: op, Server: r.url, Params: built, Header: r.header, Token: r.token}
	if err := c.mayCall(ctx, ruling, call.url()); err != nil {
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

// rule applies the rule for definitions, and says which file is in use. What it
// refuses is refused before a token is looked for.
func (c *Client) rule(api *openapi.API, op *openapi.Operation, as *Identity) (*catalog.Ruling, error) {
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

// mayCall asks about a call that a definition which is not trusted adds.
func (c *Client) mayCall(ctx context.Context, ruling *catalog.Ruling, url string) error {
	switch {
	case ruling.Action != catalog.Ask || c.Unsent:
		return nil
	case c.AskCall == nil:
		return ruling.Err(url)
	}
	return c.AskCall(ctx, ruling.Question(url))
}

// Do sends the call's request. An error is a failure that says why there is no
// response; a status of 400 or more is not an error here.
func (c *Client) Do(ctx context.Context, call *Call) (*http.Response, error) {
	req, err := call.Request(ctx)
	if err != nil {
		return nil, err
	}
	return c.Send(req)
}

// Send sends a request by the client's policy, also one that is no call, such
// as a download from a presigned URL.
func (c *Client) Send(req *http.Request) (*http.Response, error) {
	resp, err := c.RoundTripper().RoundTrip(req)
	if err != nil {
		return nil, transport.Classify(err)
	}
	return resp, nil
}

// Pages yields the pages of a call's response, each asked for when the loop wants
// it. An error is a failure and ends the loop; see paging.Pager.Pages.
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

// FirstPage builds the request for the first page, which has the page size.
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

// Redactor knows the secrets of the calls that were prepared.
func (c *Client) Redactor() *transport.Redactor { return c.redact }
