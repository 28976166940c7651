package emulator

import (
	"bytes"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/epilot-cli/epilot/internal/emulator/faults"
)

func (q allOf) matches(thing object) bool {
	for _, inner := range q {
		if !inner.matches(thing) {
			return false
		}
	}
	return true
}

func (q anyOf) matches(thing object) bool {
	for _, inner := range q {
		if inner.matches(thing) {
			return true
		}
	}
	return len(q) == 0
}

func (q noneOf) matches(thing object) bool { return !q.inner.matches(thing) }

func (q exists) matches(thing object) bool {
	for _, value := range thing.values(q.field) {
		if kind := value.Kind(); kind != 'n' && string(value) != "[]" {
			return true
		}
	}
	return false
}

// matches compares without case. A field that holds several words has each of
// them, and also all of them as one value.
func (q term) matches(thing object) bool {
	values := thing.values(q.field)
	if q.field == "" || q.field == "*" {
		values = []jsontext.Value{thing.text()}
	}
	for _, value := range values {
		for _, text := range leaves(value) {
			if q.fits(strings.ToLower(text)) {
				return true
			}
		}
	}
	return false
}

func (q term) fits(text string) bool {
	if q.phrase {
		return text == q.word || strings.Contains(" "+text+" ", " "+q.word+" ")
	}
	if faults.Like(q.word, text) {
		return true
	}
	for _, word := range strings.FieldsFunc(text, isBreak) {
		if faults.Like(q.word, word) {
			return true
		}
	}
	return false
}

func isBreak(r rune) bool { return strings.ContainsRune(" \t\n,;/()\"", r) }

// values are what a path of members such as "address.city" leads to; arrays on
// the way are gone through, and a step that is a number takes an element.
func (o object) values(path string) []jsontext.Value {
	if value := o.at(path); value != nil || !strings.Contains(path, ".") {
		return only(value)
	}
	step, rest, _ := strings.Cut(path, ".")
	return inside(o.at(step), rest)
}

func only(value jsontext.Value) []jsontext.Value {
	if value == nil {
		return nil
	}
	return []jsontext.Value{value}
}

func inside(value jsontext.Value, path string) []jsontext.Value {
	if inner, ok := parseObject(value); ok {
		return inner.values(path)
	}
	elements := elementsOf(value)
	if step, rest, more := strings.Cut(path, "."); strings.Trim(step, "0123456789") == "" {
		if at := intOf(step, -1); at >= 0 && at < len(elements) && more {
			return inside(elements[at], rest)
		}
	}
	var found []jsontext.Value
	for _, element := range elements {
		found = append(found, inside(element, path)...)
	}
	return found
}

// elementsOf are the elements of an array, nil for any other value.
func elementsOf(value jsontext.Value) []jsontext.Value {
	if value.Kind() != '[' {
		return nil
	}
	dec := jsontext.NewDecoder(bytes.NewBuffer(value))
	_, err := dec.ReadToken()
	var elements []jsontext.Value
	for err == nil && dec.PeekKind() != ']' {
		var element jsontext.Value
		element, err = dec.ReadValue()
		elements = append(elements, element.Clone())
	}
	return elements
}

// leaves are the texts of all values that are no object and no array.
func leaves(value jsontext.Value) []string {
	var texts []string
	switch value.Kind() {
	case '{':
		members, _ := parseObject(value)
		for _, m := range members {
			texts = append(texts, leaves(m.value)...)
		}
	case '[':
		for _, element := range elementsOf(value) {
			texts = append(texts, leaves(element)...)
		}
	case 'n', 0:
	default:
		texts = append(texts, unquoted(value))
	}
	return texts
}
