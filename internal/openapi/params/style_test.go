package params

import (
	"fmt"
	"testing"

	"github.com/epilot-cli/epilot/internal/openapi"
)

func text() *openapi.Schema { return &openapi.Schema{Types: []string{"string"}} }

func array(items *openapi.Schema) *openapi.Schema {
	return &openapi.Schema{Types: []string{"array"}, Items: items}
}

func object(properties ...openapi.Property) *openapi.Schema {
	return &openapi.Schema{Types: []string{"object"}, Properties: properties}
}

// oneParam is an operation with the single parameter "color".
func oneParam(in, style string, explode bool, s *openapi.Schema) *openapi.Operation {
	op := &openapi.Operation{ID: "paint", Method: "GET", Path: "/x"}
	if in == inPath {
		op.Path = "/x/{color}"
	}
	op.Params = []*openapi.Param{{Name: "color", In: in, Style: style, Explode: explode, Schema: s}}
	return op
}

// written returns the part of the result for the location.
func written(in string, r *Result) string {
	switch in {
	case inPath:
		return r.Path[len("/x/"):]
	case inHeader:
		return r.Header.Get("color")
	case inCookie:
		return r.Header.Get("Cookie")
	}
	return r.Query
}

// TestStyles contains the "Style Examples" of OpenAPI 3.1.1, in each location that
// allows the style, followed by the cells marked n/a or undefined.
func TestStyles(t *testing.T) {
	t.Parallel()
	tests := []struct {
		in, style                   string
		explode                     bool
		empty, word, list, composed string // "-": rejected
	}{
		{"path", "matrix", false, "-", ";color=blue", ";color=blue,black,brown", ";color=R,100,G,200,B,150"},
		{"path", "matrix", true, "-", ";color=blue", ";color=blue;color=black;color=brown", ";R=100;G=200;B=150"},
		{"path", "label", false, "-", ".blue", ".blue,black,brown", ".R,100,G,200,B,150"},
		{"path", "label", true, "-", ".blue", ".blue.black.brown", ".R=100.G=200.B=150"},
		{"path", "simple", false, "-", "blue", "blue,black,brown", "R,100,G,200,B,150"},
		{"path", "simple", true, "-", "blue", "blue,black,brown", "R=100,G=200,B=150"},
		{"header", "simple", false, "", "blue", "blue,black,brown", "R,100,G,200,B,150"},
		{"header", "simple", true, "", "blue", "blue,black,brown", "R=100,G=200,B=150"},
		{"query", "form", false, "color=", "color=blue", "color=blue,black,brown", "color=R,100,G,200,B,150"},
		{"query", "form", true, "color=", "color=blue", "color=blue&color=black&color=brown", "R=100&G=200&B=150"},
		{"cookie", "form", false, "color=", "color=blue", "color=blue,black,brown", "color=R,100,G,200,B,150"},
		{"cookie", "form", true, "color=", "color=blue", "color=blue; color=black; color=brown", "R=100; G=200; B=150"},
		{"query", "spaceDelimited", false, "color=", "color=blue", "color=blue%20black%20brown", "color=R%20100%20G%20200%20B%20150"},
		{"query", "pipeDelimited", false, "color=", "color=blue", "color=blue%7Cblack%7Cbrown", "color=R%7C100%7CG%7C200%7CB%7C150"},
		{"query", "deepObject", true, "color=", "color=blue", "color=blue&color=black&color=brown", "color%5BR%5D=100&color%5BG%5D=200&color%5BB%5D=150"},

		{"query", "spaceDelimited", true, "color=", "color=blue", "color=blue&color=black&color=brown", "R=100&G=200&B=150"},
		{"query", "pipeDelimited", true, "color=", "color=blue", "color=blue&color=black&color=brown", "R=100&G=200&B=150"},
		{"query", "deepObject", false, "color=", "color=blue", "color=blue&color=black&color=brown", "color%5BR%5D=100&color%5BG%5D=200&color%5BB%5D=150"},
	}
	for _, test := range tests {
		cells := []struct {
			kind   string
			schema *openapi.Schema
			texts  []string
			want   string
		}{
			{"empty", text(), []string{"color="}, test.empty},
			{"primitive", text(), []string{"color=blue"}, test.word},
			{"repeated", array(text()), []string{"color=blue", "color=black", "color=brown"}, test.list},
			{"array", array(text()), []string{`color=["blue","black","brown"]`}, test.list},
			{"object", object(), []string{`color={"R":100,"G":200,"B":150}`}, test.composed},
			{"members", object(), []string{"color.R=100", "color[G]=200", "color.B=150"}, test.composed},
			{"no elements", array(text()), []string{"color=[]"}, absent(test.in)},
			{"no members", object(), []string{"color={}"}, absent(test.in)},
			{"only null", array(&openapi.Schema{}), []string{"color=[null]"}, absent(test.in)},
		}
		for _, cell := range cells {
			t.Run(fmt.Sprintf("%s %s %t %s", test.in, test.style, test.explode, cell.kind), func(t *testing.T) {
				t.Parallel()
				got := "-"
				r, err := Build(oneParam(test.in, test.style, test.explode, cell.schema), Input{Named: cell.texts})
				if err == nil {
					got = written(test.in, r)
				}
				if got != cell.want {
					t.Errorf("got %q, want %q (error: %v)", got, cell.want, err)
				}
			})
		}
	}
}

