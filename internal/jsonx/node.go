package jsonx

import (
	"bytes"
	"errors"
	"fmt"
	"io"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/epilot-cli/epilot/internal/budget"
)

// Kind says what a Node is.
type Kind int

// The kinds of nodes.
const (
	Scalar Kind = iota // a string, a number, true, false or null
	Array
	ObjectNode
)

// Node is a JSON value of any depth that can be changed in place. Members keep
// their order and scalars their text.
type Node struct {
	Kind    Kind
	Text    string // of a scalar: its JSON text
	Items   []*Node
	Members []NodeMember
}

// NodeMember is one member of an object.
type NodeMember struct {
	Name  string
	Value *Node
}

// StringNode is a node for a string.
func StringNode(text string) *Node { return &Node{Text: Quote(text)} }

// ParseNode reads one JSON value. A member name that appears twice and invalid
// UTF-8 are errors.
func ParseNode(text []byte) (*Node, error) { return ParseNodeWithin(text, nil) }

// ParseNodeWithin is ParseNode, as far as the meter allows, which may be nil: two
// bytes of text can be a node of a hundred.
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

// reason is what is wrong with a text, and at which byte, counted from 1.
func reason(err error) error {
	var syntax *jsontext.SyntacticError
	if !errors.As(err, &syntax) {
		return err
	}
	return fmt.Errorf("%w at byte %d", syntax.Err, syntax.ByteOffset+1)
}

const sizeOfNode = 96 // bytes, with its place in the node above

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

// String is the text of a scalar: the characters of a string, or the JSON text
// of any other value.
func (n *Node) String() string {
	if n.Kind == Scalar {
		return Unquote(n.Text)
	}
	return string(n.Append(nil))
}

// Member is the member of that name, nil for none.
func (n *Node) Member(name string) *Node {
	for _, m := range n.Members {
		if m.Name == name {
			return m.Value
		}
	}
	return nil
}

// Append appends the node as JSON text on one line.
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
