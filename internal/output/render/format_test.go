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

// write renders the text twice, the second time byte by byte; both must match.
func write(t *testing.T, text string, l render.Layout) (string, error) {
	t.Helper()
	var whole, pieces strings.Builder
	err := render.Write(&whole, strings.NewReader(text), l)
	again := render.Write(&pieces, iotest.OneByteReader(strings.NewReader(text)), l)
	if pieces.String() != whole.String() || message(again) != message(err) {
		t.Errorf("byte by byte %.200q, %v\nat once      %.200q, %v", pieces.String(), again, whole.String(), err)
	}
	return whole.String(), err
}

type formatRow struct {
	name   string
	layout render.Layout
	text   string
	want   string
}

func checkFormats(t *testing.T, rows []formatRow) {
	t.Helper()
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			if got, err := write(t, row.text, row.layout); got != row.want || err != nil {
				t.Errorf("got  %q, %v\nwant %q", got, err, row.want)
			}
		})
	}
}

// TestItems lists what counts as an item in each response.
func TestItems(t *testing.T) {
	t.Parallel()
	lines := render.Layout{Format: render.NDJSON}
	checkFormats(t, []formatRow{
		{"a list", lines, `[{"b": 1.10, "a" : [ ]}, 2, "x", null]`, "{\"b\":1.10,\"a\":[]}\n2\n\"x\"\nnull\n"},
		{"nothing", lines, " \n", ""},
		{"an empty list", lines, "[]", ""},
		{"a thing", lines, "{\"a\":\n{\"b\":2}}", "{\"a\":{\"b\":2}}\n"},
		{"an empty thing", lines, "{}", "{}\n"},
		{"results", lines, `{"total":2,"results":[1,2],"more":[3]}`, "1\n2\n"},
		{"data", lines, `{"data":[{"a":1}]}`, "{\"a\":1}\n"},
		{"items", lines, `{"items":[1]}`, "1\n"},
		{"entities", lines, `{"entities":[1]}`, "1\n"},
		{"hits", lines, `{"hits":[1]}`, "1\n"},
		{"hits in hits", lines, `{"took":3,"hits":{"total":{"value":2},"hits":[1,2],"max":0},"z":[]}`, "1\n2\n"},
		{"hits without any", lines, `{"hits":{"total":0},"z":[5]}`, "{\"hits\":{\"total\":0},\"z\":[5]}\n"},
		{"a wrapper without a list", lines, `{"data":{"a":1}}`, "{\"data\":{\"a\":1}}\n"},
		{"an escaped name", lines, `{"dat\u0061":[1]}`, "1\n"},
		{"a thing with items", lines, `{"_id":"7","items":[1]}`, "{\"_id\":\"7\",\"items\":[1]}\n"},
		{"values in a row", lines, "{\"data\":[1]} [2] 3", "1\n2\n3\n"},
		{"a sequence", render.Layout{Format: render.NDJSON, Sequence: true}, "{\"data\":[1]}\n[2]\n3\n", "{\"data\":[1]}\n[2]\n3\n"},
		{"as they came", lines, "\xef\xbb\xbf[\"\\u00e9\\/\xff\",1e400,{\"a\":1,\"a\":2}]", "\"\\u00e9\\/\xff\"\n1e400\n{\"a\":1,\"a\":2}\n"},
		{"lines", render.Layout{Format: render.Lines}, `["é\"","two\nlines",1,{"a":"b"},""]`, "é\"\n\"two\\nlines\"\n1\n{\"a\":\"b\"}\n\n"},
		{"lines for a terminal", render.Layout{Format: render.Lines, Style: render.Style{Escape: true}}, `["\u001b[2J",["` + "\u202e" + `"]]`, "\\x1b[2J\n[\"\\u202e\"]\n"},
	})
}

func TestFormatsPass(t *testing.T) {
	t.Parallel()
	const text = "[1, 2]\n<p>"
	if got, err := write(t, "[1, 2]", render.Layout{Format: render.Flat}); got != "[1,2]\n" || err != nil {
		t.Errorf("json: %q, %v", got, err)
	}
	if got, err := write(t, text, render.Layout{Format: render.Raw}); got != text || err != nil {
		t.Errorf("raw: %q, %v", got, err)
	}
}

