// Package document parses JSON or YAML input, converts it to JSON, and records the
// position of each value, so that messages can give line and column. It does not
// know schemas and opens no files.
package document

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"
	"go.yaml.in/yaml/v3"

	"github.com/epilot-cli/epilot/internal/failure"
	"github.com/epilot-cli/epilot/internal/jsonx"
)

// Document is one JSON value and its source text.
type Document struct {
	Name string // for messages: "-d", "body.yaml", "stdin"
	JSON []byte // valid JSON; member order and number literals are as typed

	text    []byte     // as typed, but in UTF-8 without a byte order mark
	root    *yaml.Node // nil if the text is JSON
	lenient bool
}

// Parse parses JSON or YAML. The text is JSON if the name ends in ".json" or the
// text starts with '{' or '['; a name that ends in ".yaml" or ".yml" selects YAML, a
// superset of JSON. Errors are of kind failure.Usage and start with
// "name:line:column: ", both counted from 1, the column in characters.
func Parse(name string, text []byte) (*Document, error) { return parse(name, text, false) }

// ParseLenient parses published documents: the last of duplicate members counts,
// unknown YAML tags are ignored, and invalid UTF-8 and numbers that JSON cannot
// represent become strings.
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

// IsJSON reports whether a text must be JSON, judging by its name and first byte.
// Any other text may be YAML.
func IsJSON(name string, text []byte) bool {
	lower, first := strings.ToLower(name), firstByte(text)
	isYAML := strings.HasSuffix(lower, ".yaml") || strings.HasSuffix(lower, ".yml")
	return strings.HasSuffix(lower, ".json") || !isYAML && (first == '{' || first == '[')
}

// ParseJSON parses JSON only. Duplicate member names and invalid UTF-8 are errors
// (RFC 7493).
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

// decode returns the text as UTF-8.
func decode(name string, text []byte) ([]byte, error) {
	plain, err := jsonx.UTF8(text)
	if err != nil {
		return nil, failure.New(failure.Usage, "%s: %w", name, err).Hintf("save the file as UTF-8")
	}
	return plain, nil
}

// options returns the decoder options for valid JSON.
func options(lenient bool) []jsontext.Options {
	return []jsontext.Options{jsontext.AllowDuplicateNames(lenient), jsontext.AllowInvalidUTF8(lenient)}
}

// fault is a syntax error and its byte offset.
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

// firstByte returns the first byte that is not white space, or 0.
func firstByte(text []byte) byte {
	if rest := bytes.TrimLeft(text, space); len(rest) > 0 {
		return rest[0]
	}
	return 0
}

// At returns the position of the value at an RFC 6901 pointer: line and column,
// counted from 1, the column in characters. If there is no such value, it returns
// the position of the nearest existing ancestor.
func (d *Document) At(pointer string) (line, column int) {
	steps := split(pointer)
	if d.root != nil {
		node := descend(d.root, steps, d.lenient)
		return node.Line, node.Column
	}
	return position(d.text, seek(d.text, steps, d.lenient))
}

// Where returns the position of a value as "name:line:column".
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

// seek returns the offset of the value at the path of steps in valid JSON.
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

// enter reads until the named member or element is next. It returns false if the
// value does not contain it.
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

// descend is seek for YAML. The nodes are known to be convertible.
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

// resolve follows an alias to its anchored node.
func resolve(node *yaml.Node) *yaml.Node {
	for node.Kind == yaml.AliasNode && node.Alias != nil {
		node = node.Alias
	}
	return node
}

// checkJSON returns why the text is not a single JSON value, or nil.
func checkJSON(text []byte, lenient bool) *fault {
	dec := jsontext.NewDecoder(bytes.NewBuffer(text), options(lenient)...)
	for {
		if _, err := dec.ReadToken(); err != nil {
			return explain(text, dec, err)
		}
		if dec.StackDepth() == 0 {
			return checkEnd(text, int(dec.InputOffset()))
		}
	}
}

// checkEnd rejects text after the value.
func checkEnd(text []byte, offset int) *fault {
	offset = skipSpace(text, offset)
	if offset == len(text) {
		return nil
	}
	return expected(text, offset, "the end of the text after the value")
}

