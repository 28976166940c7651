package fields

import (
	"bytes"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

type valueKind int

const (
	scalar valueKind = iota
	object
	array
	aFile
)

// value is a JSON value; members keep their order and numbers their text.
type value struct {
	kind    valueKind
	raw     string // JSON text of a scalar; the name of a file
	members []*member
	items   []*value
}

type member struct {
	name  string
	value *value
}

func quote(text string) string {
	quoted, _ := jsontext.AppendQuote(nil, text) // what is not UTF-8 was refused
	return string(quoted)
}

func parse(text []byte) (*value, error) {
	return parseValue(jsontext.NewDecoder(bytes.NewBuffer(text)))
}

func parseValue(dec *jsontext.Decoder) (*value, error) {
	if kind := dec.PeekKind(); kind != '{' && kind != '[' {
		raw, err := dec.ReadValue()
		return &value{raw: string(raw)}, err
	}
	open, err := dec.ReadToken()
	if err != nil {
		return nil, err
	}
	v := &value{kind: array}
	if open.Kind() == '{' {
		v.kind = object
	}
	for dec.PeekKind() != '}' && dec.PeekKind() != ']' {
		if err := v.parseNext(dec); err != nil {
			return nil, err
		}
	}
	_, err = dec.ReadToken()
	return v, err
}

func (v *value) parseNext(dec *jsontext.Decoder) error {
	var name string
	if v.kind == object {
		token, err := dec.ReadToken()
		if err != nil {
			return err
		}
		name = token.String()
	}
	next, err := parseValue(dec)
	if v.kind == object {
		v.members = append(v.members, &member{name, next})
	} else {
		v.items = append(v.items, next)
	}
	return err
}

// append writes the value as JSON text.
func (v *value) append(to []byte) []byte {
	switch v.kind {
	case object:
		to = append(to, '{')
		for i, m := range v.members {
			to = append(separate(to, i), quote(m.name)+":"...)
			to = m.value.append(to)
		}
		return append(to, '}')
	case array:
		to = append(to, '[')
		for i, item := range v.items {
			to = item.append(separate(to, i))
		}
		return append(to, ']')
	case aFile:
		return append(to, quote(v.raw)...)
	}
	return append(to, v.raw...)
}

func separate(to []byte, i int) []byte {
	if i > 0 {
		return append(to, ',')
	}
	return to
}

func (v *value) member(name string) *value {
	for _, m := range v.members {
		if m.name == name {
			return m.value
		}
	}
	return nil
}

// escape makes a name one token of a JSON pointer (RFC 6901).
func escape(name string) string {
	return strings.NewReplacer("~", "~0", "/", "~1").Replace(name)
}

func parent(pointer string) string { return pointer[:strings.LastIndexByte(pointer, '/')] }

// unquoted is the text of a scalar: that of a string, or the JSON text itself.
func unquoted(raw string) string {
	if raw == "" || raw[0] != '"' {
		return raw
	}
	text, _ := jsontext.AppendUnquote(nil, raw) // it was parsed or quoted before
	return string(text)
}
