// Package document reads the JSON or YAML text that somebody typed, makes JSON
// of it, and knows where in the text each value stands, so that a message can
// name line and column. It does not know schemas, and opens no files.
package document

import (
	"bytes"
	"fmt"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/epilot-cli/epilot/internal/failure"
)

// Document is one JSON value and the text that it was read from.
type Document struct {
	Name string // for messages: "-d", "body.yaml", "stdin"
	JSON []byte // valid JSON; member order and number text are as typed

	text []byte     // as typed, without a byte order mark
	root *yaml.Node // nil when the text is JSON
}

// Parse reads JSON or YAML. The text is JSON when the name ends in ".json" or
// the text begins with '{' or '['; a name that ends in ".yaml" or ".yml" makes
// it YAML, of which JSON is a part. Errors are of kind failure.Usage and begin
// with "name:line:column: ", both counted from 1, the column in characters.
func Parse(name string, text []byte) (*Document, error) {
	text = withoutMark(text)
	lower, first := strings.ToLower(name), firstByte(text)
	isYAML := strings.HasSuffix(lower, ".yaml") || strings.HasSuffix(lower, ".yml")
	mayBeJSON := strings.IndexByte(`{["`, first) >= 0
	switch {
	case strings.HasSuffix(lower, ".json"), !isYAML && (first == '{' || first == '['):
		return ParseJSON(name, text)
	case mayBeJSON && checkJSON(text) == nil:
		return ParseJSON(name, text)
	}
	return parseYAML(name, text)
}

// ParseJSON reads JSON and nothing else. A member name that appears twice in
// one object is an error, as are bytes that are not UTF-8 (RFC 7493).
func ParseJSON(name string, text []byte) (*Document, error) {
	text = withoutMark(text)
	d := &Document{Name: name, text: text, JSON: bytes.Trim(text, space)}
	if f := checkJSON(text); f != nil {
		return nil, d.fail(f)
	}
	return d, nil
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
	return failure.New(failure.Usage, "%s: %s", place(d.Name, line, column), message)
}

func place(name string, line, column int) string {
	return fmt.Sprintf("%s:%d:%d", name, line, column)
}

const (
	space = " \t\r\n"      // RFC 8259, section 2
	mark  = "\xef\xbb\xbf" // the byte order mark that some editors put first
)

func withoutMark(text []byte) []byte { return bytes.TrimPrefix(text, []byte(mark)) }

// firstByte is the first byte that is not white space, 0 when there is none.
func firstByte(text []byte) byte {
	if rest := bytes.TrimLeft(text, space); len(rest) > 0 {
		return rest[0]
	}
	return 0
}
