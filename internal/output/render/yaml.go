package render

import (
	"fmt"
	"io"
	"strings"
	"unicode"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/epilot-cli/epilot/internal/term"
)

// writeYAML writes one document per value (YAML 1.2, but also safe for YAML 1.1
// parsers). Order, names and the text of numbers are unchanged. Invalid UTF-8
// becomes the replacement character. It buffers one string at a time.
func writeYAML(w io.Writer, r io.Reader, l Layout) error {
	out := newSink(w)
	in := newFeeder(r, l.Budget, out.flush)
	y := &yamlWriter{Decoder: decoder(in), in: in, out: &out, style: l.Style}
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
	in    *feeder
	out   *sink
	style Style
}

// ReadToken reads a token, the only part of the input that is buffered.
func (y *yamlWriter) ReadToken() (jsontext.Token, error) {
	token, err := y.Decoder.ReadToken()
	y.in.meter.Reset()
	return token, err
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

// value writes a value after a dash or at the top level; all lines but the first are
// indented.
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

// scalar writes a value on one line, or a string as a block.
func (y *yamlWriter) scalar(token jsontext.Token, indent int) error {
	switch kind := token.Kind(); kind {
	case '{', '[':
		y.put(string(kind) + string(kind+2) + "\n") // the closing bracket's code is two higher
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

const longestName = 1000 // characters; YAML allows 1024 for a key without a question mark

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

// member writes the value after a name.
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

// yamlText returns a string as a value, with multiple lines as an indented block if
// a block keeps them unchanged.
func yamlText(text string, indent int) string {
	if indent == 0 || !strings.Contains(text, "\n") || !isBlock(text) {
		return yamlLine(text)
	}
	body, chomp := text, "-"
	if strings.HasSuffix(text, "\n") {
		body, chomp = strings.TrimSuffix(text, "\n"), ""
	}
	return "|" + chomp + blockLines(body, strings.Repeat(" ", indent))
}

func blockLines(body, margin string) string {
	var block strings.Builder
	for line := range strings.SplitSeq(body, "\n") {
		block.WriteByte('\n')
		if line != "" {
			block.WriteString(margin + line)
		}
	}
	return block.String()
}

// isBlock reports whether a block is unambiguous: its first line determines the
// indentation, and it contains no invisible white space.
func isBlock(text string) bool {
	if text[0] == ' ' || text[0] == '\n' || strings.HasSuffix(text, "\n\n") {
		return false
	}
	for line := range strings.SplitSeq(text, "\n") {
		if strings.TrimRight(line, " ") != line || strings.ContainsFunc(line, mustEscape) {
			return false
		}
	}
	return true
}

// yamlLine returns a string on one line, unquoted if it can only be read as a
// string.
func yamlLine(text string) string {
	if isPlain(text) {
		return text
	}
	var quoted strings.Builder
	quoted.WriteByte('"')
	for _, r := range text {
		quoted.WriteString(yamlRune(r))
	}
	quoted.WriteByte('"')
	return quoted.String()
}

// isPlain reports whether text needs no quotes: letters, digits and safe
// punctuation, starting with a letter, and not a keyword in YAML 1.2 or 1.1.
func isPlain(text string) bool {
	switch strings.ToLower(text) {
	case "", "true", "false", "null", "y", "n", "yes", "no", "on", "off":
		return false
	}
	for at, r := range text {
		letter := unicode.IsLetter(r) || r == '_'
		if at == 0 && !letter {
			return false
		}
		if !letter && !unicode.IsDigit(r) && !strings.ContainsRune(" -./@+()$", r) {
			return false
		}
	}
	return !strings.HasSuffix(text, " ")
}

func yamlRune(r rune) string {
	switch r {
	case '"', '\\':
		return `\` + string(r)
	case '\n':
		return `\n`
	case '\t':
		return `\t`
	case '\r':
		return `\r`
	}
	if !mustEscape(r) {
		return string(r)
	}
	if r > 0xffff {
		return fmt.Sprintf(`\U%08x`, r)
	}
	return fmt.Sprintf(`\u%04x`, r)
}

// mustEscape reports whether a terminal or a YAML parser would treat r specially.
func mustEscape(r rune) bool {
	return term.Unsafe(r) || !unicode.IsPrint(r) && r != ' ' || r == '\ufeff'
}
