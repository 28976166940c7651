// Package transport sends requests: a chain of http.RoundTrippers that adds the
// user agent, follows redirects without carrying credentials to strangers,
// retries transient failures, ends a response that stalls, and turns network
// errors into one clear line. It also redacts secrets. It does not choose a
// server or a token, and it does not read bodies.
package transport

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"time"

	"github.com/epilot-cli/epilot/internal/failure"
)

const (
	connectTimeout = 10 * time.Second
	headerTimeout  = 60 * time.Second
	stallTimeout   = 60 * time.Second
)

// Options says how New sends.
type Options struct {
	// UserAgent is sent when a request names none. Empty: net/http's own.
	UserAgent string

	// Now is the clock of Retry, nil for none: every date in Retry-After is then
	// too far away to wait for.
	Now func() time.Time

	// Redactor knows the secrets that must not show in errors. Nil for one that
	// knows them by name only.
	Redactor *Redactor

	// HeaderTimeout bounds the wait from the end of the request to the response
	// headers; zero means 60 s, less than zero no bound.
	HeaderTimeout time.Duration

	// StallTimeout bounds the wait for the next bytes of a response body; zero
	// means 60 s, less than zero no bound. A body that moves has no limit.
	StallTimeout time.Duration

	// Proxy names the proxy of a request, see http.Transport and
	// ProxyFromEnvironment. Nil for none.
	Proxy func(*http.Request) (*url.URL, error)

	// Retry says what is sent again; its zero value repeats nothing.
	Retry Retry

	// Attempt, if not nil, is put around what sends each attempt, redirects and
	// retries included.
	Attempt func(http.RoundTripper) http.RoundTripper
}

// New returns the chain. Its RoundTrip returns a *failure.Error of kind Network
// or, when the request's context was cancelled, Interrupted (or the context's
// cause, if that is a *failure.Error). The cause stays in the error's chain. A
// body that breaks later returns the plain error: see Classify.
//
// The chain follows redirects itself, by the rule that type redirects states:
// an http.Client around it finds none to follow.
func New(o Options) http.RoundTripper {
	return o.over(newBase(o.withDefaults(), connectTimeout))
}

// over builds the chain over what opens the connections.
func (o Options) over(base *http.Transport) http.RoundTripper {
	o = o.withDefaults()
	var chain http.RoundTripper = base
	if o.StallTimeout > 0 {
		chain = &stalls{next: chain, limit: o.StallTimeout}
	}
	if o.Attempt != nil {
		chain = o.Attempt(chain)
	}
	chain = &explain{next: chain, at: situation{
		connect: base.TLSHandshakeTimeout, header: o.HeaderTimeout, redactor: o.Redactor,
	}}
	chain = &redirects{begin: o.attempts(chain), redactor: o.Redactor}
	return &agent{next: chain, name: o.UserAgent}
}

// attempts stands below the redirects: it sees the method and the classified
// error of each request.
func (o Options) attempts(chain http.RoundTripper) func() http.RoundTripper {
	if o.Retry.Retries <= 0 {
		return func() http.RoundTripper { return chain }
	}
	rule := o.Retry.withDefaults()
	return func() http.RoundTripper {
		return &repeater{next: chain, rule: rule, now: o.Now, redactor: o.Redactor}
	}
}

func (o Options) withDefaults() Options {
	if o.HeaderTimeout == 0 {
		o.HeaderTimeout = headerTimeout
	}
	if o.StallTimeout == 0 {
		o.StallTimeout = stallTimeout
	}
	if o.Redactor == nil {
		o.Redactor = NewRedactor()
	}
	if o.Now == nil {
		o.Now = func() time.Time { return time.Time{} }
	}
	return o
}

type agent struct {
	next http.RoundTripper
	name string
}

func (a *agent) RoundTrip(req *http.Request) (*http.Response, error) {
	if _, present := req.Header["User-Agent"]; present || a.name == "" {
		return a.next.RoundTrip(req)
	}
	named := req.Clone(req.Context())
	if named.Header == nil {
		named.Header = http.Header{}
	}
	named.Header.Set("User-Agent", a.name)
	return a.next.RoundTrip(named)
}

const (
	keepAlive   = 30 * time.Second
	idleTimeout = 90 * time.Second
	idlePerHost = 64 // bulk runs talk to one host with many calls at once
)

// newBase is the only place that opens connections. connect bounds dialling and,
// once more, the TLS handshake. It has no cookie jar, and
// leaves Accept-Encoding to net/http, which then unpacks gzip as it streams.
func newBase(o Options, connect time.Duration) *http.Transport {
	dialer := &net.Dialer{Timeout: connect, KeepAlive: keepAlive}
	return &http.Transport{
		Proxy:                  o.Proxy,
		OnProxyConnectResponse: refusedByProxy,
		DialContext:            dialer.DialContext,
		TLSHandshakeTimeout:    connect,
		ResponseHeaderTimeout:  max(o.HeaderTimeout, 0),
		ExpectContinueTimeout:  time.Second,
		ForceAttemptHTTP2:      true,
		MaxIdleConnsPerHost:    idlePerHost,
		IdleConnTimeout:        idleTimeout,
		// A peer that vanished under HTTP/2 would otherwise hold a body for
		// ever: TCP keep-alive does not notice a proxy in between.
		HTTP2: &http.HTTP2Config{SendPingTimeout: keepAlive, PingTimeout: keepAlive / 2},
	}
}

// stalls ends a request whose response body sends nothing for too long.
type stalls struct {
	next  http.RoundTripper
	limit time.Duration
}

func (s *stalls) RoundTrip(req *http.Request) (*http.Response, error) {
	ctx, cancel := context.WithCancelCause(req.Context())
	response, err := s.next.RoundTrip(req.WithContext(ctx))
	if err != nil {
		cancel(nil)
		return nil, err
	}
	response.Body = &stallingBody{ReadCloser: response.Body, ctx: ctx, cancel: cancel, limit: s.limit}
	return response, nil
}

type stallingBody struct {
	io.ReadCloser
	ctx    context.Context
	cancel context.CancelCauseFunc
	limit  time.Duration
}

func (b *stallingBody) Read(p []byte) (int, error) {
	timer := time.AfterFunc(b.limit, func() {
		b.cancel(failure.New(failure.Network, "the response stalled: no data%s", within(b.limit)).
			Hintf("what arrived is not complete"))
	})
	n, err := b.ReadCloser.Read(p)
	timer.Stop()
	if stalled := (*failure.Error)(nil); err != nil && err != io.EOF && errors.As(context.Cause(b.ctx), &stalled) {
		return n, stalled
	}
	return n, err
}

func (b *stallingBody) Close() error {
	defer b.cancel(nil)
	return b.ReadCloser.Close()
}
