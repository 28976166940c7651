package search

import (
	"bytes"
	"regexp"
	"slices"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/epilot-cli/epilot/internal/emulator/object"
	"github.com/epilot-cli/epilot/internal/jsonx"
)

func (q AllOf) Matches(item jsonx.Object) bool {
	for _, inner := range q {
		if !inner.Matches(item) {
			return false
		}
	}
	return true
}

func (q anyOf) Matches(item jsonx.Object) bool {
	for _, inner := range q {
		if inner.Matches(item) {
			return true
		}
	}
	return len(q) == 0
}

func (q noneOf) Matches(item jsonx.Object) bool { return !q.inner.Matches(item) }

func (q exists) Matches(item jsonx.Object) bool {
	for _, value := range valuesOf(item, q.field) {
		if kind := value.Kind(); kind != 'n' && string(value) != "[]" {
			return true
		}
	}
	return false
}

// term is a word in a field, or in any field. The comparison ignores case. A
// field with several words matches each of them, and all of them as one value.
type term struct {
	field   string
	pattern pattern
	fuzzy   int // the number of characters that can differ; -1: not fuzzy
}

func (q term) Matches(item jsonx.Object) bool {
	return anyText(item, q.field, func(text string) bool {
		return q.fits(text) || slices.ContainsFunc(strings.FieldsFunc(text, isBreak), q.fits)
	})
}

func (q term) fits(word string) bool {
	if q.fuzzy >= 0 {
		return isNear([]rune(q.pattern.literal()), []rune(word), q.fuzzy)
	}
	return q.pattern.matches(word)
}

// anyText reports whether a value of the field, in lower case, is accepted; ""
// and * mean all fields.
func anyText(item jsonx.Object, field string, accept func(string) bool) bool {
	values := valuesOf(item, field)
	for _, value := range values {
		for _, text := range object.Leaves(value) {
			if accept(strings.ToLower(text)) {
				return true
			}
		}
	}
	return false
}

// valuesOf returns the values of a field: "" and * mean all of them, and other
// names with a * all fields that the name fits ("book.*").
func valuesOf(item jsonx.Object, field string) []jsontext.Value {
	switch {
	case field == "" || field == "*":
		return []jsontext.Value{item.Text()}
	case !strings.Contains(field, "*"):
		return object.Values(item, field)
	}
	return fitting(item.Text(), "", newPattern(field))
}

// fitting returns the values below an object whose path fits a pattern.
func fitting(value jsontext.Value, path string, wanted pattern) []jsontext.Value {
	var found []jsontext.Value
	members, _ := jsonx.ParseObject(value)
	for _, m := range members {
		inner := strings.TrimPrefix(path+"."+m.Name, ".")
		if wanted.matches(strings.ToLower(inner)) {
			found = append(found, m.Value)
			continue
		}
		found = append(found, fitting(m.Value, inner, wanted)...)
	}
	for _, element := range object.Elements(value) {
		found = append(found, fitting(element, path, wanted)...)
	}
	return found
}

// phrase is a sequence of words, with at most a number of others between them.
type phrase struct {
	field, text string
	words       []string
	near        int
}

func (q phrase) Matches(item jsonx.Object) bool {
	return anyText(item, q.field, func(text string) bool {
		if text == q.text {
			return true
		}
		words := strings.FieldsFunc(text, isBreak)
		for start := range words {
			if len(q.words) > 0 && q.from(words[start:]) {
				return true
			}
		}
		return false
	})
}

// from reports whether the phrase starts at the first of the words.
func (q phrase) from(words []string) bool {
	window := words[:min(len(words), len(q.words)+q.near)]
	if q.near == 0 {
		return slices.Equal(window, q.words)
	}
	for _, word := range q.words { // in any order
		if !slices.Contains(window, word) {
			return false
		}
	}
	return true
}

// matching is a regular expression that matches a complete word or value.
type matching struct {
	field      string
	expression *regexp.Regexp
}

func (q matching) Matches(item jsonx.Object) bool {
	return anyText(item, q.field, func(text string) bool {
		return q.expression.MatchString(text) || slices.ContainsFunc(strings.FieldsFunc(text, isBreak), q.expression.MatchString)
	})
}

