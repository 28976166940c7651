package search

import (
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/epilot-cli/epilot/internal/emulator/object"
	"github.com/epilot-cli/epilot/internal/jsonx"
)

// Filters are the conditions of a list such as
// [{"term":{"status":"open"}},{"$not":[{"exists":{"field":"email"}}]}].
func Filters(filter []any) AllOf {
	var all AllOf
	for _, value := range filter {
		if conditions, ok := value.(map[string]any); ok {
			all = append(all, Filter(conditions))
		}
	}
	return all
}

// Filter reads one object of conditions. A name that is no kind of condition is
// a field.
func Filter(filter map[string]any) Query {
	all := AllOf{}
	for _, name := range slices.Sorted(maps.Keys(filter)) {
		if q := condition(name, filter[name]); q != nil {
			all = append(all, q)
		}
	}
	return all
}

func condition(name string, value any) Query {
	list, _ := value.([]any)
	inner, isObject := value.(map[string]any)
	switch name {
	case "$and":
		return Filters(list)
	case "$or":
		return anyOf(Filters(list))
	case "$not":
		return noneOf{Filters(list)}
	case "term", "terms":
		return terms(inner)
	case "ids":
		values, _ := inner["values"].([]any)
		return Equal{Field: "_id", Texts: PlainTexts(values)}
	case "exists":
		return exists{object.StringOf(inner, "field")}
	case "range":
		return ranges(inner)
	}
	switch {
	case isObject:
		return nil
	case list != nil:
		return Equal{Field: name, Texts: PlainTexts(list)}
	}
	return Equal{Field: name, Texts: PlainTexts([]any{value})}
}

// terms are fields with the values that they may have; null means none.
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

// between is a field with a value between bounds, each "" for none.
type between struct{ field, gt, gte, lt, lte string }

func ranges(filter map[string]any) Query {
	all := AllOf{}
	for _, field := range slices.Sorted(maps.Keys(filter)) {
		bounds, _ := filter[field].(map[string]any)
		bound := func(name string) string {
			if texts := PlainTexts([]any{bounds[name]}); len(texts) > 0 {
				return texts[0]
			}
			return ""
		}
		all = append(all, between{field, bound("gt"), bound("gte"), bound("lt"), bound("lte")})
	}
	return all
}

func (q between) Matches(item jsonx.Object) bool {
	for _, value := range object.Values(item, q.field) {
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

// compareText compares two texts: as numbers where both are, else without case.
func compareText(a, b string) int {
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

// Conditions are a query as a list of conditions.
func Conditions(q Query) AllOf {
	if q == nil {
		return nil
	}
	if all, ok := q.(AllOf); ok {
		return all
	}
	return AllOf{q}
}

// QueryString is {"query_string": {"query": "…", "default_operator": "OR"}}. The
// error is a *SyntaxError.
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

// Between is a field with a value between bounds, "" for none.
func Between(field, least, most string) Query {
	return between{field: field, gte: least, lte: most}
}

// PlainTexts are the texts of the values that are no objects and no arrays.
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

// Equal is a field that has one of the values.
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

// Order is one field to sort by.
type Order struct {
	field string
	Down  bool
}

func ParseOrder(text string) []Order {
	var order []Order
	for word := range strings.SplitSeq(text, ",") {
		word, isDown := strings.CutPrefix(strings.TrimSpace(word), "-")
		field, direction, _ := strings.Cut(strings.ReplaceAll(word, ":", " "), " ")
		if field != "" && field != "_score" {
			order = append(order, Order{field, isDown || strings.EqualFold(direction, "desc")})
		}
	}
	return order
}

// Compare puts two resources in order; one without the field comes last.
func Compare(order []Order, a, b jsonx.Object) int {
	for _, by := range order {
		first, hasFirst := firstText(a, by.field)
		second, hasSecond := firstText(b, by.field)
		switch {
		case !hasFirst && !hasSecond:
			continue
		case !hasFirst:
			return 1
		case !hasSecond:
			return -1
		}
		if found := compareText(first, second); found != 0 && by.Down {
			return -found
		} else if found != 0 {
			return found
		}
	}
	return 0
}

func firstText(item jsonx.Object, field string) (string, bool) {
	for _, value := range object.Values(item, strings.TrimSuffix(field, ".keyword")) {
		if texts := object.Leaves(value); len(texts) > 0 {
			return texts[0], true
		}
	}
	return "", false
}
