package schema

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/epilot-cli/epilot/internal/budget"
	"github.com/epilot-cli/epilot/internal/failure"
	"github.com/epilot-cli/epilot/internal/openapi"
)

// Decode returns the value of a JSON text as map[string]any, []any, string,
// json.Number, bool or nil. Member names that appear twice, text that is not
// UTF-8 and anything behind the value are errors.
func Decode(text []byte) (any, error) { return DecodeWithin(text, nil) }

// DecodeWithin is Decode, as far as the meter allows, which may be nil: two bytes
// of text can be a value of a hundred.
func DecodeWithin(text []byte, meter *budget.Meter) (any, error) {
	dec := decoder{jsontext.NewDecoder(bytes.NewBuffer(text)), meter}
	value, err := dec.value()
	if failed := new(failure.Error); errors.As(err, &failed) {
		return nil, failed
	}
	if err != nil {
		return nil, fmt.Errorf("invalid JSON: %w", err)
	}
	if _, err := dec.ReadToken(); err != io.EOF {
		return nil, fmt.Errorf("invalid JSON: text after the value at byte %d", dec.InputOffset())
	}
	return value, nil
}

type decoder struct {
	*jsontext.Decoder
	meter *budget.Meter // of what the values take, about
}

// What values take beside their text, in bytes.
const (
	sizeOfValue  = 32
	sizeOfObject = 64
	sizeOfMember = 64
)

func (d decoder) value() (any, error) {
	token, err := d.ReadToken()
	if err != nil {
		return nil, err
	}
	if err := d.meter.Spend(sizeOfValue); err != nil {
		return nil, err
	}
	switch token.Kind() {
	case '{':
		return d.object()
	case '[':
		return d.array()
	case '"':
		return token.String(), nil
	case '0':
		return json.Number(token.String()), nil
	case 't', 'f':
		return token.Bool(), nil
	}
	return nil, nil
}

func (d decoder) object() (any, error) {
	if err := d.meter.Spend(sizeOfObject); err != nil {
		return nil, err
	}
	object := map[string]any{}
	for d.PeekKind() != '}' {
		token, err := d.ReadToken()
		if err != nil {
			return nil, err
		}
		name := token.String()
		if err := d.meter.Spend(sizeOfMember + len(name)); err != nil {
			return nil, err
		}
		if object[name], err = d.value(); err != nil {
			return nil, err
		}
	}
	_, err := d.ReadToken()
	return object, err
}

func (d decoder) array() (any, error) {
	array := []any{}
	for d.PeekKind() != ']' {
		element, err := d.value()
		if err != nil {
			return nil, err
		}
		array = append(array, element)
	}
	_, err := d.ReadToken()
	return array, err
}

// CheckWord checks the text of a parameter. The word is read as the types of
// the schema ask for: as a string, and as the JSON number, boolean, null,
// array or object that it is the text of. It fits when one reading does; the
// faults of the likeliest are returned otherwise.
func CheckWord(s *openapi.Schema, word string) []Fault {
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
		return root.fault("must be %s, not %s", shapes{}.typeList([]*openapi.Schema{s}), quote(word))
	}
	return best
}

// ReadWord returns the value that the text of an element or a member stands
// for: the first reading that fits the schema, else the text.
func ReadWord(s *openapi.Schema, word string) any {
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
