package render_test

import (
	"encoding/csv"
	"strings"
	"testing"

	"github.com/epilot-cli/epilot/internal/output/render"
	"github.com/epilot-cli/epilot/internal/term"
)

func TestSeparated(t *testing.T) {
	t.Parallel()
	comma, tab := render.Layout{Format: render.CSV}, render.Layout{Format: render.TSV}
	given := render.Layout{Format: render.CSV, Columns: []string{"a.b", "l.0.id", "no", "x.y"}}
	checkFormats(t, []formatRow{
		{"ids, names, types, dates first", comma, `[{"z":1,"_created_at":"d","_schema":"s","tags":["a","b"],"address":{"id":5},"name":"n","_id":"i"}]`, "_id,name,_schema,_created_at,z,address.id,tags\ni,n,s,d,1,5,\"[\"\"a\"\",\"\"b\"\"]\"\n"},
		{"a column of the last row", comma, `[{"a":1},{},{"b":null},{"b":true}]`, "a,b\n1,\n,\n,\n,true\n"},
		{"bare values", comma, `["x",1.10,null]`, "value\nx\n1.10\n\"\"\n"},
		{"no items", comma, `[]`, ""},
		{"quotes", comma, `{"a":"x,y","b":"say \"hi\"","c":"two\nlines","d":" pad","e":"a;b"}`, "a,b,c,d,e\n\"x,y\",\"say \"\"hi\"\"\",\"two\nlines\",\" pad\",\"a;b\"\n"},
		{"formulas", comma, `[{"=a":"=1+1"},{"=a":"+cmd|x"},{"=a":"-2+3"},{"=a":"@SUM(A1)"},{"=a":"\t=1"},{"=a":"＝1"},{"=a":-5},{"=a":"-5"},{"=a":"+4922112345"}]`, "'=a\n'=1+1\n'+cmd|x\n'-2+3\n'@SUM(A1)\n\"'\t=1\"\n'＝1\n-5\n-5\n+4922112345\n"},
		{"tabs", tab, `[{"a":"x\ty","b":"c:\\d"},{"a":"\"=1","b":"1\n2"}]`, "a\tb\nx\\ty\tc:\\\\d\n'\"=1\t1\\n2\n"},
		{"given columns", given, `{"results":[{"a":{"b":1},"l":[{"id":"i"}],"x.y":"dotted"},{"a.b":"whole"},7]}`, "a.b,l.0.id,no,x.y\n1,i,,dotted\nwhole,,,\n,,,\n"},
		{"given columns without items", given, `[]`, "a.b,l.0.id,no,x.y\n"},
		{"deep", comma, `{"a":{"b":{"c":{"d":{"e":1}}}},"o":{}}`, "o,a.b.c.d\n{},\"{\"\"e\"\":1}\"\n"},
		{"for a terminal", render.Layout{Format: render.CSV, Style: render.Style{Escape: true}}, `["\u001b[2J"]`, "value\n\\x1b[2J\n"},
	})
}

func TestTable(t *testing.T) {
	t.Parallel()
	free, tight := render.Layout{Format: render.Table}, render.Layout{Format: render.Table, Width: 20}
	checkFormats(t, []formatRow{
		{"columns", free, `[{"name":"Zoë","id":1},{"name":"","id":22,"none":null}]`, "id  name\n1   Zoë\n22\n"},
		{"wide characters", free, `[{"id":"日本","name":"x"},{"id":"é👍🏽","name":"y"},{"id":"abc","name":"z"}]`, "id    name\n日本  x\né👍🏽   y\nabc   z\n"},
		{"a line stays one", free, `[{"id":"a\n\tb","name":1}]`, "id   name\na b  1\n"},
		{"what fits", tight, `[{"id":"12345","name":"abcdefghij","zeta":1}]`, "id     name\n12345  abcdefghij\n"},
		{"cut", tight, `[{"name":"日本日本日本日本日本日本"}]`, "name\n日本日本日本日本日…\n"},
		{"ids and dates are whole", render.Layout{Format: render.Table, Width: 30, Columns: []string{"flow_id", "text", "created_at"}}, `[{"flow_id":"123456789","text":"aaaaaaaaaaaaa","created_at":"2026-01-02"}]`, "flow_id    text      created_at\n123456789  aaaaaaa…  2026-01-02\n"},
		{"a narrow terminal", tight, `[{"id":"5c2ef41d-6155-4fa5","name":"a","text":"aaaaaaaaaaaaaaaaaaaa"}]`, "id\n  5c2ef41d-6155-4fa5\nname  a\ntext  aaaaaaaaaaaaa…\n\n"},
		{"given columns are squeezed", render.Layout{Format: render.Table, Width: 20, Columns: []string{"a", "b"}}, `[{"a":"aaaaaaaaaaaaaaaaaaaaaa","b":"bbbbbbbbbbbbbbbb"}]`, "a          b\naaaaaaaa…  bbbbbbbb…\n"},
		{"no items", free, `[]`, ""},
		{"for a terminal", render.Layout{Format: render.Table, Style: render.Style{Escape: true, Palette: term.NewPalette(true)}}, `[{"a\u001b":"\u001b[2J"}]`, "\x1b[1ma\\x1b\x1b[22m\n\\x1b[2J\n"},
	})
}

