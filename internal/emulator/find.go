package emulator

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// find sets the call's route and path parameters. The problem is a 404 where
// no path matches, and a 405 with Allow where only the method does not.
//
// An API that the host names is the only one that is asked. Else the first
// segment may name it, and where it does not, the path tells, and of two that have
// the same path the query.
func (t *table) find(c *call) error {
	words, err := pathWords(c.request.URL)
	if err != nil {
		return err
	}
	f := &finder{method: c.request.Method, host: c.named, query: c.request.URL.Query()}
	if err := f.through(t, words); err != nil {
		return err
	}
	if f.found == nil {
		return f.unmatched(c.request)
	}
	f.found.op.Load()
	c.route, c.path = f.found, f.found.values(f.words)
	return nil
}

// options is the answer to an OPTIONS request: the methods that the path has
// (RFC 9110, section 9.3.7). It has no CORS headers, so that no page of another
// origin can use the emulator through a browser.
func (t *table) options(c *call) (*answer, error) {
	words, err := pathWords(c.request.URL)
	if err != nil {
		return nil, err
	}
	f := &finder{method: http.MethodOptions, host: c.named}
	if err := f.through(t, words); err != nil {
		return nil, err
	}
	if len(f.allowed) == 0 {
		return nil, f.unmatched(c.request)
	}
	if slices.Contains(f.allowed, http.MethodGet) {
		f.allowed = append(f.allowed, http.MethodHead)
	}
	header := http.Header{"Allow": {methodList(append(f.allowed, http.MethodOptions))}}
	return &answer{status: http.StatusNoContent, header: header}, nil
}

// finder looks for the operation of one request.
type finder struct {
	method  string
	query   url.Values
	host    string   // the API that the host names, or ""
	found   *route   // nil as long as no route matches
	words   []string // of its path
	allowed []string // methods of the routes that match but for theirs
}

func (f *finder) through(t *table, words []string) error {
	if f.host != "" {
		return f.within(t, f.host, words)
	}
	if slices.Contains(t.names, words[0]) {
		err := f.within(t, words[0], words)
		if err != nil || f.found != nil || len(f.allowed) > 0 {
			return err
		}
	}
	every, err := t.all()
	f.try(every, words)
	return err
}

// within tries the path without a first segment that is the API's name, and
// then as it is.
func (f *finder) within(t *table, name string, words []string) error {
	routes, err := t.of(name)
	if err != nil {
		return err
	}
	if words[0] == name {
		f.try(routes, words[1:])
	}
	if f.found == nil {
		f.try(routes, words)
	}
	return nil
}

// try takes the first route with the method. HEAD is GET without the body (RFC
// 9110, section 9.3.2).
func (f *finder) try(routes index, words []string) {
	for r := range routes.matching(words) {
		switch {
		case r.op.Method != f.method && (r.op.Method != http.MethodGet || f.method != http.MethodHead):
			f.allowed = append(f.allowed, r.op.Method)
		case f.found == nil:
			f.found, f.words = r, words
		case r.fixed < f.found.fixed:
			return
		case r.knows(f.query) > f.found.knows(f.query):
			f.found = r // two APIs have this path
		}
	}
}

// knows counts the query parameters that the operation has.
func (r *route) knows(query url.Values) int {
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
		list := methodList(f.allowed)
		return refuse(http.StatusMethodNotAllowed, "%s is not allowed on %s; allowed: %s", r.Method, path, list).with("Allow", list)
	}
	if f.host != "" {
		return refuse(http.StatusNotFound, "no operation of %s has the path %s; /_routes?api=%s lists the operations", f.host, path, f.host)
	}
	return refuse(http.StatusNotFound, "no operation has the path %s; /_routes lists the operations", path)
}

func methodList(methods []string) string {
	slices.Sort(methods)
	return strings.Join(slices.Compact(methods), ", ")
}

// pathWords are the path's segments, each decoded on its own, so that an
// encoded slash stays inside its segment.
func pathWords(u *url.URL) ([]string, error) {
	words := strings.Split(strings.TrimPrefix(u.EscapedPath(), "/"), "/")
	for i, word := range words {
		decoded, err := url.PathUnescape(word)
		if err != nil {
			return nil, refuse(http.StatusBadRequest, "the path is not percent-encoded: %s", err)
		}
		words[i] = decoded
	}
	return words, nil
}
