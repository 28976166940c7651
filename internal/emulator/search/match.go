package search

import (
	"bytes"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

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
	for _, value := range object.Values(item, q.field) {
		if kind := value.Kind(); kind != 'n' && string(value) != "[]" {
			return true
		}
	}
	return false
}

// term is a word that a field has, or where there is no field any of them. It is
// compared without case. A field that holds several words has each of them, and
// also all of them as one value.
type term struct {
	field   string
	pattern pattern
	fuzzy   int // how many characters may differ; -1: it is not fuzzy
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

// anyText reports whether one of the values of a field, in lower case, is
// accepted; "" and * stand for all fields.
func anyText(item jsonx.Object, field string, accept func(string) bool) bool {
	values := object.Values(item, field)
	if field == "" || field == "*" {
		values = []jsontext.Value{item.Text()}
	}
	for _, value := range values {
		for _, text := range object.Leaves(value) {
			if accept(strings.ToLower(text)) {
				return true
			}
		}
	}
	return false
}

// phrase is words that stand together, or with at most so many others between them.
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

// from reports whether the phrase begins with the first of the words.
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

// matching is a regular expression that a whole word or value fits.
type matching struct {
	field      string
	expression *regexp.Regexp
}

func (q matching) Matches(item jsonx.Object) bool {
	return anyText(item, q.field, func(text string) bool {
		return q.expression.MatchString(text) || slices.ContainsFunc(strings.FieldsFunc(text, isBreak), q.expression.MatchString)
	})
}

// pattern is a word in lower case in which anyRunes stands for any text and
// oneRune for any character.
type pattern []rune

const anyRunes, oneRune = -1, -2

// newPattern reads a word of a query: * and ? that no \ precedes are signs.
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

// literal is the word, "" where it has a sign.
func (p pattern) literal() string {
	if slices.Contains(p, anyRunes) || slices.Contains(p, oneRune) {
		return ""
	}
	return string(p)
}

// matches goes back to the last * where the text does not fit.
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

// isNear reports whether at most so many characters are added, removed, changed
// or swapped with their neighbour between two words.
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

// possible reports whether the JSON text of a resource can fit the query at all:
// that is seen quicker than the resource is read. The text is in lower case.
func possible(q Query, lower []byte) bool {
	switch q := q.(type) {
	case AllOf:
		return !slices.ContainsFunc(q, func(inner Query) bool { return !possible(inner, lower) })
	case anyOf:
		return len(q) == 0 || slices.ContainsFunc(q, func(inner Query) bool { return possible(inner, lower) })
	case term:
		word := q.pattern.literal()
		return q.fuzzy >= 0 || word == "" || !isPlain(word) || bytes.Contains(lower, []byte(word))
	}
	return true
}

// isPlain reports whether a word stands in JSON as it is, and in lower case as
// every folding has it.
func isPlain(word string) bool {
	for i := range len(word) {
		if b := word[i]; b <= ' ' || b >= 0x7f || strings.IndexByte(`*"\/<>&`, b) >= 0 {
			return false
		}
	}
	return true
}

// MayHave reports whether the query can match where a field has the value.
func (q AllOf) MayHave(field, value string) bool {
	for _, inner := range q {
		switch inner := inner.(type) {
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

// MayMatch reports whether a stored JSON text can match. It is quicker than
// reading the text.
func (q AllOf) MayMatch(text []byte) bool {
	return len(q) == 0 || bytes.IndexByte(text, '\\') >= 0 || possible(q, bytes.ToLower(text))
}

// dateMath calculates a date such as now, now-1d/d or 2026-01-01||+1M/d
// (Elasticsearch, "Date math"). upper rounds up to the last moment of the unit.
// ok is false for any other text.
func dateMath(text string, now time.Time, upper bool) (date string, ok bool) {
	base, rest, anchored := strings.Cut(text, "||")
	at := now.UTC()
	switch {
	case anchored:
		if at, ok = parseDate(base); !ok {
			return "", false
		}
	case strings.HasPrefix(text, "now") && !now.IsZero():
		rest = strings.TrimPrefix(text, "now")
	default:
		return "", false
	}
	for rest != "" {
		sign := rest[0]
		digits := rest[1:]
		end := len(digits) - len(strings.TrimLeft(digits, "0123456789"))
		if end >= len(digits) || end > 6 || sign == '/' && end > 0 {
			return "", false
		}
		count, unit := 1, digits[end]
		if end > 0 {
			count, _ = strconv.Atoi(digits[:end])
		}
		rest = digits[end+1:]
		switch sign {
		case '+':
			at, ok = addUnits(at, count, unit)
		case '-':
			at, ok = addUnits(at, -count, unit)
		case '/':
			if at, ok = roundDown(at, unit); ok && upper {
				at, _ = addUnits(at, 1, unit)
				at = at.Add(-time.Millisecond)
			}
		default:
			ok = false
		}
		if !ok {
			return "", false
		}
	}
	return at.Format("2006-01-02T15:04:05.000Z"), true
}

func parseDate(text string) (time.Time, bool) {
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04:05", time.DateOnly, "2006-01", "2006"} {
		if date, err := time.Parse(layout, text); err == nil {
			return date.UTC(), true
		}
	}
	return time.Time{}, false
}

func addUnits(at time.Time, count int, unit byte) (time.Time, bool) {
	switch unit {
	case 'y':
		return at.AddDate(count, 0, 0), true
	case 'M':
		return at.AddDate(0, count, 0), true
	case 'w':
		return at.AddDate(0, 0, 7*count), true
	case 'd':
		return at.AddDate(0, 0, count), true
	case 'h', 'H':
		return at.Add(time.Duration(count) * time.Hour), true
	case 'm':
		return at.Add(time.Duration(count) * time.Minute), true
	case 's':
		return at.Add(time.Duration(count) * time.Second), true
	}
	return at, false
}

func roundDown(at time.Time, unit byte) (time.Time, bool) {
	y, m, d := at.Date()
	switch unit {
	case 'y':
		return time.Date(y, 1, 1, 0, 0, 0, 0, time.UTC), true
	case 'M':
		return time.Date(y, m, 1, 0, 0, 0, 0, time.UTC), true
	case 'w':
		return time.Date(y, m, d-(int(at.Weekday())+6)%7, 0, 0, 0, 0, time.UTC), true
	case 'd':
		return time.Date(y, m, d, 0, 0, 0, 0, time.UTC), true
	case 'h', 'H':
		return at.Truncate(time.Hour), true
	case 'm':
		return at.Truncate(time.Minute), true
	case 's':
		return at.Truncate(time.Second), true
	}
	return at, false
}
