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
	nearby  = 400     // characters in front of an error that are searched for its cause
	maxWork = 4 << 20 // bytes of YAML that may be parsed again in that search
)

func parseYAML(name string, text []byte) (*Document, error) {
	d := &Document{Name: name, text: text}
	node, f := readYAML(text)
	if f != nil {
		return nil, d.fail(f)
	}
	d.root = node
	c := newConverter(len(text))
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

// readYAML returns the value of a stream that holds one YAML document.
func readYAML(text []byte) (*yaml.Node, *fault) {
	dec := yaml.NewDecoder(bytes.NewReader(text))
	node, err := nextYAML(dec)
	if err == nil {
		return onlyYAML(text, dec, node)
	}
	if errors.Is(err, io.EOF) {
		return nil, &fault{message: "expected a JSON or YAML value, found nothing"}
	}
	return nil, &fault{offset: blame(text, err), message: yamlMessage(err)}
}

func onlyYAML(text []byte, dec *yaml.Decoder, node *yaml.Node) (*yaml.Node, *fault) {
	second, err := nextYAML(dec)
	switch {
	case errors.Is(err, io.EOF):
		return node, nil
	case err != nil:
		return nil, &fault{offset: blame(text, err), message: yamlMessage(err)}
	}
	message := fmt.Sprintf("expected one document, found a second one on line %d", second.Line)
	return nil, &fault{offset: lineStart(text, second.Line), message: message}
}

// nextYAML also makes errors of the library's panics.
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

// counted hands out single bytes, so that the number read tells how far the
// parser came before it failed.
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

// blame returns the offset of the character that brings the error about. The
// library names a wrong line, or none, and the parser reads up to a line ahead:
// so the text is read again, and then cut shorter until the error is another.
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

// readAll returns the error that ends the stream, which is io.EOF for a good one.
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

// yamlMessage takes the library's prefix, whose line is often not the right
// one, off its message.
func yamlMessage(err error) string {
	message := strings.TrimPrefix(err.Error(), "yaml: ")
	if rest, ok := strings.CutPrefix(message, "line "); ok {
		if _, after, cut := strings.Cut(rest, ": "); cut {
			message = after
		}
	}
	return strings.Replace(message, "did not find expected", "expected", 1)
}
