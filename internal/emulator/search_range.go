package emulator

import "strings"

// parseRange reads what may stand behind a field and is no word: [least TO
// most], with {} where the bounds are left out, and >, >=, < and <=. A bound
// that is * is none.
func parseRange(field, value string) (query, bool) {
	q := between{field: strings.TrimSuffix(field, ".keyword")}
	if field == "" || value == "" {
		return nil, false
	}
	least, most, is := strings.Cut(strings.Trim(value, "[]{}"), " TO ")
	first, last := value[0], value[len(value)-1]
	if is && (first == '[' || first == '{') && (last == ']' || last == '}') {
		q.gte, q.lte = bound(least), bound(most)
		if first == '{' {
			q.gt, q.gte = q.gte, ""
		}
		if last == '}' {
			q.lt, q.lte = q.lte, ""
		}
		return q, true
	}
	for _, sign := range []struct {
		text string
		to   *string
	}{{">=", &q.gte}, {"<=", &q.lte}, {">", &q.gt}, {"<", &q.lt}} {
		if rest, has := strings.CutPrefix(value, sign.text); has && bound(rest) != "" {
			*sign.to = bound(rest)
			return q, true
		}
	}
	return nil, false
}

// bound is a side of a range, "" for one that is open.
func bound(text string) string {
	text = strings.Trim(strings.TrimSpace(text), `"`)
	if text == "*" {
		return ""
	}
	return unescaped(text)
}

// maxRange bounds the text of a range, so that one without an end is soon seen.
const maxRange = 200

// rangeSize is the length of the range that a text begins with, or of its
// first sign where that opens none.
func rangeSize(text string) int {
	end := strings.IndexAny(text[:min(len(text), maxRange)], "]}")
	if end < 0 || !strings.Contains(text[:end], " TO ") {
		return 1
	}
	return end + 1
}
