// Package jsonx writes and edits JSON without the changes that encoding/json makes:
// objects keep their member order, values keep their spelling (1.0 stays 1.0), and <
// > & are not escaped for HTML.
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

// AppendQuote appends a string as a JSON string. Invalid UTF-8 bytes become U+FFFD.
func AppendQuote(to []byte, text string) []byte {
	if quoted, err := jsontext.AppendQuote(to, text); err == nil {
		return quoted
	}
	quoted, _ := jsontext.AppendQuote(to, strings.ToValidUTF8(text, "\uFFFD")) // only invalid UTF-8 is an error
	return quoted
}

// Quote returns s as a JSON string.
func Quote(text string) string { return string(AppendQuote(nil, text)) }

// Unquote returns the value of a JSON string, with U+FFFD for invalid UTF-8. Any
// other text is returned unchanged.
func Unquote[T ~string | ~[]byte](text T) string {
	if len(text) == 0 || text[0] != '"' {
		return string(text)
	}
	plain, err := jsontext.AppendUnquote(nil, []byte(text))
	if err != nil && !jsontext.Value(text).IsValid(jsontext.AllowInvalidUTF8(true)) {
		return string(text)
	}
	return string(plain)
}

// IsDigits reports whether text is one or more decimal digits.
func IsDigits(text string) bool { return text != "" && strings.Trim(text, "0123456789") == "" }

// Encode returns a Go value as compact JSON without a trailing newline.
func Encode(value any) ([]byte, error) { return encode(value, "") }

// EncodeIndent returns a Go value as JSON, indented by two spaces per level.
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

// UTF8 converts the contents of a JSON or YAML file to UTF-8 without a byte order
// mark. Windows editors write UTF-16 with a mark; without one, the zero bytes of the
// first characters give the encoding (RFC 4627, section 3; YAML 1.2.2, section 5.2).
// UTF-8 input is returned unchanged, even if it is invalid.
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

// encodingOf returns the code unit size in bytes and the byte order.
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
