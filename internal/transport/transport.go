// Package transport sends requests: a chain of http.RoundTrippers that adds the
// user agent, follows redirects without carrying credentials to strangers,
// repeats what failed in passing, reports every exchange, and turns network
// errors into one clear line. It also redacts secrets. It does not choose a
// server or a token, and it does not read bodies.
package transport

import (
	"net/http"
	"net/url"
	"time"
)

const (
	connectTimeout = 10 * time.Second
	headerTimeout  = 60 * time.Second
)

// Options says how New sends.
type Options struct {
	// Base does the sending, nil for a transport of New's own that speaks
	// HTTP/2 and unpacks gzip. The timeouts and Proxy are for that one only.
	Base http.RoundTripper

	// UserAgent is sent when a request names none. Empty: net/http's own.
	UserAgent string

	// Trace, if not nil, gets every exchange, redirects one by one, when its
	// response headers are there or it failed. It must be safe for concurrent
	// use when requests are sent concurrently.
	Trace func(Exchange)

	// Now is the clock of Exchange.Took and Retry, nil for none: every date in
	// Retry-After is then too far away to wait for.
	Now func() time.Time

	// Redactor knows the secrets that must not show in traces and errors.
	// Nil for one that knows them by name only.
	Redactor *Redactor

	// ConnectTimeout bounds dialling and, once more, the TLS handshake; zero
	// means 10 s. HeaderTimeout bounds the wait from the end of the request to
	// the response headers; zero means 60 s, less than zero no bound. A body that
	// moves has no limit.
	ConnectTimeout, HeaderTimeout time.Duration

	// Proxy names the proxy of a request, see http.Transport. Nil for none.
	Proxy func(*http.Request) (*url.URL, error)

	// AllowHTTP permits redirects from https to plain http beyond loopback.
	AllowHTTP bool

	// Retry says what is sent again; its zero value repeats nothing.
	Retry Retry
}

// New returns the chain. Its RoundTrip returns a *failure.Error of kind Network
// or, when the request's context was cancelled, Interrupted (or the context's
// cause, if that is a *failure.Error). The cause stays in the error's chain. A
// body that breaks later returns the plain error: see Classify.
//
// The chain follows redirects itself, by the rule that type redirects states:
// an http.Client around it finds none to follow.
func New(o Options) http.RoundTripper {
	o = o.withDefaults()
	chain := o.Base
	if chain == nil {
		chain = newBase(o)
	}
	chain = &explain{next: chain, at: situation{
		connect: o.ConnectTimeout, header: o.HeaderTimeout, redactor: o.Redactor,
	}}
	if o.Trace != nil {
		chain = &tracer{next: chain, report: o.Trace, now: o.Now, redactor: o.Redactor}
	}
	chain = &redirects{begin: o.attempts(chain), redactor: o.Redactor, allowHTTP: o.AllowHTTP}
	return &agent{next: chain, name: o.UserAgent}
}

// attempts stands below the redirects: it sees the method and the classified
// error of one hop, and each attempt is traced.
func (o Options) attempts(chain http.RoundTripper) func() http.RoundTripper {
	if o.Retry.Attempts <= 1 {
		return func() http.RoundTripper { return chain }
	}
	rule := o.Retry.withDefaults()
	return func() http.RoundTripper {
		return &repeater{next: chain, rule: rule, now: o.Now, redactor: o.Redactor}
	}
}

func (o Options) withDefaults() Options {
	if o.ConnectTimeout == 0 {
		o.ConnectTimeout = connectTimeout
	}
	if o.HeaderTimeout == 0 {
		o.HeaderTimeout = headerTimeout
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
	if _, given := req.Header["User-Agent"]; given || a.name == "" {
		return a.next.RoundTrip(req)
	}
	named := req.Clone(req.Context())
	if named.Header == nil {
		named.Header = http.Header{}
	}
	named.Header.Set("User-Agent", a.name)
	return a.next.RoundTrip(named)
}
