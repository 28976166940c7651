package transport

import (
	"net/http"
	"net/url"

	"github.com/epilot-cli/epilot/internal/failure"
)

// again is the first request once more, at the target. What may go along is
// taken from the first request, so a way that comes back to its origin has
// its credentials again.
func again(first *http.Request, target *url.URL) (*http.Request, error) {
	home := originOf(target) == originOf(first.URL)
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
		if values, given := first.Header[name]; given {
			kept[name] = append([]string(nil), values...)
		}
	}
	return kept
}

// isWrite reports whether a repetition may change something or carries a body
// that was meant for the first server.
func isWrite(req *http.Request) bool {
	return req.Method != http.MethodGet && req.Method != http.MethodHead && req.Method != "" || hasBody(req)
}

func hasBody(req *http.Request) bool {
	return req.Body != nil && req.Body != http.NoBody
}