func TestTableNamesWhatIsLeftOut(t *testing.T) {
	t.Parallel()
	var left []string
	l := render.Layout{Format: render.Table, Width: 10, LeftOut: func(names []string) { left = names }}
	if got, _ := write(t, `[{"b":"xxxxxx","c":"yyyyyy","id":7}]`, l); got != "id  b\n7   xxxxxx\n" {
		t.Errorf("got %q", got)
	}
	if strings.Join(left, " ") != "c" {
		t.Errorf("left out %q", left)
	}
}

// TestTableBehindTheWindow checks that rows after the window are cut to its widths.
func TestTableBehindTheWindow(t *testing.T) {
	t.Parallel()
	text := "[" + strings.Repeat(`{"id":"ab"},`, 1500) + `{"id":"abcdef","new":1}]`
	got, err := write(t, text, render.Layout{Format: render.Table, Width: 80})
	if err != nil || strings.Count(got, "\n") != 1502 || !strings.HasSuffix(got, "ab\na…\n") {
		t.Errorf("%d lines, %.20q, %v", strings.Count(got, "\n"), got[max(0, len(got)-20):], err)
	}
}

func FuzzSeparated(f *testing.F) {
	for _, seed := range []string{`[{"a":"=1","b":{"c":[1]}},{"a":"x,\"y\n"}]`, `["\r\n",null]`, `[{"":1,"a.b":2,"a":{"b":3}}]`, `{"results":[{}]}`, "[\"\xff\"]"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got, err := write(t, text, render.Layout{Format: render.CSV})
		if tall, tallErr := write(t, text, render.Layout{Format: render.Table, Width: 30}); (err == nil) != (tallErr == nil) || term.Safe(got) == got && !safe(tall) {
			t.Fatalf("%q: CSV %v, table %v: %q", text, err, tallErr, tall)
		}
		checkTSV(t, text)
		if err != nil {
			return
		}
		rows, err := csv.NewReader(strings.NewReader(got)).ReadAll()
		if err != nil {
			t.Fatalf("%q became %q: %v", text, got, err)
		}
		for _, row := range rows {
			for _, field := range row {
				checkHarmless(t, text, field)
			}
		}
	})
}

func safe(text string) bool { return term.Safe(text) == text }

func checkHarmless(t *testing.T, text, field string) {
	t.Helper()
	if field == "" || !strings.Contains("=+-@", field[:1]) {
		return
	}
	if strings.Trim(field[1:], "0123456789.eE+-") != "" {
		t.Fatalf("%q becomes the formula %q", text, field)
	}
}

// checkTSV checks that each row has as many fields as the first.
func checkTSV(t *testing.T, text string) {
	t.Helper()
	got, _ := write(t, text, render.Layout{Format: render.TSV})
	tabs := -1
	for line := range strings.Lines(got) {
		if tabs >= 0 && tabs != strings.Count(line, "\t") {
			t.Fatalf("%q became %q", text, got)
		}
		tabs = strings.Count(line, "\t")
	}
}
