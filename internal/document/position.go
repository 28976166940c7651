package document

import (
	"bytes"
	"strconv"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"
	"go.yaml.in/yaml/v3"
)

// At tells where the value stands that an RFC 6901 pointer leads to: line and
// column counted from 1, the column in characters. Where there is no such
// value it is the nearest one above it that exists.
func (d *Document) At(pointer string) (line, column int) {
	steps := split(pointer)
	if d.root != nil {
		node := descend(d.root, steps)
		return node.Line, node.Column
	}
	return position(d.text, seek(d.text, steps))
}

// Where is the place of a value as "name:line:column".
func (d *Document) Where(pointer string) string {
	line, column := d.At(pointer)
	return place(d.Name, line, column)
}

func split(pointer string) []string {
	var steps []string
	for step := range jsontext.Pointer(pointer).Tokens() {
		steps = append(steps, step)
	}
	return steps
}

func position(text []byte, offset int) (line, column int) {
	before := text[:min(offset, len(text))]
	start := bytes.LastIndexByte(before, '\n') + 1
	return bytes.Count(before, []byte("\n")) + 1, utf8.RuneCount(before[start:]) + 1
}

// seek returns the offset of the value that the steps lead to in valid JSON.
func seek(text []byte, steps []string) int {
	dec := jsontext.NewDecoder(bytes.NewBuffer(text))
	at := skipSpace(text, 0)
	for _, step := range steps {
		if !enter(dec, step) {
			break
		}
		at = skipSpace(text, int(dec.InputOffset()))
		if at < len(text) && (text[at] == ',' || text[at] == ':') {
			at = skipSpace(text, at+1)
		}
	}
	return at
}

// enter reads on until the member or element of that name is next. It returns
// false when the value has none.
func enter(dec *jsontext.Decoder, step string) bool {
	kind := dec.PeekKind()
	if kind != '{' && kind != '[' {
		return false
	}
	if _, err := dec.ReadToken(); err != nil {
		return false
	}
	for i := 0; dec.PeekKind() != '}' && dec.PeekKind() != ']'; i++ {
		name := strconv.Itoa(i)
		if kind == '{' {
			token, err := dec.ReadToken()
			if err != nil {
				return false
			}
			name = token.String()
		}
		if name == step {
			return true
		}
		if dec.SkipValue() != nil {
			return false
		}
	}
	return false
}

// descend is seek for YAML. The nodes are known to convert.
func descend(node *yaml.Node, steps []string) *yaml.Node {
	for _, step := range steps {
		next := child(resolve(node), step)
		if next == nil {
			break
		}
		node = next
	}
	return node
}

func child(node *yaml.Node, step string) *yaml.Node {
	if node.Kind == yaml.SequenceNode {
		i, err := strconv.Atoi(step)
		if err != nil || i < 0 || i >= len(node.Content) {
			return nil
		}
		return node.Content[i]
	}
	if node.Kind != yaml.MappingNode {
		return nil
	}
	members, err := newConverter(0).members(node)
	if err != nil {
		return nil
	}
	for _, m := range members {
		if m.name == step {
			return m.value
		}
	}
	return nil
}

// resolve follows an alias to the node that carries the anchor.
func resolve(node *yaml.Node) *yaml.Node {
	for node.Kind == yaml.AliasNode && node.Alias != nil {
		node = node.Alias
	}
	return node
}
