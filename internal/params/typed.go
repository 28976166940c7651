package params

import (
	"github.com/epilot-cli/epilot/internal/operation"
	"github.com/epilot-cli/epilot/internal/schema"
)

// typed is the JSON value that a schema means by a list or an object of texts.
// The wire carries no types, so "7" and 7 are the same element.
func typed(s *operation.Schema, n *node) any {
	switch n.kind {
	case listNode:
		items := itemsOf(s)
		list := make([]any, 0, len(n.items))
		for _, item := range n.items {
			list = append(list, typed(items, item))
		}
		return list
	case objectNode:
		object := make(map[string]any, len(n.members))
		for _, m := range n.members {
			object[m.name] = typed(memberOf(s, m.name), m.value)
		}
		return object
	case nullNode:
		return nil
	}
	return typedScalar(s, n)
}

// typedScalar prefers what the schema accepts, then what it asks for, so that
// the fault is about the value and not about its type.
func typedScalar(s *operation.Schema, n *node) any {
	literal, isLiteral := decodeScalar(n.text)
	switch {
	case s == nil || !isLiteral:
		return n.text
	case len(schema.Check(s, n.text, schema.Request)) == 0:
		return n.text
	case kindsOf(s).text && len(schema.Check(s, literal, schema.Request)) > 0:
		return n.text
	}
	if n.literal == "" {
		n.literal = n.text
	}
	return literal
}

// decodeScalar reads a number, true or false.
func decodeScalar(text string) (any, bool) {
	n, err := parseJSON(text)
	if err != nil || n.kind != scalarNode || n.text != n.literal {
		return nil, false
	}
	value, err := schema.Decode([]byte(text))
	return value, err == nil
}
