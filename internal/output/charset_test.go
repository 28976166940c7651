package output

import (
	"bytes"
	"compress/flate"
	"compress/gzip"
	"compress/zlib"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"
	"unicode/utf8"

	"golang.org/x/text/encoding/unicode"

	"github.com/epilot-cli/epilot/internal/budget"
	"github.com/epilot-cli/epilot/internal/failure"
	"github.com/epilot-cli/epilot/internal/openapi"
	"github.com/epilot-cli/epilot/internal/term"
)

const umlaut = `{"a":"Zoë"}`

// utf16 returns umlaut in UTF-16.
func utf16(t *testing.T, order unicode.Endianness, mark unicode.BOMPolicy) string {
	t.Helper()
	encoded, err := unicode.UTF16(order, mark).NewEncoder().String(umlaut)
	if err != nil {
		t.Fatal(err)
	}
	return encoded
}

// TestCharsets checks that JSON is read in its charset and that any loss exits with
// status 3.
func TestCharsets(t *testing.T) {
	t.Parallel()
	for _, row := range []struct{ name, kind, body, want string }{
		{"UTF-8", "application/json", umlaut, ""},
		{"UTF-8 with a mark", "application/json", "\xef\xbb\xbf" + umlaut, ""},
		{"Latin-1", "application/json; charset=ISO-8859-1", "{\"a\":\"Zo\xeb\"}", ""},
		{"quoted", `application/json; charset="windows-1252"`, "{\"a\":\"Zo\xeb\"}", ""},
		{"UTF-16 with a mark", "application/json", utf16(t, unicode.LittleEndian, unicode.UseBOM), ""},
		{"UTF-16 big-endian with a mark", "application/json", utf16(t, unicode.BigEndian, unicode.UseBOM), ""},
		{"UTF-16 without a mark", "application/json", utf16(t, unicode.LittleEndian, unicode.IgnoreBOM), ""},
		{"UTF-16 by name", "application/json; charset=utf-16be", utf16(t, unicode.BigEndian, unicode.IgnoreBOM), ""},
		{"a mark wins", "application/json; charset=iso-8859-1", "\xef\xbb\xbf" + umlaut, ""},
		{"not UTF-8", "application/json", "{\"a\":\"Zo\xeb\"}", "the response is not valid UTF-8: byte 9"},
		{"not what it says", "application/json; charset=shift_jis", "{\"a\":\"\x81\"}", "the response is not valid shift_jis"},
		{"unknown", "application/json; charset=klingon", umlaut, `the response has the unknown charset "klingon"`},
	} {
		for _, form := range []Form{{Format: "json"}, {Format: "csv"}, {Format: "yaml"}, {Format: "table"}} {
			p, out, _ := printer(Flags{})
			_, err := p.Exchange(request(t, "GET"), ResponseOptions{Form: form}, responds(200, row.body, "Content-Type", row.kind))
			switch {
			case row.want == "" && (err != nil || !strings.Contains(out.String(), "Zoë")):
				t.Errorf("%s as %s: %q, %v", row.name, form.Format, out, err)
			case row.want != "" && (failure.ExitStatus(err) != 3 || !strings.Contains(err.Error(), row.want)):
				t.Errorf("%s as %s: %q, %v", row.name, form.Format, out, err)
			}
		}
		p, out, _ := printer(Flags{})
		_, err := p.Exchange(request(t, "GET"), ResponseOptions{Form: Form{Format: "raw"}}, responds(200, row.body, "Content-Type", row.kind))
		if err != nil && row.name != "unknown" || out.String() != row.body {
			t.Errorf("%s raw: %q, %v", row.name, out, err)
		}
	}
}

// TestLatin1OnATerminal checks that Latin-1 counts as text, not binary.
func TestLatin1OnATerminal(t *testing.T) {
	t.Parallel()
	var out strings.Builder
	p := &Printer{Streams: &term.Streams{Out: &out, Err: io.Discard, OutTTY: true}}
	_, err := p.Exchange(request(t, "GET"), ResponseOptions{}, responds(200, "name\nZo\xeb\n", "Content-Type", "text/csv; charset=iso-8859-1"))
	if err != nil || out.String() != "name\nZoë\n" {
		t.Errorf("%q, %v", out.String(), err)
	}
}

