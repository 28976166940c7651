package params

import (
	"fmt"
	"strings"

	"github.com/epilot-cli/epilot/internal/failure"
	"github.com/epilot-cli/epilot/internal/jsonx"
	"github.com/epilot-cli/epilot/internal/openapi"
	"github.com/epilot-cli/epilot/internal/openapi/schema"
)

// reader parses the arguments of one parameter into a value.
type reader struct {
	name    string
	lenient bool // accept text that does not have the schema's shape
}

func (r reader) value(s *openapi.Schema, texts []string, members []member) (*jsonx.Node, error) {
	switch {
	case len(texts) > 0 && len(members) > 0:
		return nil, r.fail("is given both as one object and by its members").
			Hintf("give one JSON object, or each member as -p %s.member=value", r.name)
	case len(members) > 0:
		return r.object(s, members)
	case len(texts) == 1:
		return r.single(s, texts[0])
	}
	return r.list(s, texts)
}

// single parses the only argument for the schema.
func (r reader) single(s *openapi.Schema, word string) (*jsonx.Node, error) {
	k := kindsOf(s)
	if n, err := r.shaped(k, word); n != nil || err != nil {
		return n, err
	}
	if k.list && !k.scalar {
		return r.list(s, []string{word})
	}
	if !k.scalar && !r.lenient {
		return nil, r.fail("must be a JSON object").
			Hintf(`write -p '%s={"member":"value"}', or each member as -p %s.member=value`, r.name, r.name)
	}
	return jsonx.StringNode(word), nil
}

// shaped parses an argument that looks like a JSON array or object if the schema
// allows one. It returns nil for other arguments.
func (r reader) shaped(k kinds, word string) (*jsonx.Node, error) {
	looks := k.list && opens(word, "[") || k.object && opens(word, "{")
	if k.anything || !looks {
		return nil, nil
	}
	n, err := jsonx.ParseNode([]byte(word))
	if err == nil {
		return n, nil
	}
	if k.text || r.lenient {
		return nil, nil
	}
	failed := r.fail("looks like JSON but is not: %v", err)
	if k.list {
		return nil, failed.Hintf(`to send such text as an element, write it as a JSON string: -p '%s=["…"]'`, r.name)
	}
	return nil, failed.Hintf("check the quotes: the shell removes the outer ones")
}

// list parses repeated arguments, each one element.
func (r reader) list(s *openapi.Schema, texts []string) (*jsonx.Node, error) {
	if !kindsOf(s).list && !r.lenient {
		return nil, r.fail("is not an array, but is given %d times", len(texts)).Hintf("give it once")
	}
	items := kindsOf(schema.Items(s))
	n := &jsonx.Node{Kind: jsonx.Array}
	for _, word := range texts {
		item, err := r.shaped(items, word)
		if err != nil {
			return nil, err
		}
		if item == nil {
			item = jsonx.StringNode(word)
		}
		if len(texts) > 1 && !items.list && !r.lenient && isArray(word) {
			return nil, r.fail("is given both as a JSON array and by elements").
				Hintf("give one JSON array, or repeat -p %s=… for each element", r.name)
		}
		n.Items = append(n.Items, item)
	}
	return n, nil
}

// object parses members in the order of first mention.
func (r reader) object(s *openapi.Schema, members []member) (*jsonx.Node, error) {
	n := &jsonx.Node{Kind: jsonx.ObjectNode}
	done := map[string]bool{}
	for _, m := range members {
		name := m.path[0]
		if done[name] {
			continue
		}
		done[name] = true
		texts, deeper := under(members, name)
		value, err := reader{r.name + "." + name, r.lenient}.value(schema.Member(s, name), texts, deeper)
		if err != nil {
			return nil, err
		}
		n.Members = append(n.Members, jsonx.NodeMember{Name: name, Value: value})
	}
	return n, nil
}

// under returns the values of the named member and of its descendants.
func under(members []member, name string) (texts []string, deeper []member) {
	for _, m := range members {
		switch {
		case m.path[0] != name:
		case len(m.path) == 1:
			texts = append(texts, m.text)
		default:
			deeper = append(deeper, member{m.path[1:], m.text})
		}
	}
	return texts, deeper
}

func (r reader) fail(format string, args ...any) *failure.Error {
	return failure.New(failure.Usage, "parameter %s %s", r.name, fmt.Sprintf(format, args...))
}

func opens(word, bracket string) bool {
	return strings.HasPrefix(strings.TrimSpace(word), bracket)
}

func isArray(word string) bool {
	if !opens(word, "[") {
		return false
	}
	_, err := jsonx.ParseNode([]byte(word))
	return err == nil
}

// typed converts a list or object of strings to the JSON types in the schema. The
// wire format is untyped, so "7" and 7 are the same element.
func typed(s *openapi.Schema, n *jsonx.Node) any {
	switch n.Kind {
	case jsonx.Array:
		items := schema.Items(s)
		list := make([]any, 0, len(n.Items))
		for _, item := range n.Items {
			list = append(list, typed(items, item))
		}
		return list
	case jsonx.ObjectNode:
		object := make(map[string]any, len(n.Members))
		for _, m := range n.Members {
			object[m.Name] = typed(schema.Member(s, m.Name), m.Value)
		}
		return object
	}
	if n.IsNull() {
		return nil
	}
	return typedScalar(s, n)
}

// typedScalar prefers a type that the schema accepts, then one that it names, so
// that a fault concerns the value and not its type.
func typedScalar(s *openapi.Schema, n *jsonx.Node) any {
	literal, isLiteral := decodeScalar(n.String())
	switch {
	case s == nil || !isLiteral:
		return n.String()
	case len(schema.Check(s, n.String(), schema.Request)) == 0:
		return n.String()
	case kindsOf(s).text && len(schema.Check(s, literal, schema.Request)) > 0:
		return n.String()
	}
	n.Text = n.String()
	return literal
}

// decodeScalar parses a number, true or false.
func decodeScalar(text string) (any, bool) {
	if text == "" || strings.IndexByte("{[\"n", text[0]) >= 0 || strings.TrimSpace(text) != text {
		return nil, false
	}
	value, err := schema.Decode([]byte(text))
	return value, err == nil
}

// kinds are the shapes that a schema allows a value to have.
type kinds struct {
	list, object, scalar bool
	text                 bool // a scalar can be a string
	anything             bool // the schema does not specify the shape
}

func kindsOf(s *openapi.Schema) kinds {
	var k kinds
	for _, part := range s.Parts() {
		k.add(part)
	}
	if k == (kinds{}) {
		return kinds{list: true, object: true, scalar: true, text: true, anything: true}
	}
	return k
}

func (k *kinds) add(s *openapi.Schema) {
	for _, name := range s.Types {
		switch name {
		case "array":
			k.list = true
		case "object":
			k.object = true
		case "null": // an argument is never null
		default:
			k.scalar = true
			k.text = k.text || name == "string"
		}
	}
	if len(s.Types) > 0 {
		return
	}
	k.list = k.list || s.Items != nil
	k.object = k.object || len(s.Properties) > 0 || s.Additional != nil
	k.scalar = k.scalar || len(s.Enum) > 0 || s.Const != "" || s.Pattern != "" || s.Minimum != "" || s.Maximum != ""
}
