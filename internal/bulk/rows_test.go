package bulk

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/epilot-cli/epilot/internal/failure"
)

// read returns each row as "number@line name=value…", and the errors.
func read(name, text, format string) (rows []string, wrong []string) {
	r, err := Open(name, strings.NewReader(text), format)
	if err != nil {
		return nil, []string{err.Error()}
	}
	for row, err := range r.Rows() {
		switch {
		case err != nil:
			return rows, append(wrong, err.Error())
		case row.Err != nil:
			wrong = append(wrong, row.At()+": "+row.Err.Error())
			continue
		}
		shown := fmt.Sprintf("%d@%d", row.Number, row.Line)
		for _, cell := range row.Cells {
			shown += fmt.Sprintf(" %s=%s", cell.Name, cell.String())
		}
		rows = append(rows, shown)
	}
	return rows, wrong
}

// inUTF16 encodes a text as Windows does.
func inUTF16(text string) string {
	var b strings.Builder
	for _, unit := range utf16.Encode([]rune("\ufeff" + text)) {
		b.WriteByte(byte(unit))
		b.WriteByte(byte(unit >> 8))
	}
	return b.String()
}

func TestRows(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct{ file, text, format, want string }{
		"csv":                          {"a.csv", "a,b\n1,2\n3,4\n", "", "1@2 a=1 b=2|2@3 a=3 b=4"},
		"no last line end":             {"a.csv", "a,b\n1,2", "", "1@2 a=1 b=2"},
		"byte order mark":              {"a.csv", "\xef\xbb\xbfa\n1\n", "", "1@2 a=1"},
		"mixed line ends":              {"a.csv", "a,b\r\n1,2\r3,4\n5,6", "", "1@2 a=1 b=2|2@3 a=3 b=4|3@4 a=5 b=6"},
		"quotes":                       {"a.csv", "a,b\n\"x, \"\"y\"\"\",\"two\r\nlines\"\n3,4\n", "", "1@2 a=x, \"y\" b=two\nlines|2@4 a=3 b=4"},
		"empty lines and cell":         {"a.csv", "\na,b\n\n,2\n\n", "", "1@4 a= b=2"},
		"semicolons":                   {"a.csv", "a;b\n1,5;2\n", "", "1@2 a=1,5 b=2"},
		"semicolons after empty lines": {"a.csv", "\r\n\na;b\n1,5;2\n", "", "1@4 a=1,5 b=2"},
		"same list twice":              {"a.csv", "t[],t[]\nx,y\n", "", "1@2 t[]=x t[]=y"},
		"spaces in names":              {"a.csv", " a , b\n1, 2\n", "", "1@2 a=1 b= 2"},
		"reasons left out":             {"a.csv", "a,epilot_error\n1,bad\n", "", "1@2 a=1"},
		"tsv":                          {"a.tsv", "a\tb\n1\tx\\ty\\\\n\n", "", "1@2 a=1 b=x\ty\\n"},
		"tsv by content":               {"-", "a\tb\n1\t\"2\"\n", "", "1@2 a=1 b=2"},
		"utf-16":                       {"a.csv", inUTF16("a,b\nä,€\n"), "", "1@2 a=ä b=€"},
		"utf-16 without mark":          {"a.csv", inUTF16("a\n1\n")[2:], "", "1@2 a=1"},
		"ndjson":                       {"a.ndjson", "{\"a\":1}\n\n{\"a\":{\"b\":[1]},\"epilot_error\":\"x\"}", "", `1@1 a=1|2@3 a={"b":[1]}`},
		"ndjson by content":            {"stdin", "{\"a\":null}\r\n", "", "1@1 a="},
		"array":                        {"a.json", "[\n {\"a\":1},\n {\"a\":\n2}\n]\n", "", "1@2 a=1|2@3 a=2"},
		"array by content":             {"stdin", " [{\"a\":true}]", "", "1@1 a=true"},
		"objects in a row":             {"a.json", "{\"a\":1}\n{\n\"a\":2}", "", "1@1 a=1|2@2 a=2"},
		"format wins":                  {"a.csv", "a\tb\n1\t2\n", "tsv", "1@2 a=1 b=2"},
		"only a header":                {"a.csv", "a,b\n", "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			rows, wrong := read(tt.file, tt.text, tt.format)
			if got := strings.Join(rows, "|"); got != tt.want || wrong != nil {
				t.Errorf("got %q, %q; want %q", got, wrong, tt.want)
			}
		})
	}
}