func FuzzCharset(f *testing.F) {
	f.Add("iso-8859-1", []byte("Zo\xeb"))
	f.Add("utf-16", []byte("\xff\xfea\x00"))
	f.Add("gbk", []byte("\x81"))
	f.Fuzz(func(t *testing.T, name string, body []byte) {
		encoded, err := charsetOf(name, body, true)
		if err != nil {
			return
		}
		var lost loss
		text, err := io.ReadAll(encoded.decoded(iotest.HalfReader(bytes.NewReader(body)), &lost))
		if err != nil {
			return
		}
		if encoded == nil && lost.found == utf8.Valid(body) {
			t.Fatalf("%q: lost is %v", body, lost.found)
		}
		if encoded != nil && !utf8.Valid(text) {
			t.Fatalf("%s %q becomes %q", name, body, text)
		}
	})
}

func compressed(t *testing.T, text string, open func(io.Writer) io.WriteCloser) string {
	t.Helper()
	var body bytes.Buffer
	w := open(&body)
	_, err := io.WriteString(w, text)
	if err != nil || w.Close() != nil {
		t.Fatal(err)
	}
	return body.String()
}

// TestContentEncoding checks that known encodings are decoded, and that a file and
// -o raw keep the original bytes.
func TestContentEncoding(t *testing.T) {
	t.Parallel()
	gz := compressed(t, `{"a":1}`, func(w io.Writer) io.WriteCloser { return gzip.NewWriter(w) })
	zl := compressed(t, `{"a":1}`, func(w io.Writer) io.WriteCloser { return zlib.NewWriter(w) })
	bare := compressed(t, `{"a":1}`, func(w io.Writer) io.WriteCloser { z, _ := flate.NewWriter(w, 9); return z })
	for _, row := range []struct{ coding, body, want string }{
		{"gzip", gz, ""},
		{"x-gzip", gz, ""},
		{"GZIP", gz, ""},
		{"deflate", zl, ""},
		{"deflate", bare, ""},
		{"identity, identity", `{"a":1}`, ""},
		{"none", `{"a":1}`, ""},
		{"UTF-8", `{"a":1}`, ""},
		{"gzip, deflate", compressed(t, gz, func(w io.Writer) io.WriteCloser { return zlib.NewWriter(w) }), ""},
		{"br", "x", `unsupported encoding "br"`},
		{"gzip", "not gzip", "the encoding of the response is broken"},
		{"gzip", gz[:15], "the encoding of the response is broken"},
	} {
		p, out, _ := printer(Flags{})
		send := responds(200, row.body, "Content-Encoding", row.coding)
		_, err := p.Exchange(request(t, "GET"), ResponseOptions{Form: Form{Format: "json"}}, send)
		if row.want == "" && (err != nil || out.String() != "{\"a\":1}\n") || row.want != "" && (failure.ExitStatus(err) != 3 || !strings.Contains(err.Error(), row.want)) {
			t.Errorf("%s: %q, %v", row.coding, out, err)
		}
		p, out, _ = printer(Flags{})
		if _, err := p.Exchange(request(t, "GET"), ResponseOptions{Form: Form{Format: "raw"}}, send); err != nil || out.String() != row.body {
			t.Errorf("%s raw: %q, %v", row.coding, out, err)
		}
	}
	file := filepath.Join(t.TempDir(), "x.br")
	p, _, stderr := printer(Flags{})
	_, err := p.Exchange(request(t, "GET"), ResponseOptions{Form: Form{File: file}}, responds(200, "x", "Content-Encoding", "br"))
	if text, _ := os.ReadFile(file); err != nil || string(text) != "x" || !strings.Contains(stderr.String(), "warning") {
		t.Errorf("%q, %v, %s", text, err, stderr)
	}
}