func TestYAML(t *testing.T) {
	t.Parallel()
	l := render.Layout{Format: render.YAML}
	checkFormats(t, []formatRow{
		{"order and numbers", l, `{"z":1.10,"a":12345678901234567890,"e":1e400,"l":[-0,true,null],"z2":{}, "n":[]}`, "z: 1.10\na: 12345678901234567890\ne: 1e400\nl:\n  - -0\n  - true\n  - null\nz2: {}\n\"n\": []\n"},
		{"texts that look otherwise", l, `["1","true","null","","<<","2020-01-01","#","a: b","~"," x","No","1:30"]`, "- \"1\"\n- \"true\"\n- \"null\"\n- \"\"\n- \"<<\"\n- \"2020-01-01\"\n- \"#\"\n- \"a: b\"\n- \"~\"\n- \" x\"\n- \"No\"\n- \"1:30\"\n"},
		{"lines", l, `{"a":"one\ntwo\n","b":" x\ny","c":"tab\t\n"}`, "a: |\n  one\n  two\nb: \" x\\ny\"\nc: \"tab\\t\\n\"\n"},
		{"values in a row", l, `{"a":1} [2]`, "a: 1\n---\n- 2\n"},
		{"a bare value", l, `"x"`, "x\n"},
		{"not UTF-8", l, "[\"\xff\",\"\\ud800\"]", "- \"\ufffd\"\n- \"\ufffd\"\n"},
		{"nested", l, `[[[1,{"a":[{}]}],[]],{"b":{"c":"x\ny"}}]`, "- - - 1\n    - a:\n        - {}\n  - []\n- b:\n    c: |-\n      x\n      y\n"},
		{"nothing", l, "", ""},
		{"for a terminal", render.Layout{Format: render.YAML, Style: render.Style{Escape: true}}, "[\"\\u001b[2J\",\"\u202e\"]", "- \"\\u001b[2J\"\n- \"\\u202e\"\n"},
	})
}

func TestFormatFaults(t *testing.T) {
	t.Parallel()
	const claim, early = "the response is not valid JSON: ", "the response ended early: "
	for _, row := range []struct{ text, out, message string }{
		{"<html>", "", claim + "byte 1: unexpected character at start of value"},
		{"[1 2]", "1\n", claim + "byte 4: unexpected character after array element (expecting ',' or ']')"},
		{"[1,]", "1\n", claim + "byte 3: unexpected character at start of value"},
		{"[1,{\"a\":", "1\n", early + "inside the value at byte 9"},
		{`{"results":[1,2`, "1\n2\n", early + "inside the value at byte 16"},
		{`{"a":`, "", early + "inside the value at byte 6"},
	} {
		out, err := write(t, row.text, render.Layout{Format: render.NDJSON})
		if out != row.out || kind(err) != failure.Network || err.Error() != row.message {
			t.Errorf("%q: wrote %q, %v\nwant %q, %s", row.text, out, err, row.out, row.message)
		}
	}
	for _, name := range render.Formats() {
		if name == string(render.Raw) {
			continue
		}
		for _, text := range []string{"<html>", `[{"a":"x`, "[[1}", "{]"} {
			if _, err := write(t, text, render.Layout{Format: render.Format(name)}); kind(err) != failure.Network {
				t.Errorf("%s takes %q: %v", name, text, err)
			}
		}
	}
}

func TestFormatsReturnErrors(t *testing.T) {
	t.Parallel()
	reset := errors.New("connection reset")
	for _, name := range render.Formats() {
		l := render.Layout{Format: render.Format(name)}
		r := io.MultiReader(strings.NewReader(`[{"a":1},{"a":`), iotest.ErrReader(reset))
		if err := render.Write(io.Discard, r, l); !errors.Is(err, reset) || kind(err) != "" {
			t.Errorf("%s: %v", name, err)
		}
		var broken *render.WriteError
		long := "[" + strings.Repeat(`{"a":"`+strings.Repeat("x", 100)+`"},`, 5000) + "{}]"
		if err := render.Write(&full{1000}, strings.NewReader(long), l); !errors.As(err, &broken) {
			t.Errorf("%s to a full disk: %v", name, err)
		}
	}
}
