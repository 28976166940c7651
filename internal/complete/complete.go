// Package complete says what may stand at a place of a command line that calls
// an operation: the keys of its parameters and of the fields of its body, and
// the values that a schema lists. It knows no shell and no flag, reads nothing,
// and does not look at what was typed of the word but for what that leads to.
package complete

import (
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/epilot-cli/epilot/internal/operation"
	"github.com/epilot-cli/epilot/internal/schema"
)

// Candidate is one text that may stand there.
type Candidate struct {
	Text string
	Note string // what it is, may be empty
	Open bool   // more follows within the word, such as the value behind "key="
}

// Values are those that the schema lists: of enumerations, constants and
// booleans, also of its alternatives and of the elements of a list. It is nil
// where anything will do.
func Values(s *operation.Schema) []Candidate {
	var found []Candidate
	for _, part := range s.Parts() {
		found = append(found, ownValues(part)...)
		if part.Items != nil {
			found = append(found, elements(part.Items)...)
		}
	}
	return distinct(found)
}

// elements are the values of a list's elements. Those of lists in lists have no
// place in one word.
func elements(s *operation.Schema) []Candidate {
	var found []Candidate
	for _, part := range s.Parts() {
		found = append(found, ownValues(part)...)
	}
	return found
}

func ownValues(s *operation.Schema) []Candidate {
	texts := s.Enum
	if s.Const != "" {
		texts = []string{s.Const}
	}
	if len(texts) == 0 && s.Is("boolean") {
		texts = []string{"true", "false"}
	}
	var found []Candidate
	for _, text := range texts {
		if text == "null" {
			continue // a word is never null
		}
		note := ""
		if text == s.Default {
			note = "default"
		}
		found = append(found, Candidate{Text: plain(text), Note: note})
	}
	return found
}

// plain is a JSON text as a word: a string without its quotes.
func plain(text string) string {
	if !strings.HasPrefix(text, `"`) {
		return text
	}
	word, err := jsontext.AppendUnquote(nil, text)
	if err != nil {
		return text
	}
	return string(word)
}

func distinct(all []Candidate) []Candidate {
	seen := map[string]bool{}
	var found []Candidate
	for _, c := range all {
		if c.Text != "" && !seen[c.Text] {
			seen[c.Text] = true
			found = append(found, c)
		}
	}
	return found
}

const longestType = 48 // characters of a type in a note

// typeOf names the type of a value, short enough for a note.
func typeOf(s *operation.Schema) string {
	name := []rune(schema.TypeName(s))
	if len(name) > longestType {
		return string(name[:longestType-1]) + "…"
	}
	return string(name)
}

// Describe is what a value of the schema must be, for a hint: its type, format
// and limits.
func Describe(s *operation.Schema) string {
	words := []string{typeOf(s)}
	for _, part := range s.Parts() {
		if part.Format != "" {
			words = append(words, part.Format)
		}
		if part.Minimum != "" {
			words = append(words, "min "+part.Minimum)
		}
		if part.Maximum != "" {
			words = append(words, "max "+part.Maximum)
		}
	}
	return strings.Join(words, ", ")
}
