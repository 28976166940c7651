package emulator

import (
	"cmp"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"sync"

	"github.com/epilot-cli/epilot/internal/openapi"
)

// route is an operation under its path template.
type route struct {
	api      *openapi.API
	op       *openapi.Operation
	segments []segment
	fixed    int // how many characters of the template are literal
}

// index holds routes by the number of their segments and their second one, by
// which most differ. Those with more literal text come first, so that the first
// match is the most specific one.
type index map[indexKey][]*route

// indexKey is where a route stands in an index; word is "" where the second
// segment has a parameter. Routes of that kind stand in the places of all the
// words too.
type indexKey struct {
	count int
	word  string
}

func newIndex(routes []*route) index {
	slices.SortStableFunc(routes, func(a, b *route) int { return cmp.Compare(b.fixed, a.fixed) })
	x := index{}
	for _, r := range routes {
		at := r.key()
		if at.word == "" {
			x.addOpen(r)
			continue
		}
		if _, known := x[at]; !known {
			x[at] = slices.Clone(x[indexKey{count: at.count}])
		}
		x[at] = append(x[at], r)
	}
	return x
}

// addOpen adds a route that fits any second word.
func (x index) addOpen(r *route) {
	open := r.key()
	if _, known := x[open]; !known {
		x[open] = nil
	}
	for at := range x {
		if at.count == open.count {
			x[at] = append(x[at], r)
		}
	}
}

func (r *route) key() indexKey {
	at := indexKey{count: len(r.segments)}
	if at.count > 1 && len(r.segments[1].names) == 0 {
		at.word = r.segments[1].literals[0]
	}
	return at
}

// matching yields the routes that the words fit.
func (x index) matching(segments []string) func(yield func(*route) bool) {
	at := indexKey{count: len(segments)}
	if at.count > 1 {
		at.word = segments[1]
	}
	routes, known := x[at]
	if !known {
		routes = x[indexKey{count: len(segments)}]
	}
	return func(yield func(*route) bool) {
		for _, r := range routes {
			if r.matches(segments) && !yield(r) {
				return
			}
		}
	}
}

// table has the routes of every API. A definition is loaded when a request may
// mean it, and kept.
type table struct {
	load  func(name string) (*openapi.API, error)
	names []string

	mu    sync.Mutex
	apis  map[string]index
	every index // of all APIs together; nil until a path alone has to tell
}

func newTable(load func(string) (*openapi.API, error), names []string) *table {
	return &table{load: load, names: names, apis: map[string]index{}}
}

// of are the routes of one API.
func (t *table) of(name string) (index, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if found, ok := t.apis[name]; ok {
		return found, nil
	}
	routes, err := t.read(name)
	if err != nil {
		return nil, err
	}
	t.apis[name] = newIndex(routes)
	return t.apis[name], nil
}

// all are the routes of every API; of two that are equal the one of the
// earlier API comes first.
func (t *table) all() (index, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.every != nil {
		return t.every, nil
	}
	var routes []*route
	for _, name := range t.names {
		found, err := t.read(name)
		if err != nil {
			return nil, err
		}
		routes = append(routes, found...)
	}
	t.every = newIndex(routes)
	return t.every, nil
}

// read makes an API's routes: each path alone, and below each base path that
// the API's servers have.
func (t *table) read(name string) ([]*route, error) {
	api, err := t.load(name)
	if err != nil {
		return nil, fmt.Errorf("loading the definition of %s: %w", name, err)
	}
	bases := append([]string{""}, basePaths(api)...)
	routes := make([]*route, 0, len(bases)*len(api.Operations))
	for _, base := range bases {
		for _, op := range api.Operations {
			r := &route{api: api, op: op, segments: parseTemplate(base + op.Path)}
			r.fixed = r.literals()
			routes = append(routes, r)
		}
	}
	return routes, nil
}

// basePaths are the paths of the API's servers, each once, without "/" at the
// end. A definition that is read whole may have servers for its operations.
func basePaths(api *openapi.API) []string {
	servers := api.Servers
	if api.Source != "" {
		servers = api.AllServers()
	}
	var paths []string
	for _, server := range servers {
		u, err := url.Parse(server)
		if err != nil {
			continue
		}
		path := strings.TrimRight(u.Path, "/")
		if path != "" && !slices.Contains(paths, path) {
			paths = append(paths, path)
		}
	}
	return paths
}

// segment is one part of a path template: ".well-known", "{id}", "{id}:clone",
// "{from}-{to}.json". Its literals stand around the names, so there is one more
// of them; they may be empty.
type segment struct {
	literals []string
	names    []string
}

// parseTemplate cuts a path template (OpenAPI 3.1, "Path Templating") into its
// segments.
func parseTemplate(path string) []segment {
	parts := strings.Split(strings.TrimPrefix(path, "/"), "/")
	segments := make([]segment, len(parts))
	for i, word := range parts {
		segments[i] = parseSegment(word)
	}
	return segments
}

func parseSegment(word string) segment {
	s := segment{}
	for {
		literal, rest, open := strings.Cut(word, "{")
		name, after, closed := strings.Cut(rest, "}")
		if !open || !closed {
			s.literals = append(s.literals, word)
			return s
		}
		s.literals, s.names = append(s.literals, literal), append(s.names, name)
		word = after
	}
}

func (r *route) matches(segments []string) bool {
	if len(segments) != len(r.segments) {
		return false
	}
	for i, s := range r.segments {
		if !s.fill(segments[i], nil) {
			return false
		}
	}
	return true
}

// fill reports whether the word fits, and sets the values of the names where
// a map is given. A parameter takes one character or more, and as few as the
// literal behind it allows.
func (s segment) fill(word string, values map[string]string) bool {
	last := len(s.names)
	if last == 0 {
		return word == s.literals[0]
	}
	rest, begins := strings.CutPrefix(word, s.literals[0])
	if !begins {
		return false
	}
	for i, name := range s.names {
		end := valueEnd(rest, s.literals[i+1], i == last-1)
		if end < 1 {
			return false
		}
		if values != nil {
			values[name] = rest[:end]
		}
		rest = rest[end+len(s.literals[i+1]):]
	}
	return true
}

// valueEnd is where the value ends that the literal follows, -1 where it does
// not. The last literal ends the word.
func valueEnd(rest, literal string, last bool) int {
	switch {
	case last && !strings.HasSuffix(rest, literal):
		return -1
	case last:
		return len(rest) - len(literal)
	case rest == "":
		return -1
	}
	next := strings.Index(rest[1:], literal)
	if next < 0 {
		return -1
	}
	return next + 1
}

// values are the path parameters of words that match.
func (r *route) values(segments []string) map[string]string {
	values := map[string]string{}
	for i, s := range r.segments {
		s.fill(segments[i], values)
	}
	return values
}

// literals counts the characters that are fixed, and so how specific a route is.
func (r *route) literals() int {
	count := 0
	for _, s := range r.segments {
		for _, literal := range s.literals {
			count += len(literal)
		}
	}
	return count
}
