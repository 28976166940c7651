package emulator

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"

	"github.com/epilot-cli/epilot/internal/operation"
)

// route is an operation under its path template.
type route struct {
	api      *operation.API
	op       *operation.Operation
	segments []segment
}

// segment is one part of a path template: "{id}" or ".well-known", and also
// "{name}.json".
type segment struct {
	prefix, name, suffix string // name is "" in a literal segment
}

// table finds the operation that a request means. Definitions are loaded one
// by one, as far as needed, and kept.
type table struct {
	load  func(name string) (*operation.API, error)
	names []string

	mu    sync.Mutex
	known map[string][]*route
}

func newTable(load func(string) (*operation.API, error), names []string) *table {
	return &table{load: load, names: names, known: map[string][]*route{}}
}

// find sets the call's route and path parameters. The problem is a 404 where
// no path matches, and a 405 with Allow where only the method does not.
func (t *table) find(c *call) error {
	words, err := pathWords(c.request.URL)
	if err != nil {
		return err
	}
	var allowed []string
	for _, name := range t.names {
		routes, err := t.routes(name)
		if err != nil {
			return fmt.Errorf("loading the definition of %s: %w", name, err)
		}
		r, methods := choose(routes, c.request.Method, words)
		if r != nil {
			r.op.Load()
			c.route, c.path = r, r.values(words)
			return nil
		}
		allowed = append(allowed, methods...)
	}
	return unmatched(c.request, allowed)
}

func unmatched(r *http.Request, allowed []string) error {
	if len(allowed) == 0 {
		return refuse(http.StatusNotFound, "no operation has the path %s", r.URL.EscapedPath())
	}
	slices.Sort(allowed)
	list := strings.Join(slices.Compact(allowed), ", ")
	return refuse(http.StatusMethodNotAllowed, "%s is not allowed on %s; allowed: %s",
		r.Method, r.URL.EscapedPath(), list).with("Allow", list)
}

// routes are the API's, those with more literal text first, so that the first
// match is the most specific one.
func (t *table) routes(name string) ([]*route, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if routes, ok := t.known[name]; ok {
		return routes, nil
	}
	api, err := t.load(name)
	if err != nil {
		return nil, err
	}
	routes := make([]*route, 0, len(api.Operations))
	for _, op := range api.Operations {
		routes = append(routes, &route{api: api, op: op, segments: parseTemplate(op.Path)})
	}
	slices.SortStableFunc(routes, func(a, b *route) int { return b.literals() - a.literals() })
	t.known[name] = routes
	return routes, nil
}

// choose returns the route for the method, or the methods that the path has.
// HEAD is GET without the body (RFC 9110, section 9.3.2).
func choose(routes []*route, method string, words []string) (*route, []string) {
	var allowed []string
	for _, r := range routes {
		if !r.matches(words) {
			continue
		}
		if r.op.Method == method || r.op.Method == http.MethodGet && method == http.MethodHead {
			return r, nil
		}
		allowed = append(allowed, r.op.Method)
	}
	return nil, allowed
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
