package params

import (
	"errors"
	"net/http"
	"reflect"
	"strings"
	"testing"

	"github.com/epilot-cli/epilot/internal/failure"
	"github.com/epilot-cli/epilot/internal/openapi"
)

// sample has a parameter in every location, and one name in two of them.
func sample() *openapi.Operation {
	types := &openapi.Schema{Types: []string{"string"}, Enum: []string{`"api"`, `"journey"`, `"portal"`}}
	return &openapi.Operation{
		ID: "getEntity", Method: "GET", Path: "/v1/entity/{slug}/{id}:read",
		Params: []*openapi.Param{
			{Name: "id", In: "path", Style: "simple", Required: true, Schema: text()},
			{Name: "slug", In: "path", Style: "simple", Required: true, Schema: text()},
			{Name: "token_type", In: "query", Style: "form", Explode: true, Schema: array(types)},
			{Name: "limit", In: "query", Style: "form", Explode: true, Schema: &openapi.Schema{Types: []string{"integer"}}},
			{Name: "id", In: "query", Style: "form", Explode: true, Schema: text()},
			{Name: "filter", In: "query", Style: "deepObject", Explode: true, Schema: object(openapi.Property{Name: "size", Schema: &openapi.Schema{Types: []string{"integer"}}})},
			{Name: "where", In: "query", Style: "form", Explode: true, MediaType: "application/json", Schema: object()},
			{Name: "X-Org", In: "header", Style: "simple", Schema: text()},
			{Name: "Authorization", In: "header", Style: "simple", Required: true, Schema: text()},
			{Name: "sid", In: "cookie", Style: "form", Explode: true, Schema: text()},
		},
	}
}

func TestBuild(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name  string
		in    Input
		path  string // "" for /v1/entity/a/b:read
		query string
	}{
		{"positional in template order", Input{Positional: []string{"contact", "007"}}, "/v1/entity/contact/007:read", ""},
		{"named", Input{Named: []string{"id=abc", "slug=contact"}}, "/v1/entity/contact/abc:read", ""},
		{"one of each", Input{Positional: []string{"contact"}, Named: []string{"id=abc"}}, "/v1/entity/contact/abc:read", ""},
		{"a dot before a suffix is a name", Input{Positional: []string{"a", "12345678901234567890"}}, "/v1/entity/a/12345678901234567890:read", ""},
		{"path wins a shared name", Input{Positional: []string{"a"}, Named: []string{"id=b"}}, "", ""},
		{"location chosen", Input{Positional: []string{"a", "b"}, Named: []string{"query:id=x"}}, "", "id=x"},
		{"location chosen for all", Input{Named: []string{"path:slug=a", "path:id=b", "query:filter.size=1"}}, "", "filter%5Bsize%5D=1"},
		{"order as typed", Input{Positional: []string{"a", "b"}, Named: []string{"limit=5", "token_type=api", "token_type=portal"}}, "", "limit=5&token_type=api&token_type=portal"},
		{"content is sent as typed", Input{Positional: []string{"a", "b"}, Named: []string{`where={"a": 1.10}`}}, "", "where=%7B%22a%22%3A%201.10%7D"},
		{"undocumented query", Input{Positional: []string{"a", "b"}, Query: []string{"x y=1&2", "x y=", "limit=z"}, Named: []string{"limit=1"}}, "", "limit=1&x%20y=1%262&x%20y=&limit=z"},
		{"unknown name without validation", Input{Positional: []string{"a", "b"}, Named: []string{"tokn=1", "tokn=2", "limit=x"}, NoValidate: true}, "", "tokn=1&tokn=2&limit=x"},
		{"broken JSON without validation", Input{Positional: []string{"a", "b"}, Named: []string{"where={", "token_type=[x", "filter=y"}, NoValidate: true}, "", "where=%7B&token_type=%5Bx&filter=y"},
		{"repeated without validation", Input{Positional: []string{"a", "b"}, Named: []string{"limit=1", "limit=2"}, NoValidate: true}, "", "limit=1&limit=2"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			r, err := Build(sample(), test.in)
			if err != nil {
				t.Fatal(err)
			}
			want := test.path
			if want == "" {
				want = "/v1/entity/a/b:read"
			}
			if r.Path != want || r.Query != test.query {
				t.Errorf("got  %q %q\nwant %q %q", r.Path, r.Query, want, test.query)
			}
		})
	}
}

