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

// route is an operation with its parsed path template.
type route struct {
	api      *openapi.API
	op       *openapi.Operation
	key      indexKey
	segments []segment
	fixed    int // the number of literal characters in the template
	order    int // between routes with as many literal characters
}

// index groups routes by their number of segments and their second segment, which
// differs most. Routes with more literal characters come first, so that the first
// match is the most specific one.
type index map[indexKey][]*route

// indexKey is the key of a route in an index; word is "" if the second segment
// has a parameter. Such routes are also listed under every literal word.
type indexKey struct {
	count int
	word  string
}

// keyOf returns the key of a path template, such as "/v1/users/{id}".
func keyOf(template string) indexKey {
	path := strings.TrimPrefix(template, "/")
	at := indexKey{count: 1 + strings.Count(path, "/")}
	if _, rest, more := strings.Cut(path, "/"); more {
		word, _, _ := strings.Cut(rest, "/")
		if second := parseSegment(word); len(second.names) == 0 {
			at.word = word
		}
	}
	return at
}

// open returns the key of the routes that match any second segment.
func (k indexKey) open() indexKey { return indexKey{count: k.count} }

func newIndex(routes []*route) index {
	x := index{}
	for _, r := range routes {
		x[r.key] = append(x[r.key], r)
	}
	for at := range x {
		if at.word != "" {
			x[at] = append(x[at], x[at.open()]...)
		}
		specificFirst(x[at])
	}
	return x
}

func specificFirst(routes []*route) {
	slices.SortFunc(routes, func(a, b *route) int { return cmp.Or(cmp.Compare(b.fixed, a.fixed), cmp.Compare(a.order, b.order)) })
}

// keyOfPath returns the key of the routes that can match the segments of a path;
// isWord reports whether a route has that literal second segment.
func keyOfPath(segments []string, isWord func(indexKey) bool) indexKey {
	at := indexKey{count: len(segments)}
	if at.count > 1 {
		at.word = segments[1]
	}
	if !isWord(at) {
		at.word = ""
	}
	return at
}

// candidates returns the routes that can match the segments.
func (x index) candidates(segments []string) []*route {
	return x[keyOfPath(segments, func(at indexKey) bool { return x[at] != nil })]
}

// table contains the routes of every API. A definition is loaded when a request
// may refer to it, and then cached.
type table struct {
	load  func(name string) (*openapi.API, error)
	paths func() map[string][]string // see Options.Paths
	names []string

	mu     sync.Mutex
	apis   map[string]index
	loaded map[string][]*route
	owners map[indexKey][]string // the APIs with such paths; nil until a request has to be found by path alone
	every  index                 // the routes of all APIs, as far as requests asked for them
}

func newTable(options *Options) *table {
	t := &table{load: options.APIs, paths: options.Paths, names: options.Names}
	t.apis, t.loaded, t.every = map[string]index{}, map[string][]*route{}, index{}
	return t
}

// of returns the routes of one API.
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

// all returns the routes of every API that can match the segments; between equal
// routes, the one of the earlier API comes first. It loads only the APIs with
// similar paths.
func (t *table) all(segments []string) ([]*route, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if err := t.findOwners(); err != nil {
		return nil, err
	}
	at := keyOfPath(segments, func(at indexKey) bool { return t.owners[at] != nil })
	if routes, known := t.every[at]; known || t.owners[at] == nil {
		return routes, nil
	}
	var routes []*route
	for i, name := range t.names {
		if !slices.Contains(t.owners[at], name) && !slices.Contains(t.owners[at.open()], name) {
			continue
		}
		found, err := t.read(name)
		if err != nil {
			return nil, err
		}
		for _, r := range found {
			if r.key == at || r.key == at.open() {
				own := *r
				own.order += i << 32
				routes = append(routes, &own)
			}
		}
	}
	specificFirst(routes)
	t.every[at] = routes
	return routes, nil
}

// findOwners sets which APIs have paths of a key. It loads only the APIs whose
// paths are not known.
func (t *table) findOwners() error {
	if t.owners != nil {
		return nil
	}
	known := map[string][]string{}
	if t.paths != nil {
		known = t.paths()
	}
	owners := map[indexKey][]string{}
	add := func(at indexKey, name string) {
		if names := owners[at]; len(names) == 0 || names[len(names)-1] != name {
			owners[at] = append(names, name)
		}
	}
	for _, name := range t.names {
		for _, path := range known[name] {
			add(keyOf(path), name)
		}
		if known[name] != nil {
			continue
		}
		routes, err := t.read(name)
		if err != nil {
			return err
		}
		for _, r := range routes {
			add(r.key, name)
		}
	}
	t.owners = owners
	return nil
}

// read builds an API's routes: each path alone, and below each base path of the
// API's servers.
func (t *table) read(name string) ([]*route, error) {
	if routes, known := t.loaded[name]; known {
		return routes, nil
	}
	api, err := t.load(name)
	if err != nil {
		return nil, fmt.Errorf("loading the definition of %s: %w", name, err)
	}
	bases := append([]string{""}, basePaths(api)...)
	routes := make([]*route, 0, len(bases)*len(api.Operations))
	for _, base := range bases {
		for _, op := range api.Operations {
			r := &route{api: api, op: op, key: keyOf(base + op.Path), segments: parseTemplate(base + op.Path), order: len(routes)}
			r.fixed = r.literals()
			routes = append(routes, r)
		}
	}
	t.loaded[name] = routes
	return routes, nil
}

// basePaths returns the distinct paths of the API's servers, without a trailing
// "/". A fully loaded definition can also have servers per operation.
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
// "{from}-{to}.json". Literals surround the names, so there is one more of them;
// they can be empty.
type segment struct {
	literals []string
	names    []string
}

// parseTemplate splits a path template (OpenAPI 3.1, "Path Templating") into
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
	for i := range r.segments {
		s := &r.segments[i]
		if len(s.names) == 0 && segments[i] != s.literals[0] || len(s.names) > 0 && !s.fill(segments[i], nil) {
			return false
		}
	}
	return true
}

// fill reports whether the word matches, and stores the values of the names
// unless the map is nil. A parameter matches one or more characters, as few as
// the literal after it allows.
func (s *segment) fill(word string, values map[string]string) bool {
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

// valueEnd returns where the value before the literal ends, or -1 if the literal
// does not follow. The last literal ends the word.
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

// values returns the path parameters of matching segments.
func (r *route) values(segments []string) map[string]string {
	values := map[string]string{}
	for i := range r.segments {
		r.segments[i].fill(segments[i], values)
	}
	return values
}

// literals counts the literal characters, a measure of how specific a route is.
func (r *route) literals() int {
	count := 0
	for _, s := range r.segments {
		for _, literal := range s.literals {
			count += len(literal)
		}
	}
	return count
}
