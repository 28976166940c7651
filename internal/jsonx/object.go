package jsonx

import (
	"bytes"
	"errors"
	"fmt"
	"io"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/epilot-cli/epilot/internal/budget"
)

// Object is a JSON object whose members keep their order and spelling.
type Object []Member

// Member is one member of an object.
type Member struct {
	Name  string
	Value jsontext.Value
	Key   jsontext.Value // the name as written, with quotes; nil: as Quote writes it
}

// ParseObject parses the members of an object; it returns false if the text is not
// an object. Duplicate names and invalid UTF-8 are accepted. The values share memory
// with the text.
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

// ParseArray parses the elements of an array as ParseObject parses members.
func ParseArray(text []byte) ([]jsontext.Value, bool) {
	elements := []jsontext.Value{}
	ok := walk(text, '[', func(dec *jsontext.Decoder) error {
		element, err := nextValue(dec, text)
		elements = append(elements, element)
		return err
	})
	return elements, ok
}

// walk calls next for each member or element.
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

// nextValue returns the next value as a slice of text.
func nextValue(dec *jsontext.Decoder, text []byte) (jsontext.Value, error) {
	value, err := dec.ReadValue()
	if err != nil {
		return nil, err
	}
	end := int(dec.InputOffset())
	return text[end-len(value) : end : end], nil
}

// ArrayOf returns elements as a JSON array on one line.
func ArrayOf[T ~[]byte](elements []T) jsontext.Value {
	text := []byte{'['}
	for i, element := range elements {
		text = append(separate(text, i), element...)
	}
	return append(text, ']')
}

// Index returns the position of the first member with this name, or -1.
func (o Object) Index(name string) int {
	for i := range o {
		if o[i].Name == name {
			return i
		}
	}
	return -1
}

// Get returns the value of the first member with this name, or nil.
func (o Object) Get(name string) jsontext.Value {
	if i := o.Index(name); i >= 0 {
		return o[i].Value
	}
	return nil
}

// With returns a copy of the object with a member set, in its existing position or
// at the end.
func (o Object) With(name string, value jsontext.Value) Object {
	changed := make(Object, len(o), len(o)+1)
	copy(changed, o)
	if i := o.Index(name); i >= 0 {
		changed[i].Value = value
		return changed
	}
	return append(changed, Member{Name: name, Value: value})
}

// Without returns the object without any members of this name.
func (o Object) Without(name string) Object {
	left := make(Object, 0, len(o))
	for _, m := range o {
		if m.Name != name {
			left = append(left, m)
		}
	}
	return left
}

// Append appends the object as JSON on one line.
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

// Text returns the object as JSON on one line.
func (o Object) Text() jsontext.Value { return o.Append(nil) }

// Kind is the kind of a Node.
type Kind int

// The kinds of nodes.
const (
	Scalar Kind = iota // a string, a number, true, false or null
	Array
	ObjectNode
)

// Node is a JSON value of any depth that can be modified in place. Members keep
// their order and scalars their spelling.
type Node struct {
	Kind    Kind
	Text    string // JSON text of a scalar
	Items   []*Node
	Members []NodeMember
}

// NodeMember is one member of an object.
type NodeMember struct {
	Name  string
	Value *Node
}

// StringNode returns a node for a string.
func StringNode(text string) *Node { return &Node{Text: Quote(text)} }

// ParseNode parses one JSON value. Duplicate member names and invalid UTF-8 are
// errors.
func ParseNode(text []byte) (*Node, error) { return ParseNodeWithin(text, nil) }

// ParseNodeWithin is ParseNode within the limit of meter, which may be nil: two
// bytes of text can become a node of a hundred bytes.
func ParseNodeWithin(text []byte, meter *budget.Meter) (*Node, error) {
	dec := jsontext.NewDecoder(bytes.NewBuffer(text))
	n, err := parseNode(dec, meter)
	if err != nil {
		return nil, reason(err)
	}
	if _, err := dec.ReadToken(); !errors.Is(err, io.EOF) {
		return nil, errors.New("text after the JSON value")
	}
	return n, nil
}

// reason returns the syntax error and its byte position, counted from 1.
func reason(err error) error {
	var syntax *jsontext.SyntacticError
	if !errors.As(err, &syntax) {
		return err
	}
	return fmt.Errorf("%w at byte %d", syntax.Err, syntax.ByteOffset+1)
}

const sizeOfNode = 96 // bytes, including the slot in its parent

func parseNode(dec *jsontext.Decoder, meter *budget.Meter) (*Node, error) {
	if err := meter.Spend(sizeOfNode); err != nil {
		return nil, err
	}
	kind := dec.PeekKind()
	if kind != '{' && kind != '[' {
		text, err := dec.ReadValue()
		return &Node{Text: string(text)}, err
	}
	if _, err := dec.ReadToken(); err != nil {
		return nil, err
	}
	n := &Node{Kind: Array}
	if kind == '{' {
		n.Kind = ObjectNode
	}
	for dec.PeekKind() != '}' && dec.PeekKind() != ']' {
		if err := n.parsePart(dec, meter); err != nil {
			return nil, err
		}
	}
	_, err := dec.ReadToken()
	return n, err
}

func (n *Node) parsePart(dec *jsontext.Decoder, meter *budget.Meter) error {
	var name string
	if n.Kind == ObjectNode {
		token, err := dec.ReadToken()
		if err != nil {
			return err
		}
		name = token.String()
	}
	value, err := parseNode(dec, meter)
	if n.Kind == ObjectNode {
		n.Members = append(n.Members, NodeMember{name, value})
	} else {
		n.Items = append(n.Items, value)
	}
	return err
}

// IsNull reports whether the node is null.
func (n *Node) IsNull() bool { return n.Kind == Scalar && n.Text == "null" }

// String returns the value of a string, or the JSON text of any other scalar.
func (n *Node) String() string {
	if n.Kind == Scalar {
		return Unquote(n.Text)
	}
	return string(n.Append(nil))
}

// Member returns the member with this name, or nil.
func (n *Node) Member(name string) *Node {
	for _, m := range n.Members {
		if m.Name == name {
			return m.Value
		}
	}
	return nil
}

// Append appends the node as JSON on one line.
func (n *Node) Append(to []byte) []byte {
	switch n.Kind {
	case ObjectNode:
		to = append(to, '{')
		for i, m := range n.Members {
			to = append(AppendQuote(separate(to, i), m.Name), ':')
			to = m.Value.Append(to)
		}
		return append(to, '}')
	case Array:
		to = append(to, '[')
		for i, item := range n.Items {
			to = item.Append(separate(to, i))
		}
		return append(to, ']')
	}
	return append(to, n.Text...)
}

func separate(to []byte, i int) []byte {
	if i > 0 {
		return append(to, ',')
	}
	return to
}
