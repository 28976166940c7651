package transport

import (
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/epilot-cli/epilot/internal/failure"
)

const (
	maxHops  = 10
	maxDrain = 2 << 10 // bytes of a redirect's body worth reading to keep its connection
)

// redirects follows redirects (RFC 9110 section 15.4) by this rule. Every hop
// is compared with the first request, not with the one before. GET and HEAD
// follow 301, 302, 303, 307 and 308; away from the first origin they carry no
// credentials and no header but User-Agent, Accept and Accept-Encoding. Any
// other method, and any request with a body, is sent again unchanged on 307 and
// 308 within the first origin; every other redirect of it is an error, and
// nothing is sent.
type redirects struct {
	begin     func() http.RoundTripper // what sends the hops of one request
	redactor  *Redactor
	allowHTTP bool
}

func (r *redirects) RoundTrip(first *http.Request) (*http.Response, error) {
	current, next := first, r.begin()
	for hop := 0; ; hop++ {
		answer, err := next.RoundTrip(current)
		if err != nil {
			return nil, err
		}
		location := answer.Header.Get("Location")
		if location == "" || !isRedirect(answer.StatusCode) {
			return answer, nil
		}
		discard(answer)
		if hop == maxHops {
			return nil, failure.New(failure.Network, "stopped after %d redirects of %s %s; the last Location was %s",
				maxHops, first.Method, r.redactor.URL(first.URL), r.location(current, location))
		}
		if current, err = r.follow(first, current, answer.StatusCode, location); err != nil {
			return nil, err
		}
	}
}

// follow makes the request of the next hop, or says why there is none.
func (r *redirects) follow(first, current *http.Request, status int, location string) (*http.Request, error) {
	target, err := current.URL.Parse(location)
	if err != nil || target.Hostname() == "" {
		return nil, failure.New(failure.Network, "the server answered %d to %s %s with a Location that is not a URL: %s",
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
			Hintf("nothing was sent there; the server may have done the work already: check before you repeat the call")
	case isWrite(first) && originOf(target) != originOf(first.URL):
		return r.refuse(first, current, status, target, "redirects of a %s to another origin are not followed", first.Method).
			Hintf("nothing was sent there; if that is the right server, name it with --server")
	case isWrite(first) && hasBody(first) && first.GetBody == nil:
		return r.refuse(first, current, status, target, "a body that came from a stream cannot be sent again").
			Hintf("name the server that it should go to with --server")
	case r.downgrades(first.URL, target):
		return r.refuse(first, current, status, target, "redirects from https to plain http are not followed").
			Hintf("--allow-http permits it")
	}
	return nil
}

func (r *redirects) refuse(first, current *http.Request, status int, target *url.URL, why string, args ...any) *failure.Error {
	args = append([]any{status, first.Method, r.redactor.URL(current.URL)}, args...)
	args = append(args, r.redactor.URL(target))
	return failure.New(failure.Network, "the server answered %d to %s %s: "+why+"; Location was %s", args...)
}

func (r *redirects) downgrades(from, to *url.URL) bool {
	return !r.allowHTTP && strings.EqualFold(from.Scheme, "https") &&
		strings.EqualFold(to.Scheme, "http") && !Loopback(to.Hostname())
}

// location is what a Location header says, fit to be shown.
func (r *redirects) location(current *http.Request, text string) string {
	if target, err := current.URL.Parse(text); err == nil {
		return r.redactor.URL(target)
	}
	return r.redactor.Text(ascii(text))
}

func isWeb(u *url.URL) bool {
	return strings.EqualFold(u.Scheme, "http") || strings.EqualFold(u.Scheme, "https")
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

// discard ends an answer that nobody will see. A short body of known length is
// read so that the connection can be used again.
func discard(answer *http.Response) {
	if answer.ContentLength >= 0 && answer.ContentLength <= maxDrain {
		_, _ = io.CopyN(io.Discard, answer.Body, answer.ContentLength)
	}
	_ = answer.Body.Close()
}
