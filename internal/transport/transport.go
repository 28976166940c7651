// Package transport sends requests: a chain of http.RoundTrippers that adds the user
// agent, follows redirects without sending credentials to other origins, retries
// transient failures, ends a stalled response, and turns network errors into one
// clear line. It also redacts secrets. It does not choose a server or a token, and
// it does not read bodies.
package transport

import (
	"context"
	"errors"
	"io"
	"maps"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"time"

	"github.com/epilot-cli/epilot/internal/failure"
	"github.com/epilot-cli/epilot/internal/httpx"
)

const (
	connectTimeout = 10 * time.Second
	headerTimeout  = 60 * time.Second
	stallTimeout   = 60 * time.Second
)

// Options are the options of New.
type Options struct {
	// UserAgent is the default User-Agent header. If empty, it is net/http's.
	UserAgent string

	// Now is the clock for Retry. If nil, every date in Retry-After is too far away
	// to wait for.
	Now func() time.Time

	// Redactor hides secrets in errors. If nil, they are hidden by name and pattern
	// only.
	Redactor *Redactor

	// HeaderTimeout limits the wait from the end of the request to the response
	// headers; zero means 60 s, negative means no limit.
	HeaderTimeout time.Duration

	// StallTimeout limits the wait for the next bytes of a response body; zero means
	// 60 s, negative means no limit. The total time of a body is unlimited.
	StallTimeout time.Duration

	// Proxy returns the proxy of a request, see http.Transport and
	// ProxyFromEnvironment. Nil means no proxy.
	Proxy func(*http.Request) (*url.URL, error)

	// Retry is the retry policy; its zero value never retries.
	Retry Retry

	// Attempt, if not nil, wraps the sender of each attempt, including redirects and
	// retries.
	Attempt func(http.RoundTripper) http.RoundTripper
}

// New returns the chain. Its RoundTrip returns a *failure.Error of kind Network or,
// if the request's context was canceled, Interrupted (or the context's cause, if
// that is a *failure.Error). The cause stays in the error's chain. A body that fails
// later returns the plain error: see Classify.
//
// The chain follows redirects itself, with the rules of type redirects: an
// http.Client around it sees none.
func New(o Options) http.RoundTripper {
	return o.over(newBase(o.withDefaults(), connectTimeout))
}

// over builds the chain on top of base, which opens the connections.
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

// attempts is the part of the chain below redirects: it sees the method and the
// classified error of each request.
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
	named := req.WithContext(req.Context()) // a copy, but the values of its headers are only read
	named.Header = make(http.Header, len(req.Header)+1)
	maps.Copy(named.Header, req.Header)
	named.Header["User-Agent"] = []string{a.name}
	return a.next.RoundTrip(named)
}

const (
	keepAlive   = 30 * time.Second
	idleTimeout = 90 * time.Second
	idlePerHost = 64 // bulk runs make many concurrent calls to one host
)

// newBase is the only place that opens connections. connect limits dialing and,
// separately, the TLS handshake. There is no cookie jar, and Accept-Encoding is left
// to net/http, which then decompresses gzip as it streams.
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
		// Without pings, a body from a lost HTTP/2 peer would hang forever: TCP
		// keep-alive does not detect that through a proxy.
		HTTP2: &http.HTTP2Config{SendPingTimeout: keepAlive, PingTimeout: keepAlive / 2},
	}
}

// stalls aborts a request whose response body stalls for too long.
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
			Hintf("the received data is incomplete"))
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

// ProxyFromEnvironment is http.ProxyFromEnvironment, except that a variable that is
// not a URL is an error of kind Usage: net/http would use no proxy, or take part of
// a password for its address. getenv reads the environment.
func ProxyFromEnvironment(getenv func(string) string) func(*http.Request) (*url.URL, error) {
	return func(req *http.Request) (*url.URL, error) {
		if name, value := proxyVariable(getenv, req.URL.Scheme); value != "" && !isProxy(value) && !bypasses(getenv, req.URL) {
			// The value is omitted because it may contain a password.
			return nil, failure.New(failure.Usage, "%s is not a valid proxy URL", name).
				Hintf("write it as http://user:password@proxy.example:3128, with special characters of user and password percent-encoded: # as %%23, @ as %%40, %% as %%25")
		}
		return http.ProxyFromEnvironment(req)
	}
}

func proxyVariable(getenv func(string) string, scheme string) (name, value string) {
	names := []string{"HTTP_PROXY", "http_proxy"}
	if strings.EqualFold(scheme, "https") {
		names = []string{"HTTPS_PROXY", "https_proxy"}
	}
	for _, name := range names {
		if value := getenv(name); value != "" {
			return name, value
		}
	}
	return "", ""
}

// isProxy reports whether net/http parses the complete value as a proxy address: a
// URL, or a host and port.
func isProxy(value string) bool {
	if !strings.Contains(value, "://") {
		value = "http://" + value
	}
	u, err := url.Parse(value)
	if err != nil || u.Hostname() == "" || !httpx.HasPort(u) || u.Fragment != "" || u.RawQuery != "" || strings.Trim(u.Path, "/") != "" {
		return false
	}
	switch strings.ToLower(u.Scheme) {
	case "http", "https", "socks5", "socks5h":
		return !strings.HasSuffix(value, "#") && !strings.HasSuffix(value, "?")
	}
	return false
}

// bypasses reports whether a request needs no proxy: for loopback and for NO_PROXY
// as net/http parses it.
func bypasses(getenv func(string) string, to *url.URL) bool {
	host := strings.ToLower(strings.TrimSuffix(to.Hostname(), "."))
	list := getenv("NO_PROXY")
	if list == "" {
		list = getenv("no_proxy")
	}
	if httpx.IsLoopback(host) {
		return true
	}
	address, notAddress := netip.ParseAddr(host)
	for entry := range strings.SplitSeq(strings.ToLower(list), ",") {
		entry = strings.TrimSpace(entry)
		name, port, hasPort := strings.Cut(entry, ":")
		if network, err := netip.ParsePrefix(entry); err == nil && notAddress == nil && network.Contains(address) {
			return true
		}
		if hasPort && !strings.Contains(port, ":") {
			if port != httpx.EffectivePort(to) {
				continue
			}
			entry = name
		}
		entry = strings.TrimPrefix(entry, "*")
		domain := strings.TrimPrefix(entry, ".")
		if entry == "" && name == "*" || domain != "" && (host == entry || strings.HasSuffix(host, "."+domain)) {
			return true
		}
	}
	return false
}

func refusedByProxy(_ context.Context, address *url.URL, connect *http.Request, response *http.Response) error {
	if response.StatusCode == http.StatusOK {
		return nil
	}
	failed := failure.New(failure.Network, "the proxy %s refused to connect to %s: status %d",
		address.Host, connect.Host, response.StatusCode)
	if response.StatusCode == http.StatusProxyAuthRequired {
		return failed.Hintf("set user and password in HTTPS_PROXY, or list the host in NO_PROXY")
	}
	return failed
}
