package emulator

import (
	"cmp"
	"fmt"
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
	fixed    int // how many characters of the template are literal
}

// index holds routes by the number of their segments and their second one, by
// which most differ. Those with more literal text come first, so that the first
// match is the most specific one.
type index map[place][]*route

// place is where a route stands in an index; word is "" where the second
// segment has a parameter. Routes of that kind stand in the places of all the
// words too.
type place struct {
	count int
	word  string
}

func newIndex(routes []*route) index {
	slices.SortStableFunc(routes, func(a, b *route) int { return cmp.Compare(b.fixed, a.fixed) })
	x := index{}
	for _, r := range routes {
		at := r.place()
		if at.word == "" {
			x.addOpen(r)
			continue
		}
		if _, known := x[at]; !known {
			x[at] = slices.Clone(x[place{count: at.count}])
		}
		x[at] = append(x[at], r)
	}
	return x
}

// addOpen adds a route that fits any second word.
func (x index) addOpen(r *route) {
	open := r.place()
	if _, known := x[open]; !known {
		x[open] = nil
	}
	for at := range x {
		if at.count == open.count {
			x[at] = append(x[at], r)
		}
	}
}

func (r *route) place() place {
	at := place{count: len(r.segments)}
	if at.count > 1 && len(r.segments[1].names) == 0 {
		at.word = r.segments[1].literals[0]
	}
	return at
}

// matching yields the routes that the words fit.
func (x index) matching(words []string) func(yield func(*route) bool) {
	at := place{count: len(words)}
	if at.count > 1 {
		at.word = words[1]
	}
	routes, known := x[at]
	if !known {
		routes = x[place{count: len(words)}]
	}
	return func(yield func(*route) bool) {
		for _, r := range routes {
			if r.matches(words) && !yield(r) {
				return
			}
		}
	}
}

// table has the routes of every API. A definition is loaded when a request may
// mean it, and kept.
type table struct {
	load  func(name string) (*operation.API, error)
	names []string

	mu    sync.Mutex
	known map[string]index
	every index // of all APIs together; nil until a path alone has to tell
}

func newTable(load func(string) (*operation.API, error), names []string) *table {
	return &table{load: load, names: names, known: map[string]index{}}
}

// of are the routes of one API.
func (t *table) of(name string) (index, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if found, ok := t.known[name]; ok {
		return found, nil
	}
	routes, err := t.read(name)
	if err != nil {
		return nil, err
	}
	t.known[name] = newIndex(routes)
	return t.known[name], nil
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
func basePaths(api *operation.API) []string {
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