// TestSpoiledRows checks that invalid input is reported in one clear line with its
// position.
func TestSpoiledRows(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct{ file, text, want string }{
		"empty":                   {"a.csv", "", "a.csv is empty: it has no rows"},
		"only white space":        {"a.csv", " \r\n\n", "a.csv is empty: it has no rows"},
		"too few cells":           {"a.csv", "a,b\n1\n", "line 2 (row 1): 1 cell, and the header has 2"},
		"tabs in csv":             {"a.csv", "a\tb\n1\t2\n", "a.csv, line 1: the columns of the header are separated by tabs"},
		"ndjson in csv":           {"a.csv", "{\"a\":1}\n", "a.csv, line 1: the text is JSON, not CSV"},
		"array in tsv":            {"a.tsv", "\n[{\"a\":1}]\n", "a.tsv, line 1: the text is JSON, not TSV"},
		"nul in a cell":           {"a.csv", "a,b\n1,2\x00\n", "line 2 (row 1): column \"b\" contains a NUL character"},
		"nul in the header":       {"a.csv", "aaaa,b\x00\n1,2\n", "a.csv, line 1: column 2 of the header contains a NUL character"},
		"nul in json":             {"a.ndjson", "{\"a\":\"\x00\"}\n", "line 1 (row 1): not a JSON object"},
		"mixed line ends, ragged": {"a.csv", "a,b\r\n1,2\r3\n", "line 3 (row 2): 1 cell, and the header has 2: no cell for column \"b\""},
		"too many cells":          {"a.csv", "a,b\n1,2\n1,2,3\n", "line 3 (row 2): 3 cells, and the header has 2"},
		"other separator":         {"a.csv", "a,b\n1;2\n", "line 2 (row 1): 1 cell, and the header has 2"},
		"open quote":              {"a.csv", "a,b\n1,\"2\n3,4\n", "a.csv, line 2: the quote that opens column \"b\" is never closed"},
		"open quote in header":    {"a.csv", "a,\"b\n1,2\n", "a.csv, line 1: the quote that opens column 2 is never closed"},
		"text after a quote":      {"a.csv", "a,b\n\"1\"x,2\n", "line 2 (row 1): text after the closing quote in column \"a\""},
		"space after a quote":     {"a.csv", "a,b\n\"1\" ,2\n", "line 2 (row 1): text after the closing quote in column \"a\""},
		"quote inside":            {"a.csv", "a,b\n1,2\"3\n", "line 2 (row 1): a quote inside a cell that does not begin with one in column \"b\""},
		"quote after a space":     {"a.csv", "a,b\n1, \"2\"\n", "line 2 (row 1): a quote inside a cell that does not begin with one in column \"b\""},
		"quote in a header":       {"a.csv", "a,b\"\n1,2\n", "a.csv, line 1: a quote inside a cell that does not begin with one in column 2 of the header"},
		"duplicate columns":       {"a.csv", "a,b,a\n1,2,3\n", "a.csv, line 1: columns 1 and 3 have the same name, \"a\""},
		"column without a name":   {"a.csv", "a,,c\n1,2,3\n", "a.csv, line 1: column 2 has no name"},
		"separator at the end":    {"a.csv", "a,b,\n1,2,\n", "a.csv, line 1: column 3 has no name"},
		"latin-1":                 {"a.csv", "a,b\n1,M\xfcller\n", "line 2 (row 1): column \"b\" is not valid UTF-8"},
		"latin-1 header":          {"a.csv", "a,Stra\xdfe\n1,2\n", "a.csv, line 1: column 2 of the header is not valid UTF-8"},
		"half a surrogate":        {"a.csv", inUTF16("a\n") + "\x00\xd8\n\x00", "line 2 (row 1): column \"a\" is not valid UTF-16"},
		"odd utf-16":              {"a.csv", inUTF16("a\nb") + "c", "line 2 (row 1): column \"a\" is not valid UTF-16"},
		"workbook":                {"a.csv", "PK\x03\x04xxxx", "a.csv is a workbook or a zip file, not rows"},
		"gzip":                    {"a.csv", "\x1f\x8b\x08xxxx", "a.csv is compressed with gzip, not rows"},
		"html":                    {"a.csv", "\xef\xbb\xbf\n<!DOCTYPE html>\n<p>", "a.csv is an HTML page, not rows"},
		"xml":                     {"a.dat", "<?xml version=\"1.0\"?>\n", "a.dat is XML, not rows"},
		"yaml":                    {"a.yml", "- a: 1\n", "a.yml is YAML, not rows"},
		"pdf":                     {"a.csv", "%PDF-1.7", "a.csv is a PDF, not rows"},
		"tsv ragged":              {"a.tsv", "a\tb\n1 2\n", "line 2 (row 1): 1 cell, and the header has 2"},
		"tsv open quote":          {"a.tsv", "a\tb\n1\t\"2\n", "a.tsv, line 2: the quote that opens column \"b\" is never closed"},
		"broken line":             {"a.ndjson", "{\"a\":1}\n{\"a\":\n", "line 2 (row 2): not a JSON object: unexpected EOF"},
		"pretty json":             {"a.ndjson", "{\n\"a\":1}\n", "line 1 (row 1): not a JSON object: unexpected EOF"},
		"two on a line":           {"a.ndjson", "{\"a\":1} {\"a\":2}\n", "line 1 (row 1): not a JSON object: text after the JSON value"},
		"a list as a row":         {"a.ndjson", "[1]\n", "line 1 (row 1): the row is not a JSON object"},
		"a number as a row":       {"a.ndjson", "17\n", "line 1 (row 1): the row is not a JSON object"},
		"null as a row":           {"a.ndjson", "null\n", "line 1 (row 1): the row is not a JSON object"},
		"duplicate members":       {"a.ndjson", "{\"a\":1,\"a\":2}\n", "line 1 (row 1): not a JSON object: duplicate object member name"},
		"bytes in a string":       {"a.ndjson", "{\"a\":\"\xff\"}\n", "line 1 (row 1): not a JSON object: invalid UTF-8"},
		"single quotes":           {"a.ndjson", "{'a':1}\n", "line 1 (row 1): not a JSON object: invalid character '\\''"},
		"comma at the end":        {"a.ndjson", "{\"a\":1},\n", "line 1 (row 1): not a JSON object"},
		"half a surrogate, json":  {"a.ndjson", "{\"a\":\"\\ud800\"}\n", "line 1 (row 1): not a JSON object: invalid surrogate pair"},
		"array not closed":        {"a.json", "[{\"a\":1},\n{\"a\":2}", "a.json, line 2: not JSON: "},
		"array without a comma":   {"a.json", "[{\"a\":1}\n\n{\"a\":2}]", "a.json, line 3: not JSON: "},
		"array with a last comma": {"a.json", "[{\"a\":1},\n]", "a.json, line 1: not JSON: "},
		"text after the array":    {"a.json", "[{\"a\":1}]\n{\"a\":2}", "a.json, line 2: not JSON: text after the end of the array"},
		"numbers in an array":     {"a.json", "[\n1]", "line 2 (row 1): the row is not a JSON object"},
		"unquoted names":          {"a.json", "[{a:1}]", "a.json, line 1: not JSON: "},
		"no json at all":          {"a.json", "a,b\n1,2\n", "a.json, line 1: not JSON: "},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, wrong := read(tt.file, tt.text, "")
			if len(wrong) == 0 || !strings.Contains(strings.Join(wrong, "|"), tt.want) {
				t.Errorf("got %q, want %q", wrong, tt.want)
			}
		})
	}
}

