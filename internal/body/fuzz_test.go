package body

import (
	"bytes"
	"encoding/json"
	"io"
	"reflect"
	"strings"
	"testing"
)

func FuzzBody(f *testing.F) {
	for _, seed := range []string{`{"name":"x"}`, `{"name":"x","token_type":"journey"}`, "@b", "-", "@", "{'a'", "name: x", "\ufeff[1.10]", "\xff"} {
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
		got, err := Read(t.Context(), op, Input{Data: &data, Stdin: bytes.NewReader(text), Open: open})
		if err != nil {
			return
		}
		typed := []byte(data)
		switch {
		case data == "-" || data == "@-" || data == "@b.json":
			typed = text
		case strings.HasPrefix(data, "@"):
			typed = got.Bytes // YAML has no second reader to compare with
		}
		if !sameJSON(bytes.TrimPrefix(typed, []byte("\ufeff")), got.Bytes) {
			t.Fatalf("%q became %q", typed, got.Bytes)
		}
	})
}

// sameJSON compares number texts too.
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
