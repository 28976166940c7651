package render_test

import (
	"bytes"
	"encoding/json"
	"io"
	"reflect"
	"strings"
	"testing"

	"github.com/epilot-cli/epilot/internal/output/render"
	"github.com/epilot-cli/epilot/internal/term"
)

func FuzzJSON(f *testing.F) {
	for _, seed := range []string{
		"", `{"a":[1,-2.50e+3,"\u00e9\n",true,null,{}]}`, "[1] {\"b\":2}\n3", `{"a":1,"a":2}`,
		"\xef\xbb\xbf[]", "\xef\xbb\xbf\xef\xbb\xbf0", "[\"\xff\x7f\u009b\u202e\"]", "<html>", `{"a":`, "[01]", "1.2.3", `["\ud800"]`, "[[[[",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		flat, err := run(t, text, compact)
		tall, tallErr := run(t, text, pretty)
		if message(err) != message(tallErr) {
			t.Fatalf("compact %v, pretty %v", err, tallErr)
		}
		checkEscaped(t, text, flat, err)
		text = strings.TrimPrefix(text, "\xef\xbb\xbf")
		if packed(flat) != packed(text) || packed(tall) != packed(text) {
			t.Fatalf("%q became %q and %q", text, flat, tall)
		}
		if json.Valid([]byte(text)) {
			checkValid(t, text, flat, tall, err)
		} else if err == nil && !isSequence(text) {
			t.Fatalf("accepted %q", text)
		}
	})
}

// packed removes white space, also inside strings.
func packed(text string) string {
	return strings.NewReplacer(" ", "", "\n", "", "\t", "", "\r", "").Replace(text)
}

// checkValid compares the output for valid JSON with that of the standard library.
func checkValid(t *testing.T, text, flat, tall string, err error) {
	t.Helper()
	if err != nil {
		t.Fatalf("refused %q: %v", text, err)
	}
	var want bytes.Buffer
	_ = json.Compact(&want, []byte(text))
	if flat != want.String()+"\n" {
		t.Fatalf("%q compact is %q", text, flat)
	}
	want.Reset()
	_ = json.Indent(&want, []byte(strings.TrimSpace(text)), "", "  ")
	if tall != want.String()+"\n" {
		t.Fatalf("%q pretty is %q", text, tall)
	}
}

func isSequence(text string) bool {
	values := json.NewDecoder(strings.NewReader(text))
	for {
		var value json.RawMessage
		switch err := values.Decode(&value); {
		case err == io.EOF:
			return true
		case err != nil:
			return strings.Contains(err.Error(), "max depth") // a limit of the library, not of render
		}
	}
}

// checkEscaped checks that no terminal control reaches the output and that the
// values are unchanged.
func checkEscaped(t *testing.T, text, flat string, err error) {
	t.Helper()
	shown, shownErr := run(t, text, render.Style{Escape: true})
	if message(shownErr) != message(err) {
		t.Fatalf("%q: %v, escaped %v", text, err, shownErr)
	}
	for _, r := range strings.ReplaceAll(shown, "\r\n", "\n") {
		if term.Unsafe(r) && r != '\n' && r != '\t' {
			t.Fatalf("%q shows %q", text, shown)
		}
	}
	var was, is any
	if json.Unmarshal([]byte(flat), &was) == nil &&
		(json.Unmarshal([]byte(shown), &is) != nil || !reflect.DeepEqual(was, is)) {
		t.Fatalf("%q is shown as %q", text, shown)
	}
}