// endless repeats a text forever, so that only its start fits in memory.
type endless struct{ text string }

func (e endless) Read(p []byte) (int, error) {
	return copy(p, strings.Repeat(e.text, len(p)/len(e.text)+1)), nil
}

// TestLongRow checks that endless input is rejected before it fills the memory.
func TestLongRow(t *testing.T) {
	t.Parallel()
	for name, begin := range map[string]string{"a.csv": "a\n\"", "a.ndjson": "{\"a\":\"", "a.json": "[{\"a\":\""} {
		r, err := Open(name, io.MultiReader(strings.NewReader(begin), endless{"x"}), "")
		if err != nil {
			t.Fatal(err)
		}
		for _, err = range r.Rows() {
			break
		}
		if err == nil || !strings.Contains(err.Error(), "is longer than 16 MB") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestBrokenSource checks that a read error is not mistaken for the end.
func TestBrokenSource(t *testing.T) {
	t.Parallel()
	broken := errors.New("disk on fire")
	for name, text := range map[string]string{"a.csv": "a\n1\n", "a.ndjson": "{\"a\":1}\n", "a.json": "[{\"a\":1},"} {
		r, err := Open(name, io.MultiReader(strings.NewReader(text), iotestErr{broken}), "")
		if err != nil {
			t.Fatal(err)
		}
		var last error
		for _, err := range r.Rows() {
			last = err
		}
		if last == nil || failure.Of(last).Kind != failure.File || !strings.Contains(last.Error(), "disk on fire") {
			t.Errorf("%s: %v", name, last)
		}
	}
}

type iotestErr struct{ err error }

func (e iotestErr) Read([]byte) (int, error) { return 0, e.err }

// FuzzRows checks that no input makes the reader panic or loop, and that CSV rows
// survive a round trip.
func FuzzRows(f *testing.F) {
	for _, text := range []string{"a,b\n1,\"2\n\"\n", "a;b\n1;2", "a\tb\n\\t\t2\n", "{\"a\":1}\n[2]", "[{\"a\":1},{}]", inUTF16("a\n1\n"), "\xef\xbb\xbfa\r\r1\r"} {
		f.Add([]byte(text), uint8(len(text)))
	}
	f.Fuzz(func(t *testing.T, text []byte, format uint8) {
		if format %= 5; bytes.IndexByte(text[:min(len(text), 16)], 0) >= 0 || bytes.Count(text[:min(len(text), 16)], []byte("\xef\xbb\xbf")) > 1 {
			return // read as UTF-16, but written as UTF-8
		}
		r, err := Open("rows", bytes.NewReader(text), append(Formats(), "")[format])
		if err != nil {
			return
		}
		var written bytes.Buffer
		out := bufio.NewWriter(&written)
		var want []string
		if r.Columns != nil {
			writeSeparated(out, r.separator, r.Columns)
		}
		for row, err := range r.Rows() {
			if err != nil || row.Err != nil || r.Columns == nil || r.skip >= 0 || r.Format == TSV {
				continue
			}
			var cells []string
			for _, cell := range row.Cells {
				cells = append(cells, cell.Text)
			}
			if len(cells) == 1 && cells[0] == "" {
				continue // an empty line is not a row
			}
			want = append(want, strings.Join(cells, "\x00"))
			writeSeparated(out, r.separator, cells)
		}
		_ = out.Flush()
		if r.Format != CSV || r.skip >= 0 {
			return
		}
		again, err := Open("rows", &written, CSV)
		if err != nil {
			t.Fatalf("%q: %v", written.String(), err)
		}
		if len(r.Columns) > 1 && again.separator != r.separator {
			t.Fatalf("the separator is %q, want %q", again.separator, r.separator)
		}
		var got []string
		for row, err := range again.Rows() {
			if err != nil || row.Err != nil {
				t.Fatalf("%v %v", err, row)
			}
			var cells []string
			for _, cell := range row.Cells {
				cells = append(cells, cell.Text)
			}
			got = append(got, strings.Join(cells, "\x00"))
		}
		if !slices.Equal(got, want) {
			t.Fatalf("got %q, want %q", got, want)
		}
	})
}
