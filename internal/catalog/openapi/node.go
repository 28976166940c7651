package openapi

import (
	"strconv"

	"github.com/go-json-experiment/json/jsontext"
)

// node is a value in a document. Its members are found when one is first asked
// for. A nil node has none.
type node struct {
	raw     jsontext.Value
	order   []string
	members map[string]*node
}

func (n *node) child(name string) *node {
	if n == nil {
		return nil
	}
	n.expand()
	return n.members[name]
}

// find returns what is at the pointer below the node, or nil.
func (n *node) find(at jsontext.Pointer) *node {
	for name := range at.Tokens() {
		n = n.child(name)
	}
	return n
}

// names are the members' names in the document's order.
func (n *node) names() []string {
	if n == nil {
		return nil
	}
	n.expand()
	return n.order
}

func (n *node) expand() {
	if n.members != nil {
		return
	}
	n.members = map[string]*node{}
	r := newReader(n.raw, "", nil)
	keep := func(name string) {
		n.order = append(n.order, name)
		n.members[name] = &node{raw: n.part(r)}
	}
	if r.kind() == '{' {
		r.object(keep)
		return
	}
	r.list(func() { keep(strconv.Itoa(len(n.order))) })
}

// part reads the next value as a part of the node's text, not a copy of it.
func (n *node) part(r *reader) jsontext.Value {
	if r.err != nil {
		return nil
	}
	value, err := r.tokens.ReadValue()
	if r.keep(err); err != nil {
		return nil
	}
	end := int(r.tokens.InputOffset())
	return n.raw[end-len(value) : end]
}
