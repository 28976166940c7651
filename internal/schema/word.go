package schema

import (
	"strings"

	"github.com/epilot-cli/epilot/internal/operation"
)

// CheckWord checks the text of a parameter. The word is read as the types of
// the schema ask for: as a string, and as the JSON number, boolean, null,
// array or object that it is the text of. It fits when one reading does; the
// faults of the likeliest are returned otherwise.
func CheckWord(s *operation.Schema, word string) []Fault {
	var best []Fault
	for _, value := range readings(word) {
		faults := Check(s, value, Request)
		if len(faults) == 0 {
			return nil
		}
		if mayHaveType(s, value, 0) && (best == nil || len(faults) < len(best)) {
			best = faults
		}
	}
	if best == nil {
		return root.fault("must be %s, not %s", shapes{}.typeList([]*operation.Schema{s}), quote(word))
	}
	return best
}

// ReadWord returns the value that the text of an element or a member stands
// for: the first reading that fits the schema, else the text.
func ReadWord(s *operation.Schema, word string) any {
	for _, value := range readings(word) {
		if s == nil || len(Check(s, value, Request)) == 0 {
			return value
		}
	}
	return word
}

// readings are the values that a word may stand for. A word in double quotes
// is the text with its quotes.
func readings(word string) []any {
	list := []any{word}
	if word == "" || strings.TrimSpace(word) != word || word[0] == '"' {
		return list
	}
	if value, err := Decode([]byte(word)); err == nil {
		list = append(list, value)
	}
	return list
}
