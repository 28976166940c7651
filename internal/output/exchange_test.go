package output

import (
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/epilot-cli/epilot/internal/failure"
	"github.com/epilot-cli/epilot/internal/help"
	"github.com/epilot-cli/epilot/internal/openapi"
	"github.com/epilot-cli/epilot/internal/query"
	"github.com/epilot-cli/epilot/internal/term"
)

// printer returns a Printer whose streams are not terminals.
func printer(flags Flags) (p *Printer, out, err *strings.Builder) {
	out, err = &strings.Builder{}, &strings.Builder{}
	return &Printer{Streams: &term.Streams{Out: out, Err: err}, Flags: flags}, out, err
}

// responds returns a server that sends one response; header alternates names and
// values.
func responds(status int, body string, header ...string) func(*http.Request) (*http.Response, error) {
	return func(req *http.Request) (*http.Response, error) {
		resp := &http.Response{
			StatusCode: status, Header: http.Header{}, Request: req,
			Body: io.NopCloser(strings.NewReader(body)), ContentLength: int64(len(body)),
		}
		resp.Header.Set("Content-Type", "application/json")
		for i := 0; i < len(header); i += 2 {
			resp.Header.Set(header[i], header[i+1])
		}
		return resp, nil
	}
}

func request(t *testing.T, method string) *http.Request {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, "http://host/x", http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	return req
}

func compile(t *testing.T, expression string) query.Program {
	t.Helper()
	engine, err := query.New("")
	if err != nil {
		t.Fatal(err)
	}
	program, err := engine.Compile(expression)
	if err != nil {
		t.Fatal(err)
	}
	return program
}

func TestExchange(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name    string
		flags   Flags
		options Options
		query   string
		body    string
		want    string
	}{
		{"pretty", Flags{}, Options{}, "", `{"b":1.0,"a":[]}`, "{\n  \"b\": 1.0,\n  \"a\": []\n}\n"},
		{"json", Flags{JSON: true}, Options{}, "", `{ "b": 1.0 }`, "{\"b\":1.0}\n"},
		{"csv", Flags{}, Options{Format: "csv"}, "", `[{"a":1},{"a":2}]`, "a\n1\n2\n"},
		{"columns", Flags{}, Options{Format: "csv", Columns: "b"}, "", `[{"a":1,"b":3}]`, "b\n3\n"},
		{"query", Flags{}, Options{}, "a", `{"a":"text"}`, "text\n"},
		{"query as csv", Flags{}, Options{Format: "csv"}, "a", `{"a":[{"x":1}]}`, "x\n1\n"},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			p, out, stderr := printer(row.flags)
			form, err := row.options.Form(row.flags.JSON)
			if err != nil {
				t.Fatal(err)
			}
			o := ResponseOptions{Operation: &openapi.Operation{ID: "get"}, Form: form}
			if row.query != "" {
				o.Program = compile(t, row.query)
			}
			saved, err := p.Exchange(request(t, "GET"), o, responds(200, row.body))
			if err != nil || saved != "" || out.String() != row.want || stderr.String() != "" {
				t.Errorf("%q, %q, saved %q, %v", out, stderr, saved, err)
			}
		})
	}
}

// TestErrorOfTheAPI checks that the body is on stdout and that the error has one
// line and the start of the body.
func TestErrorOfTheAPI(t *testing.T) {
	t.Parallel()
	long := `{"message":"x","more":"` + strings.Repeat("ü", 3000) + `"}`
	for body, want := range map[string]string{
		`{"message":"no such thing"}`: `{"error":{"kind":"api","message":"404 Not Found: no such thing (DELETE http://host/x)","status":1,"http_status":404,"body":{"message":"no such thing"}}}`,
		`gone`:                        `{"error":{"kind":"api","message":"404 Not Found (DELETE http://host/x)","status":1,"http_status":404,"body":"gone"}}`,
		long:                          `{"error":{"kind":"api","message":"404 Not Found: x (DELETE http://host/x)","status":1,"http_status":404,"body":"{\"message\":\"x\",\"more\":\"` + strings.Repeat("ü", 2036),
	} {
		p, out, stderr := printer(Flags{JSON: true})
		_, err := p.Exchange(request(t, "DELETE"), ResponseOptions{Form: Form{Format: "json"}}, responds(404, body, "Content-Type", ""))
		if status := p.Error(err); status != 1 || !strings.HasPrefix(stderr.String(), want) || stderr.Len() > len(want)+20 {
			t.Errorf("%s: %d, %s", body, status, stderr)
		}
		if !strings.HasPrefix(out.String(), body) {
			t.Errorf("stdout has %q", out)
		}
	}
}

func TestErrorLine(t *testing.T) {
	t.Parallel()
	fail := func(flags Flags) string {
		p, _, stderr := printer(flags)
		_, err := p.Exchange(request(t, "GET"), ResponseOptions{}, responds(429, `{"error":"slow\ndown"}`))
		p.Error(err)
		return stderr.String()
	}
	if got := fail(Flags{}); got != "error: 429 Too Many Requests: slow down (GET http://host/x)\n" {
		t.Errorf("%q", got)
	}
	if got := fail(Flags{Quiet: true}); got != "" {
		t.Errorf("quiet: %q", got)
	}
	p, _, stderr := printer(Flags{Quiet: true})
	if status := p.Error(failure.New(failure.Network, "not\nreached").Hintf("wait")); status != 3 || stderr.String() != "error: not reached\nhint: wait\n" {
		t.Errorf("%d, %q", status, stderr)
	}
}

func TestExchangeIntoAFile(t *testing.T) {
	t.Parallel()
	p, out, _ := printer(Flags{})
	folder := t.TempDir()
	saved, err := p.Exchange(request(t, "GET"), ResponseOptions{Form: Form{File: folder, Format: "raw"}},
		responds(200, "{}", "Content-Disposition", `attachment; filename="a.json"`))
	if err != nil || saved != filepath.Join(folder, "a.json") || out.Len() > 0 {
		t.Fatalf("%q, %v, stdout %q", saved, err, out)
	}
	if text, err := os.ReadFile(saved); err != nil || string(text) != "{}" {
		t.Errorf("%q, %v", text, err)
	}
}

// TestShow checks that Show prints either a value or the page about it.
func TestShow(t *testing.T) {
	t.Parallel()
	page := func(page *help.Page) { page.Lines("TITLE", "line") }
	for json, want := range map[bool]string{true: "{\"a\":\"<\"}\n", false: "TITLE\n  line\n"} {
		p, out, _ := printer(Flags{JSON: json})
		if err := p.Show(map[string]string{"a": "<"}, page); err != nil || out.String() != want {
			t.Errorf("%q, %v", out, err)
		}
	}
	p, out, _ := printer(Flags{})
	if err := p.Result(t.Context(), map[string]int{"a": 1}, ResponseOptions{Program: compile(t, "a")}); err != nil || out.String() != "1\n" {
		t.Errorf("%q, %v", out, err)
	}
}

func TestMessages(t *testing.T) {
	t.Parallel()
	p, _, stderr := printer(Flags{})
	p.Warn("a\n\x1b[2J")
	p.Note("b %d", 1)
	if got := stderr.String(); got != "warning: a \\x1b[2J\nb 1\n" {
		t.Errorf("%q", got)
	}
	p, _, stderr = printer(Flags{JSON: true})
	p.Warn("a")
	p.Note("b")
	if got := stderr.String(); got != "{\"warning\":{\"message\":\"a\"}}\n{\"note\":{\"message\":\"b\"}}\n" {
		t.Errorf("%q", got)
	}
}
