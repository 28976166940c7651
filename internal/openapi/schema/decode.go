package schema

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"sort"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/epilot-cli/epilot/internal/budget"
	"github.com/epilot-cli/epilot/internal/failure"
	"github.com/epilot-cli/epilot/internal/openapi"
)

// Decode parses JSON into map[string]any, []any, string, json.Number, bool or nil.
// Duplicate member names, invalid UTF-8 and trailing data are errors.
func Decode(text []byte) (any, error) { return DecodeWithin(text, nil) }

// DecodeWithin is Decode within the limit of meter, which may be nil: two bytes of
// JSON can become a value of a hundred bytes.
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
	meter *budget.Meter // approximate memory of the values
}

// Approximate overhead of values in addition to their text, in bytes.
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

// CheckText validates the text of a parameter. The text is interpreted as a string
// and, if it is valid JSON, as the number, boolean, null, array or object. It is
// valid if one interpretation is; otherwise the faults of the most likely one are
// returned.
func CheckText(s *openapi.Schema, word string) []Fault {
	text := Check(s, word, Request)
	if len(text) == 0 {
		return nil
	}
	var best []Fault
	for i, value := range readings(word) {
		faults := text
		if i > 0 {
			faults = Check(s, value, Request)
		}
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

// ReadText returns the value of an element or member given as text: the first
// interpretation that matches the schema, else the string.
func ReadText(s *openapi.Schema, word string) any {
	for _, value := range readings(word) {
		if s == nil || len(Check(s, value, Request)) == 0 {
			return value
		}
	}
	return word
}

// readings returns the possible interpretations of a text. Double quotes are part of
// the string.
func readings(word string) []any {
	list := []any{word}
	if word == "" || strings.TrimSpace(word) != word || !strings.Contains("{[-0123456789tfn", word[:1]) {
		return list // a string, or not the start of JSON
	}
	if value, err := Decode([]byte(word)); err == nil {
		list = append(list, value)
	}
	return list
}

// typeOf returns the JSON Schema type of a value.
func typeOf(value any) string {
	switch v := value.(type) {
	case nil:
		return "null"
	case bool:
		return "boolean"
	case string:
		return "string"
	case json.Number:
		if parseDecimal(string(v)).isInteger() {
			return "integer"
		}
		return "number"
	case []any:
		return "array"
	}
	return "object"
}

// canonical returns the same string for equal values.
func canonical(value any) string {
	switch v := value.(type) {
	case nil:
		return "null"
	case bool:
		return strconv.FormatBool(v)
	case string:
		return strconv.Quote(v)
	case json.Number:
		return parseDecimal(string(v)).key()
	case []any:
		parts := make([]string, len(v))
		for i, element := range v {
			parts[i] = canonical(element)
		}
		return "[" + strings.Join(parts, ",") + "]"
	case map[string]any:
		return canonicalObject(v)
	}
	return ""
}

func canonicalObject(object map[string]any) string {
	parts := make([]string, 0, len(object))
	for name, member := range object {
		parts = append(parts, strconv.Quote(name)+":"+canonical(member))
	}
	slices.Sort(parts)
	return "{" + strings.Join(parts, ",") + "}"
}

func names(object map[string]any) []string {
	list := make([]string, 0, len(object))
	for name := range object {
		list = append(list, name)
	}
	sort.Strings(list)
	return list
}
