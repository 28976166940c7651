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
	"github.com/epilot-cli/epilot/internal/transport"
)

// OrganizationHeader says which organization a call is for.
const OrganizationHeader = "x-epilot-org-id"

// Policy is what a run has decided for all of its calls.
type Policy struct {
	Server       string        // --server, "" for none
	EnvServer    string        // EPILOT_SERVER
	Stage        string        // --use-dev or --use-staging, "" for none
	Organization string        // sent as OrganizationHeader, "" for none
	AllowHTTP    bool          // a token may go over plain http beyond loopback
	Budget       budget.Budget // of what is held in memory
	Unsent       bool          // requests are printed, not sent: no token is needed

	Timeout   time.Duration // of the run's network use, from its first request; 0 for no limit
	PerCall   bool          // Timeout is that of each request with its retries: the run makes many calls
	TimeoutBy string        // the flag, variable or file that set it, for messages
	Retry     transport.Retry
}

// TypedHeaders adds the organization's header, unless a typed header has
// it.
func (p Policy) TypedHeaders(headers []string) []string {
	if p.Organization == "" {
		return headers
	}
	for _, line := range headers {
		name, _, _ := strings.Cut(line, ":")
		if strings.EqualFold(strings.TrimSpace(name), OrganizationHeader) {
			return headers
		}
	}
	return append([]string{OrganizationHeader + ": " + p.Organization}, headers...)
}

// deadline is the point in time at which the run's network use must end. It is
// set when the first request is sent, or by Limit.
type deadline struct {
	once sync.Once
	at   time.Time
	late error
}

// Limit returns a context that ends at the client's deadline, for work that is
// to stay within it beside requests: an expression, an upload of many steps.
func (c *Client) Limit(ctx context.Context) (context.Context, context.CancelFunc) {
	if c.Timeout == 0 {
		return context.WithCancel(ctx)
	}
	if c.PerCall {
		return context.WithTimeoutCause(ctx, c.Timeout, c.tooLate())
	}
	c.limit.once.Do(func() {
		c.limit.at = time.Now().Add(c.Timeout)
		c.limit.late = c.tooLate()
	})
	return context.WithDeadlineCause(ctx, c.limit.at, c.limit.late)
}

func (c *Client) tooLate() error {
	return failure.New(failure.Network, "the call took longer than %s, the limit of %s", c.Timeout, c.TimeoutBy).
		Hintf("give it more time with --timeout, as in --timeout 2m; 0 sets no limit")
}

// Within does the work in the client's time. Its error is that of the limit
// where the limit ended the work.
func (c *Client) Within(ctx context.Context, work func(context.Context) error) error {
	ctx, cancel := c.Limit(ctx)
	defer cancel()
	return c.lateError(ctx, work(ctx))
}

// lateError is the limit's error in place of one that the limit caused.
func (c *Client) lateError(ctx context.Context, err error) error {
	late := c.limit.late
	if c.PerCall && errors.Is(ctx.Err(), context.DeadlineExceeded) {
		late = context.Cause(ctx)
	}
	if err == nil || err == io.EOF || late == nil || !errors.Is(context.Cause(ctx), late) {
		return err
	}
	if kind := failure.Of(err).Kind; kind == failure.API || kind == failure.File {
		return err // it had come to its own end
	}
	return late
}

// RoundTripper sends requests by the client's policy: within its time, with its
// retries, redacting its secrets.
func (c *Client) RoundTripper() http.RoundTripper { return c.send() }

// Repeatable is a RoundTripper that also retries requests of a method that
// writes: for those that may be repeated without harm.
func (c *Client) Repeatable() http.RoundTripper { return c.repeatable() }

func (c *Client) roundTripper(rule transport.Retry) http.RoundTripper {
	o := c.HTTP
	o.Redactor, o.Retry = c.redact, rule
	if c.TimeoutBy != "" {
		o.HeaderTimeout = -1 // a server may need all of the time to begin
	}
	return &limited{client: c, next: transport.New(o)}
}

// limited keeps a request, and the reading of its response, within the client's
// time.
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
