package transport

import (
	"context"
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/epilot-cli/epilot/internal/failure"
	"github.com/epilot-cli/epilot/internal/httpx"
)

const (
	maxRedirects = 10
	maxDrain     = 2 << 10 // bytes of a redirect's body to read to reuse its connection
)

// redirects follows redirects (RFC 9110 section 15.4) with these rules. Every target
// is compared with the first request, not the previous one. GET and HEAD follow 301,
// 302, 303, 307 and 308; outside the first origin they carry no credentials and no
// headers except User-Agent, Accept and Accept-Encoding. Any other method, and any
// request with a body, is sent again unchanged on 307 and 308 within the first
// origin; any other redirect of it is an error, and nothing is sent. An https
// request is never sent again over http.
type redirects struct {
	begin    func() http.RoundTripper // returns the sender of the requests of one call
	redactor *Redactor
}

type noRedirectsKey struct{}

// NoRedirects returns a context whose requests do not follow redirects: the response
// is the redirect itself.
func NoRedirects(ctx context.Context) context.Context {
	return context.WithValue(ctx, noRedirectsKey{}, true)
}

func (r *redirects) RoundTrip(first *http.Request) (*http.Response, error) {
	current, next := first, r.begin()
	if first.Context().Value(noRedirectsKey{}) != nil {
		return next.RoundTrip(first)
	}
	for count := 0; ; count++ {
		response, err := next.RoundTrip(current)
		if err != nil {
			return nil, err
		}
		location := response.Header.Get("Location")
		if location == "" || !isRedirect(response.StatusCode) {
			return response, nil
		}
		discard(response)
		if count == maxRedirects {
			return nil, failure.New(failure.Network, "stopped after %d redirects of %s %s; the last Location was %s",
				maxRedirects, first.Method, r.redactor.URL(first.URL), r.location(current, location))
		}
		if current, err = r.follow(first, current, response.StatusCode, location); err != nil {
			return nil, err
		}
	}
}

// follow returns the next request, or an error if the redirect cannot be followed.
func (r *redirects) follow(first, current *http.Request, status int, location string) (*http.Request, error) {
	target, err := current.URL.Parse(location)
	if err != nil || target.Hostname() == "" {
		return nil, failure.New(failure.Network, "the server returned %d for %s %s with a Location that is not a URL: %s",
			status, first.Method, r.redactor.URL(current.URL), r.location(current, location))
	}
	target.User = nil
	if err := r.permit(first, current, status, target); err != nil {
		return nil, err
	}
	return again(first, target)
}

func (r *redirects) permit(first, current *http.Request, status int, target *url.URL) error {
	switch {
	case !isWeb(target):
		return r.refuse(first, current, status, target, "only http and https are followed")
	case isWrite(first) && !keepsMethod(status):
		return r.refuse(first, current, status, target, "redirects of a %s are not followed", first.Method).
			Hintf("nothing was sent there; the server may have applied the call: check before you repeat it")
	case isWrite(first) && !httpx.SameOrigin(target, first.URL):
		return r.refuse(first, current, status, target, "redirects of a %s to another origin are not followed", first.Method).
			Hintf("nothing was sent there; if that server is right, set it with --server")
	case isWrite(first) && hasBody(first) && first.GetBody == nil:
		return r.refuse(first, current, status, target, "a body that came from a stream cannot be sent again").
			Hintf("set the final server with --server")
	case isHTTPS(first.URL) && !isHTTPS(target):
		return r.refuse(first, current, status, target, "redirects from https to plain http are not followed")
	}
	return nil
}

func (r *redirects) refuse(first, current *http.Request, status int, target *url.URL, why string, args ...any) *failure.Error {
	args = append([]any{status, first.Method, r.redactor.URL(current.URL)}, args...)
	args = append(args, r.redactor.URL(target))
	return failure.New(failure.Network, "the server returned %d for %s %s: "+why+"; Location was %s", args...)
}

func isHTTPS(u *url.URL) bool { return strings.EqualFold(u.Scheme, "https") }

// location returns a Location header for display.
func (r *redirects) location(current *http.Request, text string) string {
	if target, err := current.URL.Parse(text); err == nil {
		return r.redactor.URL(target)
	}
	return r.redactor.Text(ascii(text))
}

func isWeb(u *url.URL) bool {
	return isHTTPS(u) || strings.EqualFold(u.Scheme, "http")
}

func isRedirect(status int) bool {
	switch status {
	case http.StatusMovedPermanently, http.StatusFound, http.StatusSeeOther,
		http.StatusTemporaryRedirect, http.StatusPermanentRedirect:
		return true
	}
	return false
}

func keepsMethod(status int) bool {
	return status == http.StatusTemporaryRedirect || status == http.StatusPermanentRedirect
}

// discard closes an unused response. It reads a short body of known length so that
// the connection can be reused.
func discard(response *http.Response) {
	if response.ContentLength >= 0 && response.ContentLength <= maxDrain {
		_, _ = io.CopyN(io.Discard, response.Body, response.ContentLength)
	}
	_ = response.Body.Close()
}

// again returns the first request for the new target. Headers are taken from the
// first request, so credentials are restored on a return to its origin.
func again(first *http.Request, target *url.URL) (*http.Request, error) {
	home := httpx.SameOrigin(target, first.URL)
	next := (&http.Request{
		Method: first.Method, URL: target, Header: headers(first, home),
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
	}).WithContext(first.Context())
	if home && first.Host != first.URL.Host {
		next.Host = first.Host
	}
	if !hasBody(first) {
		return next, nil
	}
	body, err := first.GetBody()
	if err != nil {
		return nil, failure.New(failure.Network, "cannot read the body again to follow a redirect: %w", err)
	}
	next.Body, next.GetBody = body, first.GetBody
	next.ContentLength, next.TransferEncoding = first.ContentLength, first.TransferEncoding
	return next, nil
}

func headers(first *http.Request, home bool) http.Header {
	if home {
		return first.Header.Clone()
	}
	kept := http.Header{}
	for _, name := range [...]string{"User-Agent", "Accept", "Accept-Encoding"} {
		if values, present := first.Header[name]; present {
			kept[name] = append([]string(nil), values...)
		}
	}
	return kept
}

// isWrite reports whether repeating the request may change something or would send a
// body intended for the first server.
func isWrite(req *http.Request) bool {
	return req.Method != http.MethodGet && req.Method != http.MethodHead && req.Method != "" || hasBody(req)
}

func hasBody(req *http.Request) bool {
	return req.Body != nil && req.Body != http.NoBody
}
