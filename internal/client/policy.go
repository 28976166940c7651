package client

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/epilot-cli/epilot/internal/budget"
	"github.com/epilot-cli/epilot/internal/failure"
	"github.com/epilot-cli/epilot/internal/httpx"
	"github.com/epilot-cli/epilot/internal/transport"
)

// OrganizationHeader selects the organization for a call.
const OrganizationHeader = "x-epilot-org-id"

// Policy is the run's settings for all of its calls.
type Policy struct {
	Server       string        // --server, "" if not set
	EnvServer    string        // EPILOT_SERVER
	Stage        string        // --use-dev or --use-staging, "" if neither is set
	Organization string        // sent as OrganizationHeader, "" sends none
	AllowHTTP    bool          // allow sending a token over plain http beyond loopback
	Budget       budget.Budget // limits memory use
	Unsent       bool          // requests are printed, not sent, and need no token

	Timeout   time.Duration // for the run's network use, starting at the first request; 0 for no limit
	PerCall   bool          // Timeout applies to each request and its retries, because the run makes many calls
	TimeoutBy string        // the flag, variable or file that set it, for messages
	Retry     transport.Retry
}

// TypedHeaders adds the organization header unless it is already typed.
func (p Policy) TypedHeaders(headers []string) []string {
	if p.Organization == "" {
		return headers
	}
	for _, line := range headers {
		if name, _ := httpx.CutHeader(line); strings.EqualFold(name, OrganizationHeader) {
			return headers
		}
	}
	return append([]string{OrganizationHeader + ": " + p.Organization}, headers...)
}

// deadline is the time at which the run's network use must end. It is set by the
// first request or by Limit.
type deadline struct {
	once sync.Once
	at   time.Time
	late error
}

// Limit returns a context that ends at the client's deadline, for work other than
// requests: an expression, or an upload in many steps.
func (c *Client) Limit(ctx context.Context) (context.Context, context.CancelFunc) {
	if c.Timeout == 0 {
		return context.WithCancel(ctx)
	}
	if c.PerCall {
		return context.WithTimeoutCause(ctx, c.Timeout, c.late())
	}
	c.limit.once.Do(func() {
		c.limit.at = time.Now().Add(c.Timeout)
		c.limit.late = c.late()
	})
	return context.WithDeadlineCause(ctx, c.limit.at, c.limit.late)
}

func (c *Client) tooLate() error {
	return failure.New(failure.Network, "the call took longer than %s, the limit of %s", c.Timeout, c.TimeoutBy).
		Hintf("raise --timeout, such as --timeout 2m; 0 sets no limit")
}

// Within does the work within the client's deadline. If the deadline ends the work,
// it returns the timeout error.
func (c *Client) Within(ctx context.Context, work func(context.Context) error) error {
	ctx, cancel := c.Limit(ctx)
	defer cancel()
	return c.lateError(ctx, work(ctx))
}

// lateError replaces an error that the timeout caused by the timeout error.
func (c *Client) lateError(ctx context.Context, err error) error {
	late := c.limit.late
	if c.PerCall && errors.Is(ctx.Err(), context.DeadlineExceeded) {
		late = context.Cause(ctx)
	}
	if err == nil || err == io.EOF || late == nil || !errors.Is(context.Cause(ctx), late) {
		return err
	}
	if kind := failure.Of(err).Kind; kind == failure.API || kind == failure.File {
		return err // it had already ended
	}
	if errors.Is(err, late) {
		return err // its hint may say more
	}
	return late
}

// Do sends the call's request. An error is a failure that explains why there is no
// response; a status of 400 or more is not an error.
func (c *Client) Do(ctx context.Context, call *Call) (*http.Response, error) {
	req, err := call.Request(ctx)
	if err != nil {
		return nil, err
	}
	return c.Send(req)
}

// Send sends any request under the client's policy, such as a download from a
// presigned URL.
func (c *Client) Send(req *http.Request) (*http.Response, error) {
	resp, err := c.RoundTripper().RoundTrip(req)
	if err != nil {
		return nil, transport.Classify(err)
	}
	return resp, nil
}

// RoundTripper sends requests under the client's policy: its timeout, its retries
// and its redaction.
func (c *Client) RoundTripper() http.RoundTripper { return c.send() }

// Repeatable is a RoundTripper that also retries writes, for requests that are safe
// to repeat.
func (c *Client) Repeatable() http.RoundTripper { return c.repeatable() }

func (c *Client) roundTripper(rule transport.Retry) http.RoundTripper {
	o := c.HTTP
	o.Redactor, o.Retry = c.redact, rule
	if c.TimeoutBy != "" {
		o.HeaderTimeout = -1 // the server can use all of the time before it responds
	}
	return &limited{client: c, next: transport.New(o)}
}

// limited applies the client's timeout to a request and to reading its response.
type limited struct {
	client *Client
	next   http.RoundTripper
}

func (l *limited) RoundTrip(req *http.Request) (*http.Response, error) {
	ctx, cancel := l.client.Limit(req.Context())
	resp, err := l.next.RoundTrip(req.WithContext(ctx))
	if err != nil {
		err = l.client.lateError(ctx, err)
		cancel()
		return nil, err
	}
	resp.Request = resp.Request.WithContext(req.Context())
	resp.Body = &limitedBody{ReadCloser: resp.Body, ctx: ctx, cancel: cancel, client: l.client}
	return resp, nil
}

type limitedBody struct {
	io.ReadCloser
	ctx    context.Context
	cancel context.CancelFunc
	client *Client
}

func (b *limitedBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	return n, b.client.lateError(b.ctx, err)
}

func (b *limitedBody) Close() error {
	defer b.cancel()
	return b.ReadCloser.Close()
}
