package emulator

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/epilot-cli/epilot/internal/emulator/message"
)

// find sets the call's route and path parameters. The error is a 404 if no path
// matches, and a 405 with Allow if only the method differs.
//
// If the host selects an API, only that one is searched. Otherwise the first
// segment can name the API; failing that, the path decides, and between two equal
// paths the query.
func (t *table) find(c *call) error {
	segments, err := pathSegments(c.HTTP.URL)
	if err != nil {
		return err
	}
	f := &finder{method: c.HTTP.Method, host: c.hostAPI}
	if c.HTTP.URL.RawQuery != "" {
		f.query = c.HTTP.URL.Query()
	}
	if err := f.search(t, segments); err != nil {
		return err
	}
	if f.found == nil {
		return f.unmatched(c.HTTP)
	}
	f.found.op.Load()
	c.API, c.Op, c.Path = f.found.api, f.found.op, f.found.values(f.segments)
	return nil
}

// options returns the response to an OPTIONS request: the methods of the path
// (RFC 9110, section 9.3.7). It has no CORS headers, so that a page of another
// origin cannot use the mock through a browser.
func (t *table) options(c *call) (*message.Response, error) {
	segments, err := pathSegments(c.HTTP.URL)
	if err != nil {
		return nil, err
	}
	f := &finder{method: http.MethodOptions, host: c.hostAPI}
	if err := f.search(t, segments); err != nil {
		return nil, err
	}
	if len(f.allowed) == 0 {
		return nil, f.unmatched(c.HTTP)
	}
	return &message.Response{Status: http.StatusNoContent, Header: http.Header{"Allow": {f.allow()}}}, nil
}

// allow returns the header Allow: the methods of the operations, OPTIONS, and HEAD
// where GET is one.
func (f *finder) allow() string {
	all := append(slices.Clone(f.allowed), http.MethodOptions)
	if slices.Contains(all, http.MethodGet) {
		all = append(all, http.MethodHead)
	}
	return methodList(all)
}

// finder finds the operation of one request.
type finder struct {
	method   string
	query    url.Values
	host     string   // the API that the host selects, or ""
	found    *route   // nil until a route matches
	segments []string // of the request's path
	allowed  []string // methods of the routes that match except for the method
}

func (f *finder) search(t *table, segments []string) error {
	if f.host != "" {
		return f.within(t, f.host, segments)
	}
	if slices.Contains(t.names, segments[0]) {
		err := f.within(t, segments[0], segments)
		if err != nil || f.found != nil || len(f.allowed) > 0 {
			return err
		}
	}
	every, err := t.all(segments)
	f.try(every, segments)
	return err
}

// within tries the path without its first segment if that is the API's name, then
// the complete path.
func (f *finder) within(t *table, name string, segments []string) error {
	routes, err := t.of(name)
	if err != nil {
		return err
	}
	if segments[0] == name {
		f.try(routes.candidates(segments[1:]), segments[1:])
	}
	if f.found == nil {
		f.try(routes.candidates(segments), segments)
	}
	return nil
}

// try sets the first route with the method. HEAD is GET without the body (RFC
// 9110, section 9.3.2).
func (f *finder) try(routes []*route, segments []string) {
	for _, r := range routes {
		switch {
		case !r.matches(segments):
		case r.op.Method != f.method && (r.op.Method != http.MethodGet || f.method != http.MethodHead):
			f.allowed = append(f.allowed, r.op.Method)
		case f.found == nil:
			f.found, f.segments = r, segments
		case r.fixed < f.found.fixed:
			return
		case r.countDeclared(f.query) > f.found.countDeclared(f.query):
			f.found = r // two APIs have this path
		}
	}
}

// countDeclared counts the query parameters that the operation declares.
func (r *route) countDeclared(query url.Values) int {
	count := 0
	for name := range query {
		if r.op.Load().Param(name, "query") != nil {
			count++
		}
	}
	return count
}

func (f *finder) unmatched(r *http.Request) error {
	path := r.URL.EscapedPath()
	if len(f.allowed) > 0 {
		return message.Refuse(http.StatusMethodNotAllowed, "%s is not allowed on %s; allowed: %s", r.Method, path, methodList(f.allowed)).
			With("Allow", f.allow())
	}
	if f.host != "" {
		return message.Refuse(http.StatusNotFound, "no operation of %s has the path %s; /_routes?api=%s lists the operations", f.host, path, f.host)
	}
	return message.Refuse(http.StatusNotFound, "no operation has the path %s; /_routes lists the operations", path)
}

func methodList(methods []string) string {
	return strings.Join(slices.Compact(slices.Sorted(slices.Values(methods))), ", ")
}

// pathSegments returns the segments of the path, each decoded separately, so that
// an encoded slash stays inside its segment.
func pathSegments(u *url.URL) ([]string, error) {
	segments := strings.Split(strings.TrimPrefix(u.EscapedPath(), "/"), "/")
	for i, word := range segments {
		decoded, err := url.PathUnescape(word)
		if err != nil {
			return nil, message.Refuse(http.StatusBadRequest, "the path is not percent-encoded: %s", err)
		}
		segments[i] = decoded
	}
	return segments, nil
}
