package params

import (
	"errors"
	"net/http"
	"strings"

	"github.com/epilot-cli/epilot/internal/failure"
	"github.com/epilot-cli/epilot/internal/httpx"
	"github.com/epilot-cli/epilot/internal/openapi"
)

// extras is what the command line adds beside the documented parameters.
type extras struct {
	query  []string // encoded "name=value"
	names  []string // of the query, as typed
	header http.Header
}

// has tells whether the extras stand in for a documented parameter.
func (e *extras) has(p *openapi.Param) bool {
	switch p.In {
	case inHeader:
		return e.header.Values(p.Name) != nil
	case inCookie:
		return e.header.Values("Cookie") != nil
	case inQuery:
		for _, name := range e.names {
			if name == p.Name {
				return true
			}
		}
	}
	return false
}

func readExtras(in Input) (*extras, error) {
	e := &extras{header: http.Header{}}
	for _, typed := range in.Query {
		name, value, ok := strings.Cut(typed, "=")
		if !ok || name == "" {
			return nil, failure.New(failure.Usage, "--query %q is not of the form key=value", typed).
				Hintf("write --query key=value to send a query parameter; --jsonata selects from the response")
		}
		e.names = append(e.names, name)
		e.query = append(e.query, escape(name)+"="+escape(value))
	}
	for i, typed := range in.Headers {
		if err := e.addHeader(i+1, typed); err != nil {
			return nil, err
		}
	}
	return e, nil
}

// addHeader reads "Key: Value". The messages leave the value out: it is often
// a secret.
func (e *extras) addHeader(number int, typed string) error {
	name, value, err := httpx.ParseHeader(typed)
	switch {
	case errors.Is(err, httpx.ErrNoColon):
		return failure.New(failure.Usage, "header %d (-H) is not of the form 'Key: Value': it has no colon", number).
			Hintf("write -H 'X-Request-Id: 42'; an empty value is -H 'X-Request-Id:'")
	case errors.Is(err, httpx.ErrHeaderName):
		return failure.New(failure.Usage, "-H %q: the header name may hold only letters, digits and !#$%%&'*+-.^_`|~", name).
			Hintf("write -H 'Key: Value' with no space before the colon")
	case framing(name):
		return failure.New(failure.Usage, "-H %s: this header is set by the request itself", name).
			Hintf("leave the header out")
	case err != nil:
		return failure.New(failure.Usage, "-H %s: the value holds a line break or another control character", name).
			Hintf("a header value is one line of text")
	}
	e.header.Add(name, value)
	return nil
}

// addCookie appends to the one Cookie header of RFC 6265, section 5.4.
func addCookie(header http.Header, pairs string) {
	if before := header.Get("Cookie"); before != "" {
		pairs = before + "; " + pairs
	}
	header.Set("Cookie", pairs)
}

// framing tells the headers that net/http writes from the body and would drop
// here without a word.
func framing(name string) bool {
	switch http.CanonicalHeaderKey(name) {
	case "Content-Length", "Transfer-Encoding", "Trailer":
		return true
	}
	return false
}