// explain reports what the decoder expected: its own errors name the character at
// which it stopped, not the missing one.
func explain(text []byte, dec *jsontext.Decoder, err error) *fault {
	stopped := stoppedAt(text, dec, err)
	if errors.Is(err, jsontext.ErrDuplicateName) {
		name := dec.StackPointer().LastToken()
		return &fault{offset: stopped, message: fmt.Sprintf("the member %q appears twice in one object", name)}
	}
	if strings.Contains(err.Error(), "max depth") {
		return &fault{offset: stopped, message: "the value is nested too deeply"}
	}
	start, wanted, token := upcoming(text, dec)
	switch {
	case start == len(text):
	case token.may('"') && text[start] == '"':
		return explainString(text, start, stopped)
	case token.may('0') && strings.IndexByte("-0123456789", text[start]) >= 0:
		return expected(text, stopped, "a digit")
	}
	return expected(text, start, wanted)
}

func stoppedAt(text []byte, dec *jsontext.Decoder, err error) int {
	var syntax *jsontext.SyntacticError
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || !errors.As(err, &syntax) {
		return len(text)
	}
	return max(int(syntax.ByteOffset), int(dec.InputOffset()))
}

// tokens are the first bytes that the grammar allows at a position.
type tokens string

func (t tokens) may(first byte) bool { return strings.IndexByte(string(t), first) >= 0 }

const (
	anyToken  tokens = `"0`
	nameToken tokens = `"`
	noToken   tokens = ""
)

// upcoming returns where the unreadable token starts and what the grammar of RFC
// 8259 allows there.
func upcoming(text []byte, dec *jsontext.Decoder) (start int, wanted string, allowed tokens) {
	kind, length := dec.StackIndex(dec.StackDepth())
	start = skipSpace(text, int(dec.InputOffset()))
	inName := kind == '{' && length%2 == 0
	delimiter := byte(',')
	if kind == '{' && !inName {
		delimiter = ':'
	}
	passed := (kind == '{' || kind == '[') && length > 0 && start < len(text) && text[start] == delimiter
	if passed {
		start = skipSpace(text, start+1)
	}
	wanted, allowed = grammar(kind == '[', inName, length == 0, passed)
	if dec.StackDepth() == 0 {
		wanted, allowed = aValue, anyToken
	}
	return start, wanted, allowed
}

const aValue = "a value ('{', '[', a string in double quotes, a number, true, false or null)"

func grammar(inArray, inName, first, passed bool) (string, tokens) {
	switch {
	case inArray && first:
		return "a value or ']'", anyToken
	case inArray && passed:
		return "a value after ','", anyToken
	case inArray:
		return "',' or ']' after the value", noToken
	case inName && first:
		return "a name in double quotes or '}'", nameToken
	case inName && passed:
		return "a name in double quotes after ','", nameToken
	case inName:
		return "',' or '}' after the value", noToken
	case passed:
		return "a value after ':'", anyToken
	}
	return "':' after the name", noToken
}

func explainString(text []byte, start, stopped int) *fault {
	switch {
	case stopped >= len(text):
		return &fault{offset: start, message: `expected '"' at the end of the string that begins here`}
	case text[stopped] == '\n' || text[stopped] == '\r':
		return &fault{offset: stopped, message: `expected '"' or \n: a string cannot contain a line break`}
	case text[stopped] < ' ':
		return expected(text, stopped, `an escape such as \t or \u0000`)
	case bytes.HasPrefix(text[stopped:], []byte(`\u`)):
		return &fault{offset: stopped, message: `expected four hexadecimal digits after \u, and \ud800 to \udfff only in pairs`}
	case text[stopped] == '\\':
		return &fault{offset: stopped, message: `expected one of " \ / b f n r t u after the backslash`}
	}
	return &fault{offset: stopped, message: "expected UTF-8 text"}
}

func expected(text []byte, offset int, wanted string) *fault {
	f := &fault{offset: offset, message: "expected " + wanted + ", found " + found(text, offset)}
	if offset < len(text) && (text[offset] == '\'' || isLetter(text[offset])) {
		f.hint = `JSON needs double quotes around names and strings`
	}
	return f
}

func found(text []byte, offset int) string {
	if offset >= len(text) {
		return "the end of the text"
	}
	r, _ := utf8.DecodeRune(text[offset:])
	return fmt.Sprintf("%q", r)
}

func isLetter(c byte) bool { return 'a' <= c|0x20 && c|0x20 <= 'z' }

func skipSpace(text []byte, offset int) int {
	return len(text) - len(bytes.TrimLeft(text[offset:], space))
}
