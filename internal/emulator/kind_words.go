package emulator

import (
	"slices"
	"strings"
)

// pathTemplate are a template's words without the version in front:
// "/v1/entity/{slug}" and "/v2/entity/{slug}" have the same things.
func pathTemplate(path string) []string {
	words := strings.Split(strings.TrimPrefix(path, "/"), "/")
	if len(words) > 1 && isVersion(words[0]) {
		return words[1:]
	}
	return words
}

func isVersion(word string) bool {
	return len(word) > 1 && word[0] == 'v' && strings.Trim(word[1:], "0123456789") == ""
}

// cutAction takes "…/things:search" and "…/things/search" apart.
func cutAction(words []string) ([]string, string) {
	last := len(words) - 1
	if things, action, found := strings.Cut(words[last], ":"); found {
		return append(slices.Clone(words[:last]), things), action
	}
	if words[last] == "search" {
		return words[:last], "search"
	}
	return words, ""
}

// parameter is the name in a word that is nothing but a parameter.
func parameter(word string) (string, bool) {
	inner, open := strings.CutPrefix(word, "{")
	name, closed := strings.CutSuffix(inner, "}")
	return name, open && closed && !strings.ContainsAny(name, "{}")
}

// keyOf is a template without the names of its parameters. The singular and
// the plural of a word are the same: "view/{id}" stands beside "views".
func keyOf(words []string) string {
	key := make([]string, len(words))
	for i, word := range words {
		if _, is := parameter(word); is {
			key[i] = "{}"
			continue
		}
		key[i] = singular(word)
	}
	return strings.Join(key, "/")
}

func singular(word string) string {
	switch {
	case strings.HasSuffix(word, "ies"):
		return strings.TrimSuffix(word, "ies") + "y"
	case strings.HasSuffix(word, "sses"):
		return strings.TrimSuffix(word, "es")
	case strings.HasSuffix(word, "ss"):
		return word
	}
	return strings.TrimSuffix(word, "s")
}

// thingOf is the last word of a collection that is no parameter.
func thingOf(words []string) string {
	for i := len(words) - 1; i >= 0; i-- {
		if _, is := parameter(words[i]); !is {
			return singular(words[i])
		}
	}
	return "thing"
}
