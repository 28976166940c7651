package body

import (
	"bytes"
	"encoding/json"
	"io"
	"reflect"
	"slices"
	"strings"
	"testing"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/encoding/unicode/utf32"
)

func FuzzBody(f *testing.F) {
	for _, seed := range []string{`{"name":"x"}`, `{"name":"x","token_type":"journey"}`, "@b", "-", "@", "{'a'", "name: x", "\ufeff[1.10]", "\xff", "\xff\xfe1\x00", "\x00[\x001\x00]"} {
		f.Add(seed, []byte(seed), false)
		f.Add("@b.yaml", []byte(seed), true)
		f.Add("-", []byte(seed), true)
	}
	f.Fuzz(func(t *testing.T, data string, text []byte, plain bool) {
		op := create(true)
		if plain {
			op.Body.Contents[1].Schema = nil
		}
		open := func(string) (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(text)), nil }
		for _, required := range []bool{false, true} { // a pipe that nobody asked for
			_, _ = Read(t.Context(), create(required), Input{Stdin: bytes.NewReader(text)})
		}
		got, err := Read(t.Context(), op, Input{Data: &data, Stdin: bytes.NewReader(text), Open: open})
		if err != nil {
			return
		}
		typed := []byte(data)
		switch {
		case data == "-" || data == "@-" || data == "@b.json":
			typed = text
		case strings.HasPrefix(data, "@"):
			typed = got.Bytes // YAML has no second parser to compare with
		}
		if !slices.ContainsFunc(readings(typed), func(text []byte) bool { return sameJSON(text, got.Bytes) }) {
			t.Fatalf("%q became %q", typed, got.Bytes)
		}
	})
}

// readings decodes the text from each JSON encoding (RFC 4627, section 3) with a
// decoder independent of the one under test. At most one result is JSON: in any
// other, the zero bytes of a wider encoding are characters.
func readings(text []byte) [][]byte {
	found := [][]byte{bytes.TrimPrefix(text, []byte("\ufeff"))}
	for _, wide := range []encoding.Encoding{
		unicode.UTF16(unicode.LittleEndian, unicode.UseBOM), unicode.UTF16(unicode.BigEndian, unicode.UseBOM),
		utf32.UTF32(utf32.LittleEndian, utf32.UseBOM), utf32.UTF32(utf32.BigEndian, utf32.UseBOM),
	} {
		if decoded, err := wide.NewDecoder().Bytes(text); err == nil {
			found = append(found, decoded)
		}
	}
	return found
}

// sameJSON also compares number literals.
func sameJSON(a, b []byte) bool {
	decode := func(text []byte) (v any, err error) {
		dec := json.NewDecoder(bytes.NewReader(text))
		dec.UseNumber()
		err = dec.Decode(&v)
		return v, err
	}
	x, err := decode(a)
	y, failed := decode(b)
	return err == nil && failed == nil && reflect.DeepEqual(x, y)
}
