package render_test

import (
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/epilot-cli/epilot/internal/failure"
	"github.com/epilot-cli/epilot/internal/output/render"
	"github.com/epilot-cli/epilot/internal/term"
)

var (
	compact = render.Style{}
	pretty  = render.Style{Indent: "  "}
)

// run renders the text twice, the second time byte by byte; both must match.
func run(t *testing.T, text string, style render.Style) (string, error) {
	t.Helper()
	var whole, pieces strings.Builder
	err := render.JSON(&whole, strings.NewReader(text), style)
	again := render.JSON(&pieces, iotest.OneByteReader(strings.NewReader(text)), style)
	if pieces.String() != whole.String() || message(again) != message(err) {
		t.Errorf("byte by byte %.200q, %v\nat once      %.200q, %v", pieces.String(), again, whole.String(), err)
	}
	return whole.String(), err
}

func message(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

func TestJSON(t *testing.T) {
	t.Parallel()
	for _, row := range []struct{ name, text, compact, pretty string }{
		{"nothing", "", "", ""},
		{"white space only", " \r\n\t", "", ""},
		{"word", "true", "true\n", "true\n"},
		{"padded number", " -0.50e+10 ", "-0.50e+10\n", "-0.50e+10\n"},
		{"empty containers", "{ } [\n]", "{}\n[]\n", "{}\n[]\n"},
		{"order and duplicate names", `{"b":1,"a":2,"b":3}`, `{"b":1,"a":2,"b":3}` + "\n", "{\n  \"b\": 1,\n  \"a\": 2,\n  \"b\": 3\n}\n"},
		{"numbers as typed", "[1.10, 12345678901234567890, 1E400]", "[1.10,12345678901234567890,1E400]\n", "[\n  1.10,\n  12345678901234567890,\n  1E400\n]\n"},
		{"strings as typed", `["é<>&","\u00e9\/\ud800", "\"\\"]`, `["é<>&","\u00e9\/\ud800","\"\\"]` + "\n", "[\n  \"é<>&\",\n  \"\\u00e9\\/\\ud800\",\n  \"\\\"\\\\\"\n]\n"},
		{"invalid UTF-8", "[\"\xff\xc3\",\"\xe2\x82\"]", "[\"\xff\xc3\",\"\xe2\x82\"]\n", "[\n  \"\xff\xc3\",\n  \"\xe2\x82\"\n]\n"},
		{"nested empties", `{"a":{},"b":[[]]}`, `{"a":{},"b":[[]]}` + "\n", "{\n  \"a\": {},\n  \"b\": [\n    []\n  ]\n}\n"},
		{"lines of values", "{\"a\":1}\r\n{\"a\":2}\n3\n\"x\"", "{\"a\":1}\n{\"a\":2}\n3\n\"x\"\n", "{\n  \"a\": 1\n}\n{\n  \"a\": 2\n}\n3\n\"x\"\n"},
		{"values that touch", `{}[]"a"{}`, "{}\n[]\n\"a\"\n{}\n", "{}\n[]\n\"a\"\n{}\n"},
		{"byte order mark", "\xef\xbb\xbf[1]", "[1]\n", "[\n  1\n]\n"},
		{"white space in strings stays", "{ \"a b\" : \" \\n \" }", "{\"a b\":\" \\n \"}\n", "{\n  \"a b\": \" \\n \"\n}\n"},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			if got, err := run(t, row.text, compact); got != row.compact || err != nil {
				t.Errorf("compact %q, %v; want %q", got, err, row.compact)
			}
			if got, err := run(t, row.text, pretty); got != row.pretty || err != nil {
				t.Errorf("pretty %q, %v; want %q", got, err, row.pretty)
			}
		})
	}
}

func TestJSONDeep(t *testing.T) {
	t.Parallel()
	const depth = 5_000
	text := strings.Repeat(`[{"a":`, depth) + "1" + strings.Repeat("}]", depth)
	if got, err := run(t, text, compact); got != text+"\n" || err != nil {
		t.Errorf("%d bytes of output for %d, %v", len(got), len(text), err)
	}
}

func TestJSONIndentsDeep(t *testing.T) {
	t.Parallel()
	const depth = 300 // more than the prepared levels
	got, err := run(t, strings.Repeat("[", depth)+"7"+strings.Repeat("]", depth), pretty)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(got, "\n")
	for level := range depth {
		if want := strings.Repeat("  ", level) + "["; lines[level] != want {
			t.Fatalf("line %d is %q, want %q", level+1, lines[level], want)
		}
	}
	if want := strings.Repeat("  ", depth) + "7"; lines[depth] != want {
		t.Errorf("the value's line is %q", lines[depth])
	}
}

func TestJSONColours(t *testing.T) {
	t.Parallel()
	style := render.Style{Palette: term.NewPalette(true)}
	got, err := run(t, `{"k":["s",1,null,true]}`, style)
	if err != nil {
		t.Fatal(err)
	}
	p := style.Palette
	want := "{" + p.Key(`"k"`) + ":[" + p.String(`"s"`) + "," + p.Number("1") + "," +
		p.Literal("null") + "," + p.Literal("true") + "]}\n"
	if got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	for _, cut := range []string{`["s`, `["s<` + "\n"} {
		var out strings.Builder
		r := io.MultiReader(strings.NewReader(cut), iotest.ErrReader(io.ErrUnexpectedEOF))
		_ = render.JSON(&out, r, style)
		if !strings.Contains(out.String(), strings.TrimPrefix(p.String("|"), "\x1b[38;5;29m|")) {
			t.Errorf("the colour outlives %q: %q", cut, out.String())
		}
	}
	plain, _ := run(t, `{"k":[1]}`, render.Style{Palette: term.NewPalette(false)})
	if plain != "{\"k\":[1]}\n" {
		t.Errorf("a palette without colours printed %q", plain)
	}
}

func TestJSONEscapesForTerminals(t *testing.T) {
	t.Parallel()
	style := render.Style{Escape: true}
	for text, want := range map[string]string{
		"[\"é\x7f\u009b2J\u202e\"]": `["é\u007f\u009b2J\u202e"]` + "\n",
		"{\"\u0085\":\"\xff\"}":     `{"\u0085":"\ufffd"}` + "\n",
		`["\u001b[2J"]`:             `["\u001b[2J"]` + "\n",
		"\x1b[2J":                   `\x1b[2J`,
		"[1,\x1b[2J":                `[1,\x1b[2J`,
	} {
		if got, _ := run(t, text, style); got != want {
			t.Errorf("%q is shown as %q, want %q", text, got, want)
		}
	}
}

func kind(err error) failure.Kind {
	var failed *failure.Error
	if errors.As(err, &failed) {
		return failed.Kind
	}
	return ""
}

func TestText(t *testing.T) {
	t.Parallel()
	binary := "\x00\xff\r\n\xe2\x82" + strings.Repeat("é\r", 100_000)
	var out strings.Builder
	if err := render.Text(&out, strings.NewReader(binary), false); err != nil || out.String() != binary {
		t.Errorf("not byte for byte: %d bytes of %d, %v", out.Len(), len(binary), err)
	}
	out.Reset()
	shown := iotest.OneByteReader(strings.NewReader("a\x1b[2J\r\né\rb\n"))
	if err := render.Text(&out, shown, true); err != nil || out.String() != `a\x1b[2J`+"\r\né"+`\x0d`+"b\n" {
		t.Errorf("for a terminal: %q, %v", out.String(), err)
	}
	reset := errors.New("reset")
	if err := render.Text(io.Discard, iotest.ErrReader(reset), false); err != reset {
		t.Errorf("the reader's error became %v", err)
	}
}
