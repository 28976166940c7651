// Package object finds values in JSON objects by their paths, and strings in
// decoded ones.
package object

import (
	"encoding/json"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/epilot-cli/epilot/internal/jsonx"
)

// Quote is the JSON text of a string.
func Quote(text string) jsontext.Value { return jsonx.AppendQuote(nil, text) }

// StringOf is a member that is a string, else "".
func StringOf(params map[string]any, name string) string {
	word, _ := params[name].(string)
	return word
}

// StringsOf is a member that is an array of strings, nil where it is absent.
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

// Encode is the JSON text of a value that schema.Decode made.
func Encode(value any) []byte {
	text, _ := json.Marshal(value)
	return text
}

// Values are what a path of members such as "address.city" leads to; arrays on
// the way are gone through, and a step that is a number takes an element.
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

// Elements are the elements of an array, nil for any other value.
func Elements(value jsontext.Value) []jsontext.Value {
	if elements, ok := jsonx.ParseArray(value); ok {
		return elements
	}
	return nil
}

// Leaves are the texts of all values that are no object and no array.
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
