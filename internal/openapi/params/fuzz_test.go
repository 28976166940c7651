package params

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/epilot-cli/epilot/internal/httpx"
	"github.com/epilot-cli/epilot/internal/openapi"
)

// FuzzBuild checks the invariants of a request for any arguments: the result parses
// as a URL, its path has the template's segments and no dot segments, and its
// headers can be sent.
func FuzzBuild(f *testing.F) {
	f.Add("/v1/{a}/{b}", "a", "form", uint8(0), "contact", "007", "a=x", "X: y")
	f.Add("/{a}.{b}", "..", "label", uint8(9), ".", "", `b={"x":[1,null]}`, "X:")
	f.Add("/{a}", "key", "deepObject", uint8(22), "a/b", "%2e", "key[in][x]=1", "nocolon")
	f.Add("/{}/{", "a", "matrix", uint8(3), "\x00", "\xff", `a=["[",{}]`, "A: b\r\nC: d")
	f.Add("/x{a}y", "b.c", "pipeDelimited", uint8(63), "ü", " ", "b.c.d=|", "Cookie: k=v")
	f.Fuzz(func(t *testing.T, template, name, style string, bits uint8, first, second, named, header string) {
		op := fuzzed(template, name, style, bits)
		in := Input{Named: []string{named}, Query: []string{named}, Headers: []string{header}, NoValidate: bits&1 != 0}
		in.Positional = []string{first, second}[:min(2, len(pathParams(op)))]
		for i, p := range pathParams(op)[len(in.Positional):] {
			in.Named = append(in.Named, "path:"+p.Name+"="+[]string{first, second}[i%2])
		}
		r, err := Build(op, in)
		if err != nil {
			refused(t, err)
			return
		}
		u, err := url.Parse(r.Path + "?" + r.Query)
		if err != nil || u.Host != "" || u.Fragment != "" || u.RawQuery != r.Query {
			t.Fatalf("%q ? %q parses as %#v: %v", r.Path, r.Query, u, err)
		}
		sameSegments(t, template, r.Path)
		sendableHeaders(t, r.Header)
	})
}

// fuzzed has the parameter in every location except the path, with a schema selected
// by the bits.
func fuzzed(template, name, style string, bits uint8) *openapi.Operation {
	shapes := []*openapi.Schema{nil, text(), array(text()), object(), array(array(text())), {OneOf: []*openapi.Schema{text(), array(nil), object()}}}
	op := &openapi.Operation{ID: "x", Path: template}
	for _, in := range locations() {
		p := &openapi.Param{Name: name, In: in, Style: style, Explode: bits&2 != 0, AllowReserved: bits&4 != 0, Schema: shapes[int(bits>>3)%len(shapes)]}
		op.Params = append(op.Params, p)
	}
	for _, p := range pathParams(op) {
		if op.Param(p.Name, inPath) == nil {
			op.Params = append(op.Params, &openapi.Param{Name: p.Name, In: inPath, Style: style, Explode: bits&2 != 0})
		}
	}
	return op
}

func sameSegments(t *testing.T, template, path string) {
	t.Helper()
	want := strings.Split(strings.TrimLeft(template, "/"), "/")
	got := strings.Split(strings.TrimPrefix(path, "/"), "/")
	if len(got) != len(want) {
		t.Fatalf("%q has %d segments, %q has %d", path, len(got), template, len(want))
	}
	for i, segment := range got {
		decoded, err := url.PathUnescape(segment)
		if err != nil && !strings.Contains(want[i], "%") {
			t.Fatalf("segment %q: %v", segment, err)
		}
		if len(pieces(want[i])) > 0 && segment != want[i] && dots(decoded) {
			t.Fatalf("%q became the segment %q", want[i], segment)
		}
	}
}

func sendableHeaders(t *testing.T, header http.Header) {
	t.Helper()
	for name, values := range header {
		if !httpx.IsToken(name) {
			t.Fatalf("header name %q", name)
		}
		for _, value := range values {
			if strings.ContainsAny(value, "\r\n\x00") {
				t.Fatalf("header %s has the value %q", name, value)
			}
		}
	}
}