func TestHeaders(t *testing.T) {
	t.Parallel()
	r, err := Build(sample(), Input{
		Positional: []string{"a", "b"},
		Named:      []string{"x-org=42", "sid=s 1"},
		Headers:    []string{"X-Trace: a:b ", "x-trace:2", "X-Empty:", "Authorization: Bearer t", "Cookie: k=v"},
	})
	if err != nil {
		t.Fatal(err)
	}
	want := http.Header{
		"X-Org": {"42"}, "X-Trace": {"a:b", "2"}, "X-Empty": {""},
		"Authorization": {"Bearer t"}, "Cookie": {"k=v; sid=s%201"},
	}
	if !reflect.DeepEqual(r.Header, want) {
		t.Errorf("got  %v\nwant %v", r.Header, want)
	}
}

func TestRefused(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		in   Input
		want []string // all must appear in the message or the hint
	}{
		{"unknown name", Input{Named: []string{"tokn=api"}}, []string{`"tokn"`, "did you mean token_type?", "slug (path)", "query:id (query)", "X-Org (header)", "--query"}},
		{"no value", Input{Named: []string{"limit"}}, []string{"-p", `"limit"`, "key=value"}},
		{"no key", Input{Named: []string{"=x"}}, []string{"key=value"}},
		{"query without value", Input{Query: []string{"x"}}, []string{"--query", "key=value"}},
		{"member of what is no object", Input{Named: []string{"limit.x=1"}}, []string{`"limit.x"`, "limit"}},
		{"member without a name", Input{Named: []string{"filter[]=1"}}, []string{`"filter[]"`, "did you mean filter?"}},
		{"too many words", Input{Positional: []string{"a", "b", "c"}}, []string{"2 positional arguments", "slug, id", `"c"`}},
		{"all that is missing", Input{}, []string{"slug (path), id (path)", "getEntity <slug> <id>", "-p id=…"}},
		{"one missing", Input{Positional: []string{"a"}}, []string{"missing required parameter: id (path)"}},
		{"missing without validation", Input{NoValidate: true}, []string{"slug (path)"}},
		{"positional and named", Input{Positional: []string{"a", "b"}, Named: []string{"id=c"}}, []string{"id", "twice"}},
		{"repeated", Input{Positional: []string{"a", "b"}, Named: []string{"limit=1", "limit=2"}}, []string{"limit", "2 times"}},
		{"repeated document", Input{Positional: []string{"a", "b"}, Named: []string{"where={}", "where={}"}}, []string{"where", "application/json"}},
		{"document is no JSON", Input{Positional: []string{"a", "b"}, Named: []string{"where={a}"}}, []string{"where", "JSON", "byte 2"}},
		{"text after a document", Input{Positional: []string{"a", "b"}, Named: []string{"where={} x"}}, []string{"where", "JSON"}},
		{"object from a word", Input{Positional: []string{"a", "b"}, Named: []string{"filter=x"}}, []string{"filter must be a JSON object", "filter.member=value"}},
		{"object in both ways", Input{Positional: []string{"a", "b"}, Named: []string{"filter={}", "filter.size=1"}}, []string{"filter", "by its members"}},
		{"broken array", Input{Positional: []string{"a", "b"}, Named: []string{`token_type=["api"`}}, []string{"token_type", "JSON"}},
		{"array in both ways", Input{Positional: []string{"a", "b"}, Named: []string{`token_type=["api"]`, "token_type=app"}}, []string{"token_type", "by elements"}},
		{"invalid UTF-8", Input{Positional: []string{"a", "\xff"}}, []string{"positional argument 2", "UTF-8"}},
		{"header without colon", Input{Headers: []string{"A: b", "nocolon"}}, []string{"header 2 (-H)", "Key: Value"}},
		{"header name with space", Input{Headers: []string{"A b: c"}}, []string{`"A b"`}},
		{"header without name", Input{Headers: []string{": c"}}, []string{`""`}},
		{"header value with line break", Input{Headers: []string{"A: b\r\nX: y"}}, []string{"-H A", "line break"}},
		{"framing header", Input{Headers: []string{"content-length: 3"}}, []string{"content-length"}},
		{"header parameter with line break", Input{Positional: []string{"a", "b"}, Named: []string{"X-Org=a\nb"}, NoValidate: true}, []string{"X-Org", "line break"}},
		{"header in both ways", Input{Positional: []string{"a", "b"}, Named: []string{"X-Org=a"}, Headers: []string{"x-org: b"}}, []string{"X-Org", "twice"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			_, err := Build(sample(), test.in)
			refused(t, err, test.want...)
		})
	}
}

