package emulator

import "strings"

// segment is one part of a path template: ".well-known", "{id}", "{id}:clone",
// "{from}-{to}.json". Its literals stand around the names, so there is one more
// of them; they may be empty.
type segment struct {
	literals []string
	names    []string
}

// parseTemplate cuts a path template (OpenAPI 3.1, "Path Templating") into its
// segments.
func parseTemplate(path string) []segment {
	words := strings.Split(strings.TrimPrefix(path, "/"), "/")
	segments := make([]segment, len(words))
	for i, word := range words {
		segments[i] = parseSegment(word)
	}
	return segments
}

func parseSegment(word string) segment {
	s := segment{}
	for {
		literal, rest, open := strings.Cut(word, "{")
		name, after, closed := strings.Cut(rest, "}")
		if !open || !closed {
			s.literals = append(s.literals, word)
			return s
		}
		s.literals, s.names = append(s.literals, literal), append(s.names, name)
		word = after
	}
}

func (r *route) matches(words []string) bool {
	if len(words) != len(r.segments) {
		return false
	}
	for i, s := range r.segments {
		if !s.fill(words[i], nil) {
			return false
		}
	}
	return true
}

// fill reports whether the word fits, and sets the values of the names where
// a map is given. A parameter takes one character or more, and as few as the
// literal behind it allows.
func (s segment) fill(word string, values map[string]string) bool {
	last := len(s.names)
	if last == 0 {
		return word == s.literals[0]
	}
	rest, begins := strings.CutPrefix(word, s.literals[0])
	if !begins {
		return false
	}
	for i, name := range s.names {
		end := valueEnd(rest, s.literals[i+1], i == last-1)
		if end < 1 {
			return false
		}
		if values != nil {
			values[name] = rest[:end]
		}
		rest = rest[end+len(s.literals[i+1]):]
	}
	return true
}

// valueEnd is where the value ends that the literal follows, -1 where it does
// not. The last literal ends the word.
func valueEnd(rest, literal string, last bool) int {
	switch {
	case last && !strings.HasSuffix(rest, literal):
		return -1
	case last:
		return len(rest) - len(literal)
	case rest == "":
		return -1
	}
	next := strings.Index(rest[1:], literal)
	if next < 0 {
		return -1
	}
	return next + 1
}

// values are the path parameters of words that match.
func (r *route) values(words []string) map[string]string {
	values := map[string]string{}
	for i, s := range r.segments {
		s.fill(words[i], values)
	}
	return values
}

// literals counts the characters that are fixed, and so how specific a route is.
func (r *route) literals() int {
	count := 0
	for _, s := range r.segments {
		for _, literal := range s.literals {
			count += len(literal)
		}
	}
	return count
}