// TestForms checks that a requested format is either produced or rejected.
func TestForms(t *testing.T) {
	t.Parallel()
	listed := func(kinds ...string) *openapi.Operation {
		response := &openapi.Response{Status: "200"}
		for _, kind := range kinds {
			response.Contents = append(response.Contents, &openapi.Content{MediaType: kind})
		}
		return &openapi.Operation{ID: "get", Path: "/x", Responses: []*openapi.Response{response}}
	}
	const page = "<html></html>"
	for _, row := range []struct {
		name       string
		op         *openapi.Operation
		kind, body string
		form       Form
		query      string
		status     int
		want       string
	}{
		{"JSON as text", listed(), "text/plain", `{"a":1}`, Form{Format: "csv"}, "", 0, "a\n1\n"},
		{"JSON as bytes", listed(), "application/octet-stream", `[{"a":1}]`, Form{Format: "json"}, "", 0, "[{\"a\":1}]\n"},
		{"JSON without a type", listed(), "", ` {"a":1}`, Form{Format: "json"}, "", 0, "{\"a\":1}\n"},
		{"JSON with a broken type", listed(), "application/json;;charset", `{"a":1}`, Form{Format: "json"}, "", 0, "{\"a\":1}\n"},
		{"JSON with two types", listed(), "application/json, text/plain", `{ "a":1}`, Form{Format: "json"}, "", 0, "{\"a\":1}\n"},
		{"a query of JSON as text", listed(), "text/plain", `{"a":1}`, Form{}, "a", 0, "1\n"},
		{"text as it is", listed(), "text/plain", `{ "a":1}`, Form{}, "", 0, `{ "a":1}`},
		{"text as CSV", listed(), "text/plain", "hello", Form{Format: "csv"}, "", 3, ""},
		{"text as JSON", listed(), "text/plain", "hello", Form{Format: "json"}, "", 3, ""},
		{"a query of text", listed(), "text/plain", "hello", Form{}, "a", 3, ""},
		{"a query of HTML", listed("application/json"), "text/html", page, Form{}, "a", 3, ""},
		{"HTML that nothing declares", listed(), "text/html", page, Form{}, "", 3, page},
		{"HTML instead of JSON", listed("application/json"), "text/html; charset=utf-8", page, Form{}, "", 3, page},
		{"HTML that is declared", listed("text/html"), "text/html", page, Form{}, "", 0, page},
		{"HTML of any type", listed("*/*"), "text/html", page, Form{}, "", 0, page},
		{"HTML of a file", &openapi.Operation{ID: "file"}, "text/html", page, Form{}, "", 0, page},
		{"HTML raw", listed("application/json"), "text/html", page, Form{Format: "raw"}, "", 0, page},
		{"CSV instead of JSON", listed("application/json"), "text/csv", "a;b\n", Form{}, "", 3, "a;b\n"},
		{"CSV instead of JSON, raw", listed("application/json"), "text/csv", "a;b\n", Form{Format: "raw"}, "", 0, "a;b\n"},
		{"CSV instead of JSON, all bytes", listed("application/json"), "text/csv", "a;b\n", Form{File: "-"}, "", 0, "a;b\n"},
		{"a query of CSV instead of JSON", listed("application/json"), "text/csv", "a;b\n", Form{}, "a", 3, ""},
		{"JSON as CSV", listed("application/json"), "text/csv", `{"a":1}`, Form{}, "", 0, "{\n  \"a\": 1\n}\n"},
		{"CSV that is declared", listed("application/json", "text/csv"), "text/csv", "a;b\n", Form{}, "", 0, "a;b\n"},
		{"strict text", listed(), "application/json", `{"a":"x"}`, Form{Format: "json", Strict: true}, "a", 0, "\"x\"\n"},
		{"strict nothing", listed(), "application/json", `{}`, Form{Format: "json", Strict: true}, "a", 0, "null\n"},
		{"strict list", listed(), "application/json", `{"a":[]}`, Form{Format: "json", Strict: true}, "a.b[]", 0, "[]\n"},
		{"official text", listed(), "application/json", `{"a":"x"}`, Form{Format: "json"}, "a", 0, "x\n"},
		{"official nothing", listed(), "application/json", `{}`, Form{Format: "json"}, "a", 0, ""},
	} {
		p, out, _ := printer(Flags{})
		o := ResponseOptions{Operation: row.op, Form: row.form}
		if row.query != "" {
			o.Program = compile(t, row.query)
		}
		_, err := p.Exchange(request(t, "GET"), o, responds(200, row.body, "Content-Type", row.kind))
		if failure.ExitStatus(err) != row.status || out.String() != row.want || err != nil && failure.Of(err).Hint == "" {
			t.Errorf("%s: %q, %v", row.name, out, err)
		}
	}
}

