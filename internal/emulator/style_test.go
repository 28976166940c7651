package emulator_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/epilot-cli/epilot/internal/openapi"
)

// style is the parameter of one operation: GET /v1/styles/N, followed by the
// parameter if it is in the path.
type style struct {
	in, style string
	explode   bool
	schema    *openapi.Schema
}

func integers() *openapi.Schema {
	return &openapi.Schema{Types: []string{"array"}, Items: &openapi.Schema{Types: []string{"integer"}}}
}

func colour() *openapi.Schema {
	number := func() *openapi.Schema { return &openapi.Schema{Types: []string{"integer"}} }
	s := Object(property("R", number()), property("G", number()))
	s.Required, s.Closed = []string{"R"}, true
	return s
}

func styles() []style {
	return []style{
		0:  {"path", "simple", false, integers()},
		1:  {"path", "label", false, integers()},
		2:  {"path", "label", true, integers()},
		3:  {"path", "matrix", false, integers()},
		4:  {"path", "matrix", true, integers()},
		5:  {"path", "simple", false, colour()},
		6:  {"path", "simple", true, colour()},
		7:  {"path", "label", true, colour()},
		8:  {"path", "matrix", true, colour()},
		9:  {"query", "form", true, integers()},
		10: {"query", "form", false, integers()},
		11: {"query", "spaceDelimited", false, integers()},
		12: {"query", "form", true, colour()},
		13: {"query", "form", false, colour()},
		14: {"query", "deepObject", true, colour()},
		15: {"header", "simple", false, integers()},
		16: {"header", "simple", true, colour()},
		17: {"cookie", "form", true, segments("a b", "c")},
		18: {"path", "matrix", false, segments("a", "b")},
		19: {"query", "form", true, &openapi.Schema{OneOf: []*openapi.Schema{segments("a", "b"), integers()}}},
	}
}

func stylesAPI() *openapi.API {
	api := &openapi.API{Name: "styles"}
	for i, s := range styles() {
		op := &openapi.Operation{ID: fmt.Sprint(i), Method: "GET", Path: fmt.Sprintf("/v1/styles/%d", i), Security: openapi.Public, Responses: answers("200", Object())}
		op.Params = []*openapi.Param{{Name: "v", In: s.in, Style: s.style, Explode: s.explode, Required: true, Schema: s.schema}}
		if s.in == "path" {
			op.Path += "/{v}"
		}
		api.Operations = append(api.Operations, op)
	}
	return api
}

func TestEveryStyleIsRead(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	for _, row := range []struct {
		number      int
		given, want string // want is "" if it is accepted
	}{
		{0, "1,2", ""},
		{0, "1,x", "path parameter v: $[1]: must be integer"},
		{1, ".1,2", ""},
		{1, "1,2", `must begin with \".\"`},
		{2, ".1.2", ""},
		{2, ".1.x", "$[1]"},
		{3, ";v=1,2", ""},
		{3, ";w=1", `must begin with \";v=\"`},
		{4, ";v=1;v=2", ""},
		{4, ";v=1;v=x", "$[1]"},
		{5, "R,100,G,200", ""},
		{5, "R,100,G", "has no value"},
		{5, "G,100", `\"R\" is required`},
		{6, "R=100,G=200", ""},
		{6, "R=100,G", "has no value"},
		{7, ".R=100.G=200", ""},
		{8, ";R=100;G=200", ""},
		{8, ";R=100;B=200", "$.B: is not a property here"},
		{9, "v=1&v=2&other=3", ""},
		{9, "v[]=1&v[]=2", ""},
		{9, "v%5B0%5D=1&v%5B1%5D=2", ""},
		{9, "v[]=x", "query parameter v: $[0]: must be integer"},
		{9, "w=1", "query parameter v: is required"},
		{10, "v=1,2", ""},
		{10, "v=1,x", "$[1]"},
		{10, "v[]=1&v[]=2", ""},
		{11, "v=1%202", ""},
		{11, "v=1+x", "$[1]"},
		{12, "R=1&G=2", ""},
		{12, "R=1&B=2", "$.B"},
		{12, "v[R]=1", ""},
		{12, "", "query parameter v: is required"},
		{13, "v=R,1,G,2", ""},
		{13, "v[G]=1", `\"R\" is required`},
		{13, "v=%7B%22R%22%3A1%7D", ""}, // as JSON
		{14, "v[R]=1&v[G]=2&other=1", ""},
		{14, "v[R]=x", "query parameter v: $.R: must be integer"},
		{15, "1,2", ""},
		{15, "1,x", "header parameter v: $[1]"},
		{16, "R=1,G=2", ""},
		{16, "R=1,G=x", "$.G"},
		{17, "v=a%20b", ""},
		{17, "w=1; v=c", ""},
		{17, "v=d", "cookie parameter v: must be one of"},
		{17, "w=1", "cookie parameter v: is required"},
		{18, ";v=b", ""},
		{18, ";v=c", "must be one of"},
		{19, "v=a", ""},
		{19, "v=1&v=2", ""},
		{19, "v[]=7", ""},
		{19, "v=c", "must be one of"},
	} {
		path, headers := fmt.Sprintf("/v1/styles/%d", row.number), []string{}
		switch styles()[row.number].in {
		case "path":
			path += "/" + row.given
		case "query":
			path += "?" + row.given
		case "header":
			headers = []string{"v: " + row.given}
		case "cookie":
			headers = []string{"Cookie: " + row.given}
		}
		got := b.do("GET", path, "", headers...)
		fits := got.status == 400 && row.want != "" && strings.Contains(got.body, row.want)
		if !fits && (row.want != "" || got.status != 200) {
			t.Errorf("%d %s: got %d %s\nwant %q", row.number, row.given, got.status, got.body, row.want)
		}
	}
}
