// Package jsonx writes and edits JSON where encoding/json would change it:
// objects keep the order of their members, values keep their text (1.0 stays
// 1.0), and < > & are not escaped for HTML.
package jsonx

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"
)

// AppendQuote appends a string as JSON text. Bytes that are not valid UTF-8
// become U+FFFD.
func AppendQuote(to []byte, text string) []byte {
	if quoted, err := jsontext.AppendQuote(to, text); err == nil {
		return quoted
	}
	quoted, _ := jsontext.AppendQuote(to, strings.ToValidUTF8(text, "\uFFFD")) // only invalid UTF-8 is an error
	return quoted
}

// Quote is the JSON text of a string.
func Quote(text string) string { return string(AppendQuote(nil, text)) }

// Unquote is the string that a JSON string stands for. Any other JSON text is
// returned as it is.
func Unquote[T ~string | ~[]byte](text T) string {
	if len(text) == 0 || text[0] != '"' {
		return string(text)
	}
	plain, err := jsontext.AppendUnquote(nil, []byte(text))
	if err != nil {
		return string(text)
	}
	return string(plain)
}

// Encode is a Go value as compact JSON without a line break at the end.
func Encode(value any) ([]byte, error) { return encode(value, "") }

// EncodeIndent is a Go value as JSON with two spaces for each level.
func EncodeIndent(value any) ([]byte, error) { return encode(value, "  ") }

func encode(value any, indent string) ([]byte, error) {
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", indent)
	if err := encoder.Encode(value); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(text.Bytes(), []byte("\n")), nil
}

// UTF8 is the text of a JSON or YAML file as UTF-8 without a byte order mark.
// Editors of Windows write UTF-16 with one; without one the zero bytes of the
// first characters tell (RFC 4627, section 3; YAML 1.2.2, section 5.2). Text
// that is UTF-8 already is returned as it is, also where it is not valid.
func UTF8(text []byte) ([]byte, error) {
	if rest, marked := bytes.CutPrefix(text, []byte("\xef\xbb\xbf")); marked {
		return rest, nil
	}
	unit, order := encodingOf(text)
	if unit == 1 {
		return text, nil
	}
	if len(text)%unit != 0 {
		return nil, errors.New("the text ends in the middle of a UTF-16 character")
	}
	runes := make([]rune, 0, len(text)/unit)
	for at := 0; at < len(text); at += unit {
		if unit == 4 {
			runes = append(runes, rune(order.Uint32(text[at:])))
			continue
		}
		r := rune(order.Uint16(text[at:]))
		if utf16.IsSurrogate(r) && at+2 < len(text) {
			if r = utf16.DecodeRune(r, rune(order.Uint16(text[at+2:]))); r != utf8.RuneError {
				at += 2
			}
		}
		runes = append(runes, r)
	}
	out := make([]byte, 0, len(runes))
	for i, r := range runes {
		switch {
		case i == 0 && r == 0xFEFF:
		case !utf8.ValidRune(r) || r == utf8.RuneError:
			return nil, errors.New("the text is neither UTF-8 nor valid UTF-16")
		default:
			out = utf8.AppendRune(out, r)
		}
	}
	return out, nil
}

// encodingOf is the size of a code unit in bytes, and their order.
func encodingOf(text []byte) (int, binary.ByteOrder) {
	zero := func(i int) bool { return i < len(text) && text[i] == 0 }
	switch {
	case len(text) < 2:
	case bytes.HasPrefix(text, []byte{0xFF, 0xFE, 0, 0}), len(text) > 3 && !zero(0) && zero(1) && zero(2) && zero(3):
		return 4, binary.LittleEndian
	case bytes.HasPrefix(text, []byte{0, 0, 0xFE, 0xFF}), len(text) > 3 && zero(0) && zero(1) && zero(2):
		return 4, binary.BigEndian
	case bytes.HasPrefix(text, []byte{0xFF, 0xFE}), !zero(0) && zero(1):
		return 2, binary.LittleEndian
	case bytes.HasPrefix(text, []byte{0xFE, 0xFF}), zero(0) && !zero(1):
		return 2, binary.BigEndian
	}
	return 1, nil
}