// TestColumns checks that an unknown column is an error and that no value is lost.
func TestColumns(t *testing.T) {
	t.Parallel()
	for _, row := range []struct{ body, columns, want, problem string }{
		{`[{"a":1,"b":2}]`, "a,nope", "a,nope\n1,\n", "no item has the column nope"},
		{`[{"a":1},{"b":2}]`, "a,b", "a,b\n1,\n,2\n", ""},
		{`[{"a":null}]`, "a", "a\n\"\"\n", ""},
		{`[]`, "a", "a\n", ""},
		{`[{"a.b":1,"a":{"b":2}}]`, "", "a.b,a.b (2)\n1,2\n", ""},
		{`[{"n":"+49 30","f":"=1+1"}]`, "", "n,f\n'+49 30,'=1+1\n", ""},
	} {
		p, out, stderr := printer(Flags{})
		form, err := Options{Format: "csv", Columns: row.columns, CSVSafe: true}.Form(false)
		if err != nil {
			t.Fatal(err)
		}
		_, err = p.Exchange(request(t, "GET"), ResponseOptions{Form: form}, responds(200, row.body))
		p.Error(err)
		if out.String() != row.want || (err != nil) != (row.problem != "") || !strings.Contains(stderr.String(), row.problem) {
			t.Errorf("%s: %q, %q, %v", row.body, out, stderr, err)
		}
	}
	p, out, _ := printer(Flags{})
	form, _ := Options{Format: "csv"}.Form(false)
	if _, err := p.Exchange(request(t, "GET"), ResponseOptions{Form: form}, responds(200, `[{"n":"+49 30"}]`)); err != nil || out.String() != "n\n+49 30\n" {
		t.Errorf("%q, %v", out, err)
	}
}

// TestResponseBounds checks that an oversized response exits with status 3 in every
// format.
func TestResponseBounds(t *testing.T) {
	t.Parallel()
	long := `["` + strings.Repeat("x", 3<<20) + `"]`
	for _, row := range []struct {
		o    ResponseOptions
		kind string
	}{
		{ResponseOptions{Program: compile(t, "$count($)")}, "application/json"},
		{ResponseOptions{Program: compile(t, "$count($)")}, "application/x-ndjson"},
		{ResponseOptions{Form: Form{Format: "csv"}}, "application/json"},
		{ResponseOptions{Form: Form{Format: "lines"}}, "application/x-ndjson"},
		{ResponseOptions{}, "text/event-stream"},
		{ResponseOptions{}, "application/x-ndjson"},
	} {
		p, _, _ := printer(Flags{})
		p.Budget = budget.New(1 << 20)
		_, err := p.Exchange(request(t, "GET"), row.o, responds(200, long, "Content-Type", row.kind))
		if failure.ExitStatus(err) != 3 || !strings.Contains(err.Error(), "more memory than the limit") {
			t.Errorf("%s %+v: %v", row.kind, row.o.Form, err)
		}
	}
	p, _, _ := printer(Flags{})
	p.Budget = budget.New(1 << 20)
	if _, err := p.Exchange(request(t, http.MethodGet), ResponseOptions{}, responds(200, long)); err != nil {
		t.Errorf("what streams has no limit: %v", err)
	}
}

// TestFileOfAnotherType saves a document although the operation declares JSON only.
func TestFileOfAnotherType(t *testing.T) {
	t.Parallel()
	operation := &openapi.Operation{ID: "get", Path: "/x", Responses: []*openapi.Response{{
		Status: "200", Contents: []*openapi.Content{{MediaType: "application/json"}},
	}}}
	file := filepath.Join(t.TempDir(), "a.pdf")
	p, _, stderr := printer(Flags{})
	o := ResponseOptions{Operation: operation, Form: Form{File: file}}
	_, err := p.Exchange(request(t, "GET"), o, responds(200, "%PDF", "Content-Type", "application/pdf"))
	if text, _ := os.ReadFile(file); err != nil || string(text) != "%PDF" {
		t.Errorf("%q, %v, %s", text, err, stderr)
	}
}

// TestRedirectWithoutLocation names the redirect, whatever its body is.
func TestRedirectWithoutLocation(t *testing.T) {
	t.Parallel()
	for _, body := range []string{"", "x", `{"a":1}`, "<html></html>"} {
		p, _, _ := printer(Flags{})
		o := ResponseOptions{Operation: &openapi.Operation{ID: "get", Path: "/x"}}
		_, err := p.Exchange(request(t, "GET"), o, responds(302, body))
		if failure.ExitStatus(err) != 3 || !strings.Contains(err.Error(), "without a usable Location") {
			t.Errorf("%q: %v", body, err)
		}
	}
}
