// Package document reads the JSON or YAML text that somebody typed, makes JSON
// of it, and knows where in the text each value stands, so that a message can
// name line and column. It does not know schemas, and opens no files.
package document

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"
	"go.yaml.in/yaml/v3"

	"github.com/epilot-cli/epilot/internal/failure"
	"github.com/epilot-cli/epilot/internal/jsonx"
)

// Document is one JSON value and the text that it was read from.
type Document struct {
	Name string // for messages: "-d", "body.yaml", "stdin"
	JSON []byte // valid JSON; member order and number text are as typed

	text    []byte     // as typed, but UTF-8 without a byte order mark
	root    *yaml.Node // nil when the text is JSON
	lenient bool
}

// Parse reads JSON or YAML. The text is JSON when the name ends in ".json" or
// the text begins with '{' or '['; a name that ends in ".yaml" or ".yml" makes
// it YAML, of which JSON is a part. Errors are of kind failure.Usage and begin
// with "name:line:column: ", both counted from 1, the column in characters.
func Parse(name string, text []byte) (*Document, error) { return parse(name, text, false) }

// ParseLenient reads what others have published: of a member that appears twice
// the last counts, tags that YAML does not define are ignored, and text that is
// not UTF-8 and numbers that JSON cannot hold become strings.
func ParseLenient(name string, text []byte) (*Document, error) { return parse(name, text, true) }

func parse(name string, text []byte, lenient bool) (*Document, error) {
	text, err := decode(name, text)
	if err != nil {
		return nil, err
	}
	mayBeJSON := strings.IndexByte(`{["`, firstByte(text)) >= 0
	if IsJSON(name, text) || mayBeJSON && checkJSON(text, lenient) == nil {
		return parseJSON(name, text, lenient)
	}
	return parseYAML(name, text, lenient)
}

// IsJSON reports whether a text must be JSON by its name and its first byte. Any
// other may be YAML.
func IsJSON(name string, text []byte) bool {
	lower, first := strings.ToLower(name), firstByte(text)
	isYAML := strings.HasSuffix(lower, ".yaml") || strings.HasSuffix(lower, ".yml")
	return strings.HasSuffix(lower, ".json") || !isYAML && (first == '{' || first == '[')
}

// ParseJSON reads JSON and nothing else. A member name that appears twice in
// one object is an error, as are bytes that are not UTF-8 (RFC 7493).
func ParseJSON(name string, text []byte) (*Document, error) {
	text, err := decode(name, text)
	if err != nil {
		return nil, err
	}
	return parseJSON(name, text, false)
}

func parseJSON(name string, text []byte, lenient bool) (*Document, error) {
	d := &Document{Name: name, text: text, JSON: bytes.Trim(text, space), lenient: lenient}
	if f := checkJSON(text, lenient); f != nil {
		return nil, d.fail(f)
	}
	return d, nil
}

// decode is the text as UTF-8.
func decode(name string, text []byte) ([]byte, error) {
	plain, err := jsonx.UTF8(text)
	if err != nil {
		return nil, failure.New(failure.Usage, "%s: %w", name, err).Hintf("save the file as UTF-8")
	}
	return plain, nil
}

// options are those of a decoder of valid JSON.
func options(lenient bool) []jsontext.Options {
	return []jsontext.Options{jsontext.AllowDuplicateNames(lenient), jsontext.AllowInvalidUTF8(lenient)}
}

// fault is what is wrong with a text, and at which byte.
type fault struct {
	offset  int
	message string
	hint    string
}

func (d *Document) fail(f *fault) *failure.Error {
	line, column := position(d.text, f.offset)
	return d.failAt(line, column, f.message).Hintf("%s", f.hint)
}

func (d *Document) failAt(line, column int, message string) *failure.Error {
	return failure.New(failure.Usage, "%s: %s", locate(d.Name, line, column), message)
}

func locate(name string, line, column int) string {
	return fmt.Sprintf("%s:%d:%d", name, line, column)
}

const space = " \t\r\n" // RFC 8259, section 2

// firstByte is the first byte that is not white space, 0 when there is none.
func firstByte(text []byte) byte {
	if rest := bytes.TrimLeft(text, space); len(rest) > 0 {
		return rest[0]
	}
	return 0
}

// At tells where the value stands that an RFC 6901 pointer leads to: line and
// column counted from 1, the column in characters. Where there is no such
// value it is the nearest one above it that exists.
func (d *Document) At(pointer string) (line, column int) {
	steps := split(pointer)
	if d.root != nil {
		node := descend(d.root, steps, d.lenient)
		return node.Line, node.Column
	}
	return position(d.text, seek(d.text, steps, d.lenient))
}

// Where is the place of a value as "name:line:column".
func (d *Document) Where(pointer string) string {
	line, column := d.At(pointer)
	return locate(d.Name, line, column)
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
func seek(text []byte, steps []string, lenient bool) int {
	dec := jsontext.NewDecoder(bytes.NewBuffer(text), options(lenient)...)
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
func descend(node *yaml.Node, steps []string, lenient bool) *yaml.Node {
	for _, step := range steps {
		next := child(resolve(node), step, lenient)
		if next == nil {
			break
		}
		node = next
	}
	return node
}

func child(node *yaml.Node, step string, lenient bool) *yaml.Node {
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
	members, err := newConverter(0, lenient).members(node)
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
