package document

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"

	"go.yaml.in/yaml/v3"
)

const (
	nearby  = 400     // characters before an error that are searched for its cause
	maxWork = 4 << 20 // bytes of YAML that may be reparsed in that search
)

func parseYAML(name string, text []byte, lenient bool) (*Document, error) {
	d := &Document{Name: name, text: text, lenient: lenient}
	node, f := readYAML(asVersion11(text))
	if f != nil {
		return nil, d.fail(f)
	}
	d.root = node
	c := newConverter(len(text), lenient)
	if err := c.value(node); err != nil {
		var at *nodeError
		if errors.As(err, &at) {
			return nil, d.failAt(at.node.Line, at.node.Column, at.message).Hintf("%s", at.hint)
		}
		return nil, d.failAt(node.Line, node.Column, err.Error())
	}
	d.JSON = c.out
	return d, nil
}

// asVersion11 changes the version in a %YAML directive to 1.1, the only one that the
// library supports; the subset used here is the same in both.
func asVersion11(text []byte) []byte {
	rest := text
	for bytes.HasPrefix(rest, []byte("%")) || bytes.HasPrefix(rest, []byte("#")) {
		line, after, _ := bytes.Cut(rest, []byte("\n"))
		if version, found := bytes.CutPrefix(line, []byte("%YAML 1.")); found && len(version) > 0 {
			changed := bytes.Clone(text)
			changed[len(text)-len(rest)+len("%YAML 1.")] = '1'
			return changed
		}
		rest = after
	}
	return text
}

// readYAML returns the value of a stream with one YAML document. Empty documents
// around it, such as after a final "---", are ignored.
func readYAML(text []byte) (*yaml.Node, *fault) {
	dec := yaml.NewDecoder(bytes.NewReader(text))
	var found, empty *yaml.Node
	for {
		node, err := nextYAML(dec)
		switch {
		case errors.Is(err, io.EOF) && found == nil && empty == nil:
			return nil, &fault{message: "expected a JSON or YAML value, found nothing"}
		case errors.Is(err, io.EOF) && found == nil:
			return empty, nil
		case errors.Is(err, io.EOF):
			return found, nil
		case err != nil:
			return nil, &fault{offset: blame(text, err), message: yamlMessage(err)}
		case node.Kind == yaml.ScalarNode && node.Style == 0 && node.Value == "":
			empty = node
		case found != nil:
			message := fmt.Sprintf("expected one document, found a second one on line %d", node.Line)
			return nil, &fault{offset: lineStart(text, node.Line), message: message}
		default:
			found = node
		}
	}
}

// nextYAML converts panics of the library to errors.
func nextYAML(dec *yaml.Decoder) (node *yaml.Node, err error) {
	defer func() {
		if p := recover(); p != nil {
			node, err = nil, fmt.Errorf("cannot read this YAML: %v", p)
		}
	}()
	var document yaml.Node
	if err := dec.Decode(&document); err != nil {
		return nil, err
	}
	if len(document.Content) == 0 {
		return nil, io.EOF
	}
	return document.Content[0], nil
}

// counted returns single bytes, so that the number of bytes read shows how far the
// parser got before it failed.
type counted struct {
	text []byte
	read int
}

func (c *counted) Read(p []byte) (int, error) {
	if c.read == len(c.text) || len(p) == 0 {
		return 0, io.EOF
	}
	p[0] = c.text[c.read]
	c.read++
	return 1, nil
}

// blame returns the offset of the character that causes the error. The library
// reports a wrong line or none, and the parser reads up to a line ahead. So blame
// parses again, and then shortens the text until the error changes.
func blame(text []byte, err error) int {
	source := &counted{text: text}
	for dec := yaml.NewDecoder(source); ; {
		if _, failed := nextYAML(dec); failed != nil {
			break
		}
	}
	message, end, work := yamlMessage(err), source.read, 0
	if anchor, ok := strings.CutPrefix(message, "unknown anchor '"); ok {
		anchor, _, _ = strings.Cut(anchor, "'")
		return max(bytes.LastIndex(text[:end], []byte("*"+anchor)), 0)
	}
	for range nearby {
		if end == 0 || work > maxWork || yamlMessage(readAll(text[:end-1])) != message {
			break
		}
		work += end
		end--
	}
	return max(end-1, 0)
}

// readAll returns the error that ends the stream: io.EOF if it is valid.
func readAll(text []byte) error {
	dec := yaml.NewDecoder(bytes.NewReader(text))
	for {
		if _, err := nextYAML(dec); err != nil {
			return err
		}
	}
}

func lineStart(text []byte, line int) int {
	offset := 0
	for range line - 1 {
		next := bytes.IndexByte(text[offset:], '\n')
		if next < 0 {
			break
		}
		offset += next + 1
	}
	return offset
}

// yamlMessage strips the library's prefix from its message, because its line number
// is often wrong.
func yamlMessage(err error) string {
	message := strings.TrimPrefix(err.Error(), "yaml: ")
	if rest, ok := strings.CutPrefix(message, "line "); ok {
		if _, after, cut := strings.Cut(rest, ": "); cut {
			message = after
		}
	}
	return strings.Replace(message, "did not find expected", "expected", 1)
}

const (
	maxDepth     = 1000     // levels of nesting
	maxExpansion = 10 << 20 // bytes that aliases may add to a document
	nodeCost     = 16       // bytes counted per node in addition to its text
)

// nodeError is an error in a YAML node.
type nodeError struct {
	node    *yaml.Node
	message string
	hint    string
}

func (e *nodeError) Error() string { return e.message }

func wrong(node *yaml.Node, message string) error { return &nodeError{node: node, message: message} }
