package emulator

import (
	"bytes"
	"net/url"
	"slices"
	"strings"
)

// possible reports whether the JSON text of a thing can fit the query at all:
// that is seen quicker than the thing is read. The text is in lower case.
func possible(q query, lower []byte) bool {
	switch q := q.(type) {
	case allOf:
		return !slices.ContainsFunc(q, func(inner query) bool { return !possible(inner, lower) })
	case anyOf:
		return len(q) == 0 || slices.ContainsFunc(q, func(inner query) bool { return possible(inner, lower) })
	case term:
		return !isPlain(q.word) || bytes.Contains(lower, []byte(q.word))
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

// quick reports whether a stored text can be what is wanted.
func (s *selection) quick(text []byte) bool {
	return len(s.all) == 0 || bytes.IndexByte(text, '\\') >= 0 || possible(s.all, bytes.ToLower(text))
}

// within reports whether a shelf can have what is wanted: the last word of an
// entity's shelf is its "_schema".
func (s *selection) within(shelf shelf) bool {
	last, err := url.PathUnescape(shelf.name[strings.LastIndexByte(shelf.name, '/')+1:])
	if err != nil {
		return true
	}
	for _, q := range s.all {
		switch q := q.(type) {
		case term:
			if q.field == "_schema" && isPlain(q.word) && !strings.EqualFold(q.word, last) {
				return false
			}
		case equal:
			if q.field == "_schema" && !slices.Contains(q.words, last) {
				return false
			}
		}
	}
	return true
}
