package search

import (
	"cmp"
	"strings"

	"github.com/epilot-cli/epilot/internal/jsonx"
)

// boosted is a query whose score is multiplied by a factor: "quick^2".
type boosted struct {
	Query
	by float64
}

// Ranks reports whether resources that match the query can have different scores.
func Ranks(q Query) bool {
	switch q := q.(type) {
	case AllOf:
		for _, inner := range q {
			if Ranks(inner) {
				return true
			}
		}
	case anyOf:
		return len(q) > 1
	case optional:
		return true
	case boosted:
		return Ranks(q.Query)
	}
	return false
}

// Score returns how well a resource matches a query: the number of clauses of the
// query string that match, each multiplied by its boost. Filters do not count. The
// value has no meaning but its order.
func Score(q Query, item jsonx.Object) float64 {
	switch q := q.(type) {
	case AllOf:
		return sumOf(q, item)
	case anyOf:
		return sumOf(q, item)
	case optional:
		return Score(q.Query, item)
	case boosted:
		return q.by * Score(q.Query, item)
	case term, phrase, matching, exists, between:
		if q.Matches(item) {
			return 1
		}
	}
	return 0
}

func sumOf(queries []Query, item jsonx.Object) float64 {
	sum := 0.0
	for _, inner := range queries {
		sum += Score(inner, item)
	}
	return sum
}

// optional is a clause that only raises the score.
type optional struct{ Query }

func (optional) Matches(jsonx.Object) bool { return true }

// compareText compares two strings: as numbers or dates if both are, otherwise
// ignoring case.
func compareText(a, b string) int {
	if x, isDate := dateOf(a); isDate && len(a) != len(b) {
		if y, isDate := dateOf(b); isDate {
			return x.Compare(y)
		}
	}
	x, errX := parseNumber(a)
	y, errY := parseNumber(b)
	if errX != nil || errY != nil {
		return strings.Compare(strings.ToLower(a), strings.ToLower(b))
	}
	return cmp.Compare(x, y)
}
