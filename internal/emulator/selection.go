package emulator

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"github.com/epilot-cli/epilot/internal/operation"
	"github.com/epilot-cli/epilot/internal/schema"
)

// selection says which things a call wants, and in which order.
type selection struct {
	all   allOf
	order []ordering
}

func (s *selection) isAll() bool { return len(s.all) == 0 }

func (s *selection) matches(thing object) bool { return s.all.matches(thing) }

// selectionOf reads a call's query string and body: a search text, filters, and
// parameters that have the name of a thing's member.
func selectionOf(c *call, res *resource) *selection {
	s := &selection{order: orderOf(c)}
	for _, name := range slices.Sorted(maps.Keys(c.query)) {
		s.add(name, wordsOf(c.op, name, c.query[name]), res)
	}
	body, _ := c.body.(map[string]any)
	for _, name := range slices.Sorted(maps.Keys(body)) {
		s.addMember(name, body[name], res)
	}
	return s
}

// add narrows the selection by a parameter or a plain member of the body.
func (s *selection) add(name string, words []string, res *resource) {
	switch {
	case isSearchText(name):
		for _, word := range words {
			s.all = append(s.all, narrowing(parseQuery(word, false))...)
		}
	case isSetting(name):
	case schema.Declares(res.shape.thing, name):
		s.all = append(s.all, equal{field: name, words: words})
	}
}

// addMember narrows the selection by a member of the body.
func (s *selection) addMember(name string, value any, res *resource) {
	switch given := value.(type) {
	case map[string]any:
		if name == "query" {
			s.all = append(s.all, queryString(given)...)
		}
		if isFilter(name) {
			s.all = append(s.all, filter(given))
		}
	case []any:
		if isFilter(name) {
			s.all = append(s.all, filters(given)...)
			return
		}
		s.add(name, plainWords(given), res)
	default:
		s.add(name, plainWords([]any{value}), res)
	}
}

func narrowing(q query) allOf {
	if all, ok := q.(allOf); ok {
		return all
	}
	return allOf{q}
}

// queryString is {"query_string": {"query": "…", "default_operator": "OR"}}.
func queryString(given map[string]any) allOf {
	inner, _ := given["query_string"].(map[string]any)
	word := text(inner, "query")
	if word == "" {
		return nil
	}
	return narrowing(parseQuery(word, text(inner, "default_operator") != "AND"))
}

func isSearchText(name string) bool {
	return slices.Contains([]string{"q", "query", "search", "search_term", "searchTerm", "search_text"}, name)
}

func isFilter(name string) bool { return name == "filter" || name == "filters" }

// isSetting reports whether a name says how the list is to be shown.
func isSetting(name string) bool {
	return slices.Contains(slices.Concat(sizeNames(), offsetNames(), pageNames(), cursorNames(), sortNames()), name)
}

// wordsOf are the values of a parameter, also of one that is joined by commas.
func wordsOf(op *operation.Operation, name string, given []string) []string {
	p := op.Param(name, "query")
	if p == nil || p.Explode || !slices.Contains(schema.Types(p.Schema), "array") {
		return given
	}
	return split(p, given)
}

// plainWords are the texts of the values that are no objects and no arrays.
func plainWords(values []any) []string {
	var words []string
	for _, value := range values {
		switch given := value.(type) {
		case string:
			words = append(words, given)
		case json.Number, bool:
			words = append(words, string(textOf(given)))
		}
	}
	return words
}

// equal is a field that has one of the values.
type equal struct {
	field string
	words []string
}

func (q equal) matches(thing object) bool {
	for _, value := range thing.values(strings.TrimSuffix(q.field, ".keyword")) {
		for _, text := range leaves(value) {
			if slices.Contains(q.words, text) {
				return true
			}
		}
	}
	return len(q.words) == 0
}
