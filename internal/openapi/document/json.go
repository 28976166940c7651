package document

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"
)

// checkJSON returns what keeps the text from being one JSON value, or nil.
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

// checkEnd looks for text behind the value.
func checkEnd(text []byte, offset int) *fault {
	offset = skipSpace(text, offset)
	if offset == len(text) {
		return nil
	}
	return expected(text, offset, "the end of the text after the value")
}

// explain says what was expected where the decoder stopped: its own errors
// name the character that it stopped at and not the one that is missing.
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

// tokens are the first bytes that the grammar allows at a point.
type tokens string

func (t tokens) may(first byte) bool { return strings.IndexByte(string(t), first) >= 0 }

const (
	anyToken  tokens = `"0`
	nameToken tokens = `"`
	noToken   tokens = ""
)

// upcoming tells where the token that could not be read begins, and what the
// grammar of RFC 8259 allows there.
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
		f.hint = `JSON wants double quotes around names and strings`
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
