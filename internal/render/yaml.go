package render

import (
	"io"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// writeYAML writes a document for each value (YAML 1.2, and 1.1 for those who
// still read it), in which order, names and the text of numbers stay. Strings
// that are not UTF-8 get the replacement character. It holds one string at a
// time.
func writeYAML(w io.Writer, r io.Reader, l Layout) error {
	out := newSink(w)
	in := &feeder{reader: r, before: out.flush}
	y := &yamlWriter{Decoder: decoder(in), out: &out, style: l.Style}
	err := y.documents()
	if failed := out.flush(); failed != nil {
		return failed
	}
	if err != nil {
		return in.explain(err)
	}
	return nil
}

type yamlWriter struct {
	*jsontext.Decoder
	out   *sink
	style Style
}

func (y *yamlWriter) documents() error {
	for first := true; ; first = false {
		if y.PeekKind() == 0 {
			_, err := y.ReadToken()
			if err == io.EOF {
				return nil
			}
			return err
		}
		if !first {
			y.put("---\n")
		}
		if err := y.value(0, true); err != nil {
			return err
		}
	}
}

// value writes what stands behind a dash or at the top, with its lines but the
// first at the indentation.
func (y *yamlWriter) value(indent int, begun bool) error {
	token, err := y.ReadToken()
	if err != nil {
		return err
	}
	switch kind := token.Kind(); {
	case kind == '{' && y.PeekKind() != '}':
		return y.members(indent, begun)
	case kind == '[' && y.PeekKind() != ']':
		return y.elements(indent, begun)
	}
	return y.scalar(token, indent)
}

// scalar writes a value of one line, or a text in a block of lines.
func (y *yamlWriter) scalar(token jsontext.Token, indent int) error {
	switch kind := token.Kind(); kind {
	case '{', '[':
		y.put(string(kind) + string(kind+2) + "\n") // the closing bracket is two characters on
		_, err := y.ReadToken()
		return err
	case '"':
		y.put(yamlText(token.String(), indent) + "\n")
	default:
		y.put(token.String() + "\n")
	}
	return y.out.err
}

func (y *yamlWriter) elements(indent int, begun bool) error {
	for ; y.PeekKind() != ']'; begun = false {
		if !begun {
			y.space(indent)
		}
		y.put("- ")
		if err := y.value(indent+2, true); err != nil {
			return err
		}
	}
	_, err := y.ReadToken()
	return err
}

func (y *yamlWriter) members(indent int, begun bool) error {
	for ; y.PeekKind() != '}'; begun = false {
		name, err := y.ReadToken()
		if err != nil {
			return err
		}
		if !begun {
			y.space(indent)
		}
		y.name(name.String(), indent)
		if err := y.member(indent); err != nil {
			return err
		}
	}
	_, err := y.ReadToken()
	return err
}

const longestName = 1000 // characters; YAML has 1024 for a name without a question mark

func (y *yamlWriter) name(name string, indent int) {
	quoted := yamlLine(name)
	if len(quoted) <= longestName {
		y.put(quoted + ":")
		return
	}
	y.put("? " + quoted + "\n")
	y.space(indent)
	y.put(":")
}

// member writes what stands behind a name.
func (y *yamlWriter) member(indent int) error {
	token, err := y.ReadToken()
	if err != nil {
		return err
	}
	switch kind := token.Kind(); {
	case kind == '{' && y.PeekKind() != '}':
		y.put("\n")
		return y.members(indent+2, false)
	case kind == '[' && y.PeekKind() != ']':
		y.put("\n")
		return y.elements(indent+2, false)
	}
	y.put(" ")
	return y.scalar(token, indent+2)
}

func (y *yamlWriter) put(text string) { y.out.add([]byte(shown(text, y.style))) }

func (y *yamlWriter) space(width int) { y.put(strings.Repeat(" ", width)) }
