// Package object finds values in JSON objects by path, and strings in decoded objects.
package object

import (
	"encoding/json"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/epilot-cli/epilot/internal/jsonx"
)

// Quote returns a string as JSON.
func Quote(text string) jsontext.Value { return jsonx.AppendQuote(nil, text) }

// StringOf returns a member if it is a string, otherwise "".
func StringOf(params map[string]any, name string) string {
	word, _ := params[name].(string)
	return word
}

// StringsOf returns a member that is an array of strings, or nil.
func StringsOf(params map[string]any, name string) []string {
	list, isList := params[name].([]any)
	if !isList {
		return nil
	}
	texts := make([]string, 0, len(list))
	for _, value := range list {
		if word, ok := value.(string); ok {
			texts = append(texts, word)
		}
	}
	return texts
}

// Encode returns the JSON of a value decoded by schema.Decode.
func Encode(value any) []byte {
	text, _ := json.Marshal(value)
	return text
}

// Values returns the values at a path of members such as "address.city". Arrays
// on the path are expanded; a number selects one element.
func Values(o jsonx.Object, path string) []jsontext.Value {
	if value := o.Get(path); value != nil || !strings.Contains(path, ".") {
		return only(value)
	}
	step, rest, _ := strings.Cut(path, ".")
	return inside(o.Get(step), rest)
}

func only(value jsontext.Value) []jsontext.Value {
	if value == nil {
		return nil
	}
	return []jsontext.Value{value}
}

func inside(value jsontext.Value, path string) []jsontext.Value {
	if inner, ok := jsonx.ParseObject(value); ok {
		return Values(inner, path)
	}
	elements := Elements(value)
	if step, rest, more := strings.Cut(path, "."); strings.Trim(step, "0123456789") == "" {
		if at, err := strconv.Atoi(step); err == nil && at < len(elements) && more {
			return inside(elements[at], rest)
		}
	}
	var found []jsontext.Value
	for _, element := range elements {
		found = append(found, inside(element, path)...)
	}
	return found
}

// Elements returns the elements of an array, nil for any other value.
func Elements(value jsontext.Value) []jsontext.Value {
	if elements, ok := jsonx.ParseArray(value); ok {
		return elements
	}
	return nil
}

// Leaves returns all values other than objects and arrays, as strings.
func Leaves(value jsontext.Value) []string {
	var texts []string
	switch value.Kind() {
	case '{':
		members, _ := jsonx.ParseObject(value)
		for _, m := range members {
			texts = append(texts, Leaves(m.Value)...)
		}
	case '[':
		for _, element := range Elements(value) {
			texts = append(texts, Leaves(element)...)
		}
	case 'n', 0:
	default:
		texts = append(texts, jsonx.Unquote(value))
	}
	return texts
}
