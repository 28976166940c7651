package emulator

import "strings"

// parseTemplate cuts a path template (OpenAPI 3.1, "Path Templating") into its
// segments. A segment holds at most one parameter.
func parseTemplate(path string) []segment {
	words := strings.Split(strings.TrimPrefix(path, "/"), "/")
	segments := make([]segment, len(words))
	for i, word := range words {
		segments[i] = parseSegment(word)
	}
	return segments
}

func parseSegment(word string) segment {
	prefix, rest, open := strings.Cut(word, "{")
	name, suffix, closed := strings.Cut(rest, "}")
	if !open || !closed {
		return segment{prefix: word}
	}
	return segment{prefix: prefix, name: name, suffix: suffix}
}

func (r *route) matches(words []string) bool {
	if len(words) != len(r.segments) {
		return false
	}
	for i, s := range r.segments {
		if !s.matches(words[i]) {
			return false
		}
	}
	return true
}

// matches reports whether the word fits; a parameter takes one character or more.
func (s segment) matches(word string) bool {
	if s.name == "" {
		return word == s.prefix
	}
	return strings.HasPrefix(word, s.prefix) && strings.HasSuffix(word, s.suffix) &&
		len(word) > len(s.prefix)+len(s.suffix)
}

// values are the path parameters of words that match.
func (r *route) values(words []string) map[string]string {
	values := map[string]string{}
	for i, s := range r.segments {
		if s.name != "" {
			values[s.name] = words[i][len(s.prefix) : len(words[i])-len(s.suffix)]
		}
	}
	return values
}

// literals counts the characters that are fixed, and so how specific a route is.
func (r *route) literals() int {
	count := 0
	for _, s := range r.segments {
		count += len(s.prefix) + len(s.suffix)
	}
	return count
}