func absent(in string) string {
	if in == inPath {
		return "-"
	}
	return ""
}

func TestEncoding(t *testing.T) {
	t.Parallel()
	deep := object(openapi.Property{Name: "in", Schema: object()}, openapi.Property{Name: "tags", Schema: array(text())})
	tests := []struct {
		name, in, style string
		explode         bool
		schema          *openapi.Schema
		texts           []string
		want            string
	}{
		{"path keeps one segment", "path", "simple", false, text(), []string{"color=a/b?c#d%2e e&f=g;h"}, "a%2Fb%3Fc%23d%252e%20e%26f%3Dg%3Bh"},
		{"path non-ASCII", "path", "simple", false, text(), []string{"color=grün"}, "gr%C3%BCn"},
		{"path line break", "path", "simple", false, text(), []string{"color=a\nb"}, "a%0Ab"},
		{"unreserved stays", "path", "simple", false, text(), []string{"color=aZ09-._~"}, "aZ09-._~"},
		{"encoded dots are text", "path", "simple", false, text(), []string{"color=%2e%2e"}, "%252e%252e"},
		{"three dots are a name", "path", "simple", false, text(), []string{"color=..."}, "..."},
		{"delimiter inside an element", "path", "simple", false, array(text()), []string{`color=["a,b","c"]`}, "a%2Cb,c"},
		{"query value", "query", "form", true, text(), []string{"color=a b+c&d=e#f/ü"}, "color=a%20b%2Bc%26d%3De%23f%2F%C3%BC"},
		{"equals signs belong to the value", "query", "form", true, text(), []string{"color=a==b"}, "color=a%3D%3Db"},
		{"leading zeros", "query", "form", true, text(), []string{"color=007"}, "color=007"},
		{"twenty digits", "query", "form", true, &openapi.Schema{Types: []string{"integer"}}, []string{"color=12345678901234567890"}, "color=12345678901234567890"},
		{"number text in an array", "query", "form", true, array(&openapi.Schema{Types: []string{"number"}}), []string{"color=[1.10, 1e2]"}, "color=1.10&color=1e2"},
		{"escapes in an array are characters", "query", "form", true, array(text()), []string{`color=["\u00fc","x\"y"]`}, "color=%C3%BC&color=x%22y"},
		{"one plain word is one element", "query", "form", true, array(text()), []string{"color=a,b"}, "color=a%2Cb"},
		{"header is not encoded", "header", "simple", false, text(), []string{"color=a b/ü%"}, "a b/ü%"},
		{"cookie is encoded", "cookie", "form", true, text(), []string{"color=a;b c"}, "color=a%3Bb%20c"},
		{"nested object is JSON", "query", "form", true, object(), []string{`color={"a": {"b": [1.10, null, "x"]}}`}, "a=%7B%22b%22%3A%5B1.10%2Cnull%2C%22x%22%5D%7D"},
		{"null members are left out", "query", "form", true, object(), []string{`color={"a":null,"b":1}`}, "b=1"},
		{"deep brackets", "query", "deepObject", true, deep, []string{"color[in][a]=1", "color[in][b c]=2", "color.tags=x", "color.tags=y"}, "color%5Bin%5D%5Ba%5D=1&color%5Bin%5D%5Bb%20c%5D=2&color%5Btags%5D=x&color%5Btags%5D=y"},
		{"deep JSON", "query", "deepObject", true, deep, []string{`color={"in":{"a":{"b":1}},"tags":["x","y"]}`}, "color%5Bin%5D%5Ba%5D%5Bb%5D=1&color%5Btags%5D=x&color%5Btags%5D=y"},
		{"member whose name has dots", "query", "deepObject", true, object(openapi.Property{Name: "a.b", Schema: text()}), []string{"color.a.b=1"}, "color%5Ba.b%5D=1"},
		{"style of another location", "query", "matrix", true, text(), []string{"color=x"}, "color=x"},
		{"any shape is text", "query", "form", true, &openapi.Schema{}, []string{`color=["a"]`}, "color=%5B%22a%22%5D"},
		{"text or array, a word", "query", "form", true, &openapi.Schema{OneOf: []*openapi.Schema{text(), array(text())}}, []string{"color=a"}, "color=a"},
		{"text or array, repeated", "query", "form", true, &openapi.Schema{OneOf: []*openapi.Schema{text(), array(text())}}, []string{"color=a", "color=b"}, "color=a&color=b"},
		{"nullable array, a word", "query", "form", false, &openapi.Schema{Types: []string{"array", "null"}, Items: text()}, []string{"color=a"}, "color=a"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			r, err := Build(oneParam(test.in, test.style, test.explode, test.schema), Input{Named: test.texts})
			if err != nil {
				t.Fatal(err)
			}
			if got := written(test.in, r); got != test.want {
				t.Errorf("got  %q\nwant %q", got, test.want)
			}
		})
	}
}

func TestAllowReserved(t *testing.T) {
	t.Parallel()
	op := oneParam(inQuery, "form", true, text())
	op.Params[0].AllowReserved = true
	r, err := Build(op, Input{Named: []string{"color=https://x/a?b=[c]&d+e#f%20%zz"}})
	if err != nil {
		t.Fatal(err)
	}
	if want := "color=https://x/a?b=%5Bc%5D%26d%2Be%23f%20%25zz"; r.Query != want {
		t.Errorf("got  %q\nwant %q", r.Query, want)
	}
}
