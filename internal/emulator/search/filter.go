package search

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/epilot-cli/epilot/internal/emulator/object"
	"github.com/epilot-cli/epilot/internal/jsonx"
)

// Filters parses a list of conditions such as
// [{"term":{"status":"open"}},{"$not":[{"exists":{"field":"email"}}]}].
func Filters(filter []any, now time.Time) AllOf {
	var all AllOf
	for _, value := range filter {
		if conditions, ok := value.(map[string]any); ok {
			all = append(all, Filter(conditions, now))
		}
	}
	return all
}

// Filter parses one object of conditions. A name that is not a kind of condition
// is a field. now is the time of "now" in a range.
func Filter(filter map[string]any, now time.Time) Query {
	all := AllOf{}
	for _, name := range slices.Sorted(maps.Keys(filter)) {
		if q := condition(name, filter[name], now); q != nil {
			all = append(all, q)
		}
	}
	return all
}

func condition(name string, value any, now time.Time) Query {
	list, _ := value.([]any)
	inner, isObject := value.(map[string]any)
	switch name {
	case "$and":
		return Filters(list, now)
	case "$or":
		return anyOf(Filters(list, now))
	case "$not":
		return noneOf{Filters(list, now)}
	case "term", "terms":
		return terms(inner)
	case "ids":
		values, _ := inner["values"].([]any)
		return Equal{Field: "_id", Texts: PlainTexts(values)}
	case "exists":
		return exists{object.StringOf(inner, "field")}
	case "range":
		return ranges(inner, now)
	}
	switch {
	case isObject:
		return nil
	case list != nil:
		return Equal{Field: name, Texts: PlainTexts(list)}
	}
	return Equal{Field: name, Texts: PlainTexts([]any{value})}
}

// terms parses fields with their allowed values; null means no value.
func terms(filter map[string]any) Query {
	all := AllOf{}
	for _, field := range slices.Sorted(maps.Keys(filter)) {
		values, isList := filter[field].([]any)
		if !isList {
			values = []any{filter[field]}
		}
		texts := PlainTexts(values)
		if len(texts) == 0 {
			all = append(all, noneOf{exists{field}})
			continue
		}
		all = append(all, Equal{Field: field, Texts: texts})
	}
	return all
}

// between is a field whose value is within bounds, each "" for none.
type between struct{ field, gt, gte, lt, lte string }

func ranges(filter map[string]any, now time.Time) Query {
	all := AllOf{}
	for _, field := range slices.Sorted(maps.Keys(filter)) {
		bounds, _ := filter[field].(map[string]any)
		bound := func(name string) string {
			if texts := PlainTexts([]any{bounds[name]}); len(texts) > 0 {
				return dateBound(texts[0], now, name == "gt" || name == "lte")
			}
			return ""
		}
		all = append(all, between{field, bound("gt"), bound("gte"), bound("lt"), bound("lte")})
	}
	return all
}

func (q between) Matches(item jsonx.Object) bool {
	for _, value := range valuesOf(item, strings.TrimSuffix(q.field, ".keyword")) {
		for _, text := range object.Leaves(value) {
			if q.holds(text) {
				return true
			}
		}
	}
	return false
}

func (q between) holds(text string) bool {
	return (q.gt == "" || compareText(text, q.gt) > 0) && (q.gte == "" || compareText(text, q.gte) >= 0) &&
		(q.lt == "" || compareText(text, q.lt) < 0) && (q.lte == "" || compareText(text, q.lte) <= 0)
}

// Conditions returns a query as a list of conditions.
func Conditions(q Query) AllOf {
	if q == nil {
		return nil
	}
	if all, ok := q.(AllOf); ok {
		return all
	}
	return AllOf{q}
}

// QueryString parses {"query_string": {"query": "…", "default_operator": "OR"}}.
// The error is a *SyntaxError.
func QueryString(filter map[string]any, o Options) (AllOf, error) {
	inner, _ := filter["query_string"].(map[string]any)
	word := object.StringOf(inner, "query")
	if word == "" {
		return nil, nil
	}
	o.And = strings.EqualFold(object.StringOf(inner, "default_operator"), "AND")
	q, err := Parse(word, o)
	return Conditions(q), err
}

// Not matches what a query does not.
func Not(q Query) Query { return noneOf{q} }

// Missing matches a resource without a value of the field.
func Missing(field string) Query { return noneOf{exists{field}} }

// AnyOf matches what one of the queries does.
func AnyOf(queries ...Query) Query {
	if len(queries) == 1 {
		return queries[0]
	}
	return anyOf(queries)
}

// Between matches a field whose value is within bounds, "" for none.
func Between(field, least, most string) Query {
	return between{field: field, gte: least, lte: lastOf(most)}
}

// PlainTexts returns the values other than objects and arrays, as strings.
func PlainTexts(values []any) []string {
	var texts []string
	for _, value := range values {
		switch filter := value.(type) {
		case string:
			texts = append(texts, filter)
		case json.Number, bool:
			texts = append(texts, string(object.Encode(filter)))
		}
	}
	return texts
}

// Equal matches a field that has one of the values.
type Equal struct {
	Field string
	Texts []string
}

func (q Equal) Matches(item jsonx.Object) bool {
	for _, value := range object.Values(item, strings.TrimSuffix(q.Field, ".keyword")) {
		for _, text := range object.Leaves(value) {
			if slices.Contains(q.Texts, text) {
				return true
			}
		}
	}
	return len(q.Texts) == 0
}
