package params

import (
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// node is a value as it goes on the wire: text, a list of values, or an object
// whose members keep their order.
type node struct {
	kind    nodeKind
	text    string // of a scalar: a string's characters, a number as typed
	literal string // JSON text of a scalar, empty for a word that was no JSON
	items   []*node
	members []field
}

type field struct {
	name  string
	value *node
}

type nodeKind int

const (
	scalarNode nodeKind = iota
	listNode
	objectNode
	nullNode
)

func textNode(word string) *node { return &node{text: word} }

// wire is the text of a value inside a list or an object. OpenAPI says nothing
// of lists and objects there: they go as JSON.
func (n *node) wire() string {
	if n.kind == scalarNode {
		return n.text
	}
	var b strings.Builder
	n.writeJSON(&b)
	return b.String()
}

func (n *node) writeJSON(b *strings.Builder) {
	switch n.kind {
	case listNode:
		b.WriteByte('[')
		for i, item := range n.items {
			separate(b, i)
			item.writeJSON(b)
		}
		b.WriteByte(']')
	case objectNode:
		b.WriteByte('{')
		for i, member := range n.members {
			separate(b, i)
			b.WriteString(quote(member.name) + ":")
			member.value.writeJSON(b)
		}
		b.WriteByte('}')
	default:
		b.WriteString(n.json())
	}
}

func (n *node) json() string {
	if n.literal != "" {
		return n.literal
	}
	return quote(n.text)
}

func separate(b *strings.Builder, i int) {
	if i > 0 {
		b.WriteByte(',')
	}
}

// quote cannot fail: words are checked to be UTF-8 before.
func quote(text string) string {
	quoted, _ := jsontext.AppendQuote(nil, text)
	return string(quoted)
}
