package emulator

import (
	"maps"
	"slices"
	"strconv"
	"strings"
)

// filters are the conditions of a list such as
// [{"term":{"status":"open"}},{"$not":[{"exists":{"field":"email"}}]}].
func filters(given []any) allOf {
	var all allOf
	for _, value := range given {
		if conditions, ok := value.(map[string]any); ok {
			all = append(all, filter(conditions))
		}
	}
	return all
}

// filter reads one object of conditions. A name that is no kind of condition is
// a field.
func filter(given map[string]any) query {
	all := allOf{}
	for _, name := range slices.Sorted(maps.Keys(given)) {
		if q := condition(name, given[name]); q != nil {
			all = append(all, q)
		}
	}
	return all
}

func condition(name string, value any) query {
	list, _ := value.([]any)
	inner, isObject := value.(map[string]any)
	switch name {
	case "$and":
		return filters(list)
	case "$or":
		return anyOf(filters(list))
	case "$not":
		return noneOf{filters(list)}
	case "term", "terms":
		return terms(inner)
	case "ids":
		values, _ := inner["values"].([]any)
		return equal{field: "_id", words: plainWords(values)}
	case "exists":
		return exists{text(inner, "field")}
	case "range":
		return ranges(inner)
	}
	switch {
	case isObject:
		return nil
	case list != nil:
		return equal{field: name, words: plainWords(list)}
	}
	return equal{field: name, words: plainWords([]any{value})}
}

// terms are fields with the values that they may have; null means none.
func terms(given map[string]any) query {
	all := allOf{}
	for _, field := range slices.Sorted(maps.Keys(given)) {
		values, isList := given[field].([]any)
		if !isList {
			values = []any{given[field]}
		}
		words := plainWords(values)
		if len(words) == 0 {
			all = append(all, noneOf{exists{field}})
			continue
		}
		all = append(all, equal{field: field, words: words})
	}
	return all
}

// between is a field with a value between bounds, each "" for none.
type between struct{ field, gt, gte, lt, lte string }

func ranges(given map[string]any) query {
	all := allOf{}
	for _, field := range slices.Sorted(maps.Keys(given)) {
		bounds, _ := given[field].(map[string]any)
		bound := func(name string) string {
			if words := plainWords([]any{bounds[name]}); len(words) > 0 {
				return words[0]
			}
			return ""
		}
		all = append(all, between{field, bound("gt"), bound("gte"), bound("lt"), bound("lte")})
	}
	return all
}

func (q between) matches(thing object) bool {
	for _, value := range thing.values(q.field) {
		for _, text := range leaves(value) {
			if q.holds(text) {
				return true
			}
		}
	}
	return false
}

func (q between) holds(text string) bool {
	return (q.gt == "" || order(text, q.gt) > 0) && (q.gte == "" || order(text, q.gte) >= 0) &&
		(q.lt == "" || order(text, q.lt) < 0) && (q.lte == "" || order(text, q.lte) <= 0)
}

// order compares two texts: as numbers where both are, else without case.
func order(a, b string) int {
	x, errX := strconv.ParseFloat(a, 64)
	y, errY := strconv.ParseFloat(b, 64)
	switch {
	case errX != nil || errY != nil:
		return strings.Compare(strings.ToLower(a), strings.ToLower(b))
	case x < y:
		return -1
	case x > y:
		return 1
	}
	return 0
}
