package render_test

import (
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/epilot-cli/epilot/internal/failure"
	"github.com/epilot-cli/epilot/internal/output/render"
)

func TestJSONFaults(t *testing.T) {
	t.Parallel()
	const claim, early = "the response is not valid JSON: ", "the response ended early: "
	for _, row := range []struct{ text, out, message string }{
		{"<html>\n", "<html>\n", claim + "line 1, column 1: unexpected '<'"},
		{"{\"é\": 1,\n \"bé\" 2}", `{"é":1,"bé"2}`, claim + "line 2, column 7: unexpected '2'"},
		{`{"a":1}}`, "{\"a\":1}\n}", claim + "line 1, column 8: unexpected '}'"},
		{"[1}", "[1}", claim + "line 1, column 3: unexpected '}'"},
		{"[1,]", "[1,]", claim + "line 1, column 4: unexpected ']'"},
		{`{"a":1,}`, `{"a":1,}`, claim + "line 1, column 8: unexpected '}'"},
		{`{a:1}`, `{a:1}`, claim + "line 1, column 2: unexpected 'a'"},
		{`{"a",1}`, `{"a",1}`, claim + "line 1, column 5: unexpected ','"},
		{"[01]", "[01]", claim + "line 1, column 3: unexpected '1'"},
		{"01", "01", claim + "line 1, column 2: unexpected '1'"},
		{"2024-01-01", "2024-01-01", claim + "line 1, column 5: unexpected '-'"},
		{"[1.]", "[1.]", claim + "line 1, column 4: unexpected ']'"},
		{"[-a]", "[-a]", claim + "line 1, column 3: unexpected 'a'"},
		{"[nul]", "[nul]", claim + "line 1, column 5: unexpected ']'"},
		{"[\"a\nb\"]", "[\"a\nb\"]", claim + `line 1, column 4: unexpected '\n'`},
		{`["\x"]`, `["\x"]`, claim + "line 1, column 4: unexpected 'x'"},
		{`["\u12g4"]`, `["\u12g4"]`, claim + "line 1, column 7: unexpected 'g'"},
		{"[\x00]", "[\x00]", claim + `line 1, column 2: unexpected '\x00'`},
		{"[\xff]", "[\xff]", claim + "line 1, column 2: unexpected byte 0xff"},
		{"\xef\xbb[]", "\xef\xbb[]", claim + "line 1, column 1: unexpected byte 0xef"},
		{`{"a": [1,`, `{"a":[1,`, early + "line 1, column 10: inside an array"},
		{`{"a": `, `{"a":`, early + "line 1, column 7: inside an object"},
		{"[\n\"ab", `["ab`, early + "line 2, column 4: inside a string"},
		{`"\u00`, `"\u00`, early + "line 1, column 6: inside a string"},
		{"tru", "tru", early + "line 1, column 4: inside a word"},
		{"1e", "1e", early + "line 1, column 3: inside a number"},
	} {
		t.Run(row.text, func(t *testing.T) {
			t.Parallel()
			out, err := run(t, row.text, compact)
			if out != row.out {
				t.Errorf("wrote %q, want %q", out, row.out)
			}
			if kind(err) != failure.Network || err.Error() != row.message {
				t.Errorf("error %v, want %s", err, row.message)
			}
		})
	}
}

func TestJSONPassesTheRestOn(t *testing.T) {
	t.Parallel()
	rest := "<b>  not JSON\r\n " + strings.Repeat("  \x00\xff", 50_000)
	out, err := run(t, `{ "a": 1 }`+rest, pretty)
	if out != "{\n  \"a\": 1\n}\n"+rest || kind(err) != failure.Network {
		t.Errorf("%d bytes, %v", len(out), err)
	}
}

func TestJSONReturnsTheReadersError(t *testing.T) {
	t.Parallel()
	reset := errors.New("connection reset")
	for text, want := range map[string]string{`{"a": 1, "b`: `{"a":1,"b`, "[1] ": "[1]\n", "<p": "<p", "": ""} {
		var out strings.Builder
		r := io.MultiReader(strings.NewReader(text), iotest.ErrReader(reset))
		if err := render.JSON(&out, r, compact); err != reset || out.String() != want {
			t.Errorf("%q: wrote %q, %v", text, out.String(), err)
		}
	}
}

// full is a disk with room for a limited number of bytes.
type full struct{ room int }

func (f *full) Write(p []byte) (int, error) {
	if f.room -= len(p); f.room < 0 {
		return 0, io.ErrShortWrite
	}
	return len(p), nil
}

func TestJSONTellsWriteErrors(t *testing.T) {
	t.Parallel()
	long := `["` + strings.Repeat("a", 1<<20) + `"]`
	for name, text := range map[string]string{"JSON": long, "not JSON": "<" + long, "early": long[:1<<19]} {
		for _, room := range []int{0, 100_000} {
			err := render.JSON(&full{room}, strings.NewReader(text), pretty)
			var broken *render.WriteError
			if !errors.As(err, &broken) || !errors.Is(err, io.ErrShortWrite) {
				t.Errorf("%s, %d bytes of room: %v", name, room, err)
			}
		}
	}
}

func TestJSONBoundsNesting(t *testing.T) {
	t.Parallel()
	const limit = 10_000
	err := render.JSON(io.Discard, io.LimitReader(opening{}, limit+1), compact)
	if err == nil || !strings.HasSuffix(err.Error(), "nested deeper than 10000 levels: line 1, column 10001") {
		t.Errorf("error %v", err)
	}
}

// opening is an endless series of opening brackets.
type opening struct{}

func (opening) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = '['
	}
	return len(p), nil
}