// pattern is a lower-case word in which anyRunes matches any string and oneRune
// any character.
type pattern []rune

const anyRunes, oneRune = -1, -2

// newPattern parses a word of a query: * and ? are wildcards unless escaped by \.
func newPattern(raw string) pattern {
	var p pattern
	escaped := false
	for _, r := range raw {
		switch {
		case escaped:
			p, escaped = append(p, []rune(strings.ToLower(string(r)))...), false
		case r == '\\':
			escaped = true
		case r == '*':
			p = append(p, anyRunes)
		case r == '?':
			p = append(p, oneRune)
		default:
			p = append(p, []rune(strings.ToLower(string(r)))...)
		}
	}
	return p
}

// literal returns the word, or "" if it has a wildcard.
func (p pattern) literal() string {
	if slices.Contains(p, anyRunes) || slices.Contains(p, oneRune) {
		return ""
	}
	return string(p)
}

// matches backtracks to the last * on a mismatch.
func (p pattern) matches(text string) bool {
	runes := []rune(text)
	at, star, mark := 0, -1, 0
	for i := 0; i < len(runes); {
		switch {
		case at < len(p) && p[at] == anyRunes:
			star, mark = at, i
			at++
		case at < len(p) && (p[at] == oneRune || p[at] == runes[i]):
			at++
			i++
		case star >= 0:
			at, mark = star+1, mark+1
			i = mark
		default:
			return false
		}
	}
	for at < len(p) && p[at] == anyRunes {
		at++
	}
	return at == len(p)
}

// isNear reports whether two words differ by at most that many characters added,
// removed, changed or swapped with a neighbour.
func isNear(a, b []rune, most int) bool {
	if len(a)-len(b) > most || len(b)-len(a) > most {
		return false
	}
	older, old, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range a {
		older, old, row = old, row, older
		row[0] = i + 1
		for j := range b {
			cost := old[j]
			if a[i] != b[j] {
				cost++
			}
			row[j+1] = min(cost, old[j+1]+1, row[j]+1)
			if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
				row[j+1] = min(row[j+1], older[j-1]+1)
			}
		}
	}
	return row[len(b)] <= most
}

func isBreak(r rune) bool { return strings.ContainsRune(" \t\n,;/()\"", r) }

// possible reports whether the JSON text of a resource can match the query; this
// is faster than decoding the resource. The text is in lower case.
func possible(q Query, lower []byte) bool {
	switch q := q.(type) {
	case AllOf:
		return !slices.ContainsFunc(q, func(inner Query) bool { return !possible(inner, lower) })
	case anyOf:
		return len(q) == 0 || slices.ContainsFunc(q, func(inner Query) bool { return possible(inner, lower) })
	case boosted:
		return possible(q.Query, lower)
	case term:
		word := q.pattern.literal()
		return q.fuzzy >= 0 || word == "" || !isPlain(word) || bytes.Contains(lower, []byte(word))
	}
	return true
}

// isPlain reports whether a word is unchanged by JSON escaping and by any case folding.
func isPlain(word string) bool {
	for i := range len(word) {
		if b := word[i]; b <= ' ' || b >= 0x7f || strings.IndexByte(`*"\/<>&`, b) >= 0 {
			return false
		}
	}
	return true
}

// MayHave reports whether the query can match if a field has the value.
func (q AllOf) MayHave(field, value string) bool {
	for _, inner := range q {
		if weighed, ok := inner.(boosted); ok {
			inner = weighed.Query
		}
		switch inner := inner.(type) {
		case AllOf:
			if !inner.MayHave(field, value) {
				return false
			}
		case term:
			if word := inner.pattern.literal(); inner.field == field && inner.fuzzy < 0 && isPlain(word) && word != "" && !strings.EqualFold(word, value) {
				return false
			}
		case Equal:
			if inner.Field == field && !slices.Contains(inner.Texts, value) {
				return false
			}
		}
	}
	return true
}

// MayMatch reports whether a stored JSON text can match. It is faster than
// decoding the text.
func (q AllOf) MayMatch(text []byte) bool {
	return len(q) == 0 || bytes.IndexByte(text, '\\') >= 0 || possible(q, bytes.ToLower(text))
}
