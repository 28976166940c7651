package params

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// parseJSON reads one JSON value. Numbers keep their text.
func parseJSON(text string) (*node, error) {
	d := jsontext.NewDecoder(strings.NewReader(text))
	n, err := decode(d)
	if err != nil {
		return nil, err
	}
	if _, err := d.ReadToken(); !errors.Is(err, io.EOF) {
		return nil, errors.New("more text after the JSON value")
	}
	return n, nil
}

func decode(d *jsontext.Decoder) (*node, error) {
	switch d.PeekKind() {
	case '[':
		return decodeList(d)
	case '{':
		return decodeObject(d)
	}
	literal, err := d.ReadValue()
	if err != nil {
		return nil, err
	}
	return scalar(literal)
}

func scalar(literal jsontext.Value) (*node, error) {
	n := &node{text: string(literal), literal: string(literal)}
	switch literal.Kind() {
	case 'n':
		n.kind = nullNode
	case '"':
		text, err := jsontext.AppendUnquote(nil, literal)
		if err != nil {
			return nil, err
		}
		n.text = string(text)
	}
	return n, nil
}

func decodeList(d *jsontext.Decoder) (*node, error) {
	n := &node{kind: listNode}
	if _, err := d.ReadToken(); err != nil {
		return nil, err
	}
	for d.PeekKind() != ']' {
		item, err := decode(d)
		if err != nil {
			return nil, err
		}
		n.items = append(n.items, item)
	}
	_, err := d.ReadToken()
	return n, err
}

func decodeObject(d *jsontext.Decoder) (*node, error) {
	n := &node{kind: objectNode}
	if _, err := d.ReadToken(); err != nil {
		return nil, err
	}
	for d.PeekKind() != '}' {
		name, err := d.ReadToken()
		if err != nil {
			return nil, err
		}
		member := field{name: name.String()}
		if member.value, err = decode(d); err != nil {
			return nil, err
		}
		n.members = append(n.members, member)
	}
	_, err := d.ReadToken()
	return n, err
}

// reason is what is wrong with a JSON text, and where.
func reason(err error) string {
	var syntax *jsontext.SyntacticError
	if !errors.As(err, &syntax) {
		return err.Error()
	}
	return fmt.Sprintf("%v at byte %d", syntax.Err, syntax.ByteOffset+1)
}
