package jsonx

import (
	"bytes"

	"github.com/go-json-experiment/json/jsontext"
)

// Object is a JSON object whose members keep their order and their text.
type Object []Member

// Member is one member of an object.
type Member struct {
	Name  string
	Value jsontext.Value
	Key   jsontext.Value // the name as it was written, with its quotes; nil: as Quote writes it
}

// ParseObject reads the members of an object; false where the text is not one.
// A name that appears twice and invalid UTF-8 are accepted. The values share
// the memory of the text.
func ParseObject(text []byte) (Object, bool) {
	members := Object{}
	ok := walk(text, '{', func(dec *jsontext.Decoder) error {
		key, err := nextValue(dec, text)
		if err != nil {
			return err
		}
		m := Member{Name: Unquote(key), Key: key}
		m.Value, err = nextValue(dec, text)
		members = append(members, m)
		return err
	})
	return members, ok
}

// ParseArray reads the elements of an array as ParseObject reads members.
func ParseArray(text []byte) ([]jsontext.Value, bool) {
	elements := []jsontext.Value{}
	ok := walk(text, '[', func(dec *jsontext.Decoder) error {
		element, err := nextValue(dec, text)
		elements = append(elements, element)
		return err
	})
	return elements, ok
}

// walk calls next for each part of an object or array.
func walk(text []byte, open jsontext.Kind, next func(*jsontext.Decoder) error) bool {
	dec := jsontext.NewDecoder(bytes.NewBuffer(text), jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
	if dec.PeekKind() != open {
		return false
	}
	if _, err := dec.ReadToken(); err != nil {
		return false
	}
	for dec.PeekKind() != '}' && dec.PeekKind() != ']' {
		if next(dec) != nil {
			return false
		}
	}
	_, err := dec.ReadToken()
	return err == nil
}

// nextValue is the next value as a part of the text.
func nextValue(dec *jsontext.Decoder, text []byte) (jsontext.Value, error) {
	value, err := dec.ReadValue()
	if err != nil {
		return nil, err
	}
	end := int(dec.InputOffset())
	return text[end-len(value) : end : end], nil
}

// Index is the position of the first member of that name, -1 for none.
func (o Object) Index(name string) int {
	for i := range o {
		if o[i].Name == name {
			return i
		}
	}
	return -1
}

// Get is the value of the first member of that name, nil for none.
func (o Object) Get(name string) jsontext.Value {
	if i := o.Index(name); i >= 0 {
		return o[i].Value
	}
	return nil
}

// With is the object with a member set: where it was, or at the end. The
// object itself is not changed.
func (o Object) With(name string, value jsontext.Value) Object {
	changed := make(Object, len(o), len(o)+1)
	copy(changed, o)
	if i := o.Index(name); i >= 0 {
		changed[i].Value = value
		return changed
	}
	return append(changed, Member{Name: name, Value: value})
}

// Without is the object without the members of that name.
func (o Object) Without(name string) Object {
	left := make(Object, 0, len(o))
	for _, m := range o {
		if m.Name != name {
			left = append(left, m)
		}
	}
	return left
}

// Append appends the object as JSON text on one line.
func (o Object) Append(to []byte) []byte {
	to = append(to, '{')
	for i, m := range o {
		if i > 0 {
			to = append(to, ',')
		}
		to = m.Append(to)
	}
	return append(to, '}')
}

// Append appends `"name":value`.
func (m Member) Append(to []byte) []byte {
	if m.Key != nil {
		to = append(to, m.Key...)
	} else {
		to = AppendQuote(to, m.Name)
	}
	return append(append(to, ':'), m.Value...)
}

// Text is the object as JSON text on one line.
func (o Object) Text() jsontext.Value { return o.Append(nil) }
