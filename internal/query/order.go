package query

import (
	"maps"
	"slices"
	"strings"
)

func sorted(object map[string]any) []string {
	return slices.Sorted(maps.Keys(object))
}

// orders gives members of plain maps their order back. The three sources, in
// this order: the input, for an object that was only passed through; an object
// constructor of the expression that names all the members; the first
// appearance of each name in the input, as a name or a value, and then in the
// expression.
//
// What the engine lists by walking a map ($keys, $each, $spread, * and **) comes
// in no order; nothing can be done about that from outside.
type orders struct {
	input    []byte
	source   string
	literals [][]string
	read     map[uintptr]*recorder
	seen     map[string]int // made when first asked for
}

func (o *orders) of(object map[string]any) []string {
	if len(object) < 2 {
		return sorted(object)
	}
	if read, known := o.read[identity(object)]; known && len(read.names) == len(object) {
		return read.names
	}
	for _, names := range o.literals {
		if holdsAll(names, object) {
			return present(names, object)
		}
	}
	return o.byAppearance(object)
}

func holdsAll(names []string, object map[string]any) bool {
	for name := range object {
		if !slices.Contains(names, name) {
			return false
		}
	}
	return true
}

func present(names []string, object map[string]any) []string {
	kept := make([]string, 0, len(object))
	for _, name := range names {
		if _, has := object[name]; has && !slices.Contains(kept, name) {
			kept = append(kept, name)
		}
	}
	return kept
}

func (o *orders) byAppearance(object map[string]any) []string {
	if o.seen == nil {
		o.seen = appearances(o.input)
	}
	rank := func(name string) int {
		if at, seen := o.seen[name]; seen {
			return at
		}
		if at := strings.Index(o.source, name); at >= 0 {
			return len(o.seen) + at
		}
		return len(o.seen) + len(o.source)
	}
	names := sorted(object)
	slices.SortStableFunc(names, func(a, b string) int { return rank(a) - rank(b) })
	return names
}

// appearances numbers the strings and numbers of a JSON text. It is read twice when it
// comes to that, which is rarer than a document too large to remember.
func appearances(input []byte) map[string]int {
	seen := map[string]int{}
	from := tokens(input)
	for {
		token, err := from.ReadToken()
		if err != nil {
			return seen
		}
		if kind := token.Kind(); kind != '"' && kind != '0' {
			continue
		}
		if text := token.String(); seen[text] == 0 {
			seen[text] = len(seen) + 1
		}
	}
}