// refused checks the kind and form of an error, and the strings it must contain.
func refused(t *testing.T, err error, want ...string) {
	t.Helper()
	var failed *failure.Error
	if !errors.As(err, &failed) || failed.Kind != failure.Usage || failed.Hint == "" {
		t.Fatalf("want a usage error with a hint, got %#v", err)
	}
	whole := failed.Message + "\n" + failed.Hint
	if strings.Count(whole, "\n") != 1 {
		t.Errorf("more than one line: %q", whole)
	}
	for _, part := range want {
		if !strings.Contains(whole, part) {
			t.Errorf("%q is not in %q", part, whole)
		}
	}
}

func TestNeverInAPath(t *testing.T) {
	t.Parallel()
	tests := []struct{ style, word string }{
		{"simple", ""},
		{"simple", "."},
		{"simple", ".."},
		{"label", ""},
		{"label", "."},
		{"label", ".."},
		{"matrix", ""},
		{"matrix", "."},
		{"matrix", ".."},
		{"simple", `[".."]`},
		{"simple", `[""]`},
		{"simple", `[]`},
		{"label", `["."]`},
		{"simple", `[null]`},
	}
	for _, test := range tests {
		for _, lenient := range []bool{false, true} {
			s := text()
			if strings.HasPrefix(test.word, "[") {
				s = array(&openapi.Schema{})
			}
			op := oneParam(inPath, test.style, false, s)
			for _, in := range []Input{{Positional: []string{test.word}}, {Named: []string{"color=" + test.word}}} {
				in.NoValidate = lenient
				_, err := Build(op, in)
				refused(t, err, "color")
			}
		}
	}
}

func TestTemplates(t *testing.T) {
	t.Parallel()
	tests := []struct {
		template string
		texts    []string
		want     string // "" if rejected
	}{
		{"", nil, "/"},
		{"/", nil, "/"},
		{"a/b", nil, "/a/b"},
		{"//host/a", nil, "/host/a"},
		{"/a/", nil, "/a/"},
		{"/a?b#c d", nil, "/a%3Fb%23c%20d"},
		{"/a%20b:c@d;e=f,g", nil, "/a%20b:c@d;e=f,g"},
		{"/{a}/{a}", []string{"x"}, "/x/x"},
		{"/{a}.{b}", []string{"x", "json"}, "/x.json"},
		{"/{a}{b}", []string{"x", "y"}, "/xy"},
		{"/.{a}", []string{"."}, ""},
		{"/{}/{", nil, "/%7B%7D/%7B"},
		{"/{undeclared}", []string{"x/y"}, "/x%2Fy"},
	}
	for _, test := range tests {
		t.Run(test.template, func(t *testing.T) {
			t.Parallel()
			op := &openapi.Operation{ID: "x", Path: test.template}
			r, err := Build(op, Input{Positional: test.texts})
			if test.want == "" {
				refused(t, err)
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if r.Path != test.want {
				t.Errorf("got %q, want %q", r.Path, test.want)
			}
		})
	}
}
