package emulator

import (
	"bytes"

	"github.com/go-json-experiment/json/jsontext"
)

// object is a JSON object whose members keep their order and their text.
type object []member

type member struct {
	name  string
	value jsontext.Value
}

// parseObject reads an object; false for any other value. What stands in it
// has been checked before.
func parseObject(text []byte) (object, bool) {
	dec := jsontext.NewDecoder(bytes.NewBuffer(text))
	if dec.PeekKind() != '{' {
		return nil, false
	}
	_, err := dec.ReadToken()
	members := object{}
	for err == nil && dec.PeekKind() != '}' {
		var name jsontext.Token
		if name, err = dec.ReadToken(); err != nil {
			break
		}
		m := member{name: name.String()}
		m.value, err = dec.ReadValue()
		m.value = m.value.Clone()
		members = append(members, m)
	}
	return members, err == nil
}

// at is a member's value, nil where there is none.
func (o object) at(name string) jsontext.Value {
	for _, m := range o {
		if m.name == name {
			return m.value
		}
	}
	return nil
}

// with is the object with the member set: in its place, or at the end. The
// object itself stays as it is.
func (o object) with(name string, value jsontext.Value) object {
	changed := make(object, 0, len(o)+1)
	found := false
	for _, m := range o {
		if m.name == name {
			m.value, found = value, true
		}
		changed = append(changed, m)
	}
	if !found {
		changed = append(changed, member{name, value})
	}
	return changed
}

func (o object) without(name string) object {
	left := make(object, 0, len(o))
	for _, m := range o {
		if m.name != name {
			left = append(left, m)
		}
	}
	return left
}

func (o object) text() jsontext.Value {
	out := []byte{'{'}
	for i, m := range o {
		if i > 0 {
			out = append(out, ',')
		}
		out = append(append(out, quoted(m.name)...), ':')
		out = append(out, m.value...)
	}
	return append(out, '}')
}

// quoted is the JSON text of a string.
func quoted(text string) jsontext.Value {
	out, _ := jsontext.AppendQuote(nil, text) // what is not UTF-8 in it is replaced
	return out
}

// unquoted is the text of a JSON string, or the JSON text of another value.
func unquoted(value jsontext.Value) string {
	if value.Kind() != '"' {
		return string(value)
	}
	text, _ := jsontext.AppendUnquote(nil, value)
	return string(text)
}
