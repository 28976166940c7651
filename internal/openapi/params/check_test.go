package params

import (
	"strings"
	"testing"

	"github.com/epilot-cli/epilot/internal/failure"
	"github.com/epilot-cli/epilot/internal/openapi"
)

func limited(types string, change func(*openapi.Schema)) *openapi.Schema {
	s := &openapi.Schema{Types: []string{types}}
	change(s)
	return s
}

// checked has one parameter for each kind of check.
func checked() *openapi.Operation {
	kinds := limited("string", func(s *openapi.Schema) { s.Enum = []string{`"api"`, `"journey"`} })
	two := 2
	query := func(name string, s *openapi.Schema) *openapi.Param {
		return &openapi.Param{Name: name, In: inQuery, Style: "form", Explode: true, Schema: s}
	}
	box := object(openapi.Property{Name: "size", Schema: limited("integer", func(s *openapi.Schema) { s.Maximum = "9" })},
		openapi.Property{Name: "tags", Schema: array(text())})
	box.Required, box.Closed = []string{"size"}, true
	return &openapi.Operation{ID: "list", Method: "GET", Path: "/x", Params: []*openapi.Param{
		query("kind", kinds),
		query("kinds", array(kinds)),
		query("few", limited("array", func(s *openapi.Schema) { s.Items, s.MaxItems = text(), &two })),
		query("different", limited("array", func(s *openapi.Schema) { s.Items, s.UniqueItems = text(), true })),
		query("limit", &openapi.Schema{Types: []string{"integer"}}),
		query("limits", array(&openapi.Schema{Types: []string{"integer"}})),
		query("on", &openapi.Schema{Types: []string{"boolean"}}),
		query("code", limited("string", func(s *openapi.Schema) { s.Pattern = "^[a-z]+$" })),
		query("mixed", array(&openapi.Schema{Types: []string{"integer", "string"}})),
		query("box", box),
		{Name: "spaced", In: inQuery, Style: "spaceDelimited", Schema: array(text())},
		{Name: "piped", In: inQuery, Style: "pipeDelimited", Schema: array(text())},
		{Name: "X-List", In: inHeader, Style: "simple", Schema: array(text())},
		{Name: "where", In: inQuery, Style: "form", MediaType: "application/json", Schema: box},
		{Name: "must", In: inQuery, Style: "form", Required: true, Schema: array(text())},
	}}
}

func TestFaults(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name  string
		texts []string
		want  []string // all must appear in the error; none: accepted
	}{
		{"enum", []string{"kind=journy"}, []string{"parameter kind: ", `"api"`, `"journey"`, "did you mean"}},
		{"enum accepted", []string{"kind=journey"}, nil},
		{"element", []string{"kinds=api", "kinds=bogus"}, []string{"parameter kinds[1]: ", `"api"`}},
		{"element of a JSON array", []string{`kinds=["bogus"]`}, []string{"parameter kinds[0]: "}},
		{"only element has no number", []string{"kinds=bogus"}, []string{"parameter kinds: "}},
		{"comma", []string{"kinds=api,journey"}, []string{"parameter kinds: ", "-p kinds=api -p kinds=journey"}},
		{"too many elements", []string{"few=a", "few=b", "few=c"}, []string{"parameter few: "}},
		{"elements twice", []string{"different=a", "different=a"}, []string{"parameter different[1]: "}},
		{"integer", []string{"limit=x"}, []string{"parameter limit: "}},
		{"integer as typed", []string{"limit=-12345678901234567890"}, nil},
		{"integers", []string{"limits=1", "limits=two"}, []string{"parameter limits[1]: "}},
		{"integers accepted", []string{`limits=["1",2]`}, nil},
		{"numbers for texts", []string{"few=[1,2.50]"}, nil},
		{"integer or text", []string{"mixed=a", "mixed=1"}, nil},
		{"boolean", []string{"on=yes"}, []string{"parameter on: "}},
		{"boolean accepted", []string{"on=false"}, nil},
		{"pattern", []string{"code=A1"}, []string{"parameter code: "}},
		{"member", []string{"box.size=10"}, []string{"parameter box.size: "}},
		{"member accepted", []string{"box.size=9", "box.tags=1"}, nil},
		{"member missing", []string{"box.tags=a"}, []string{"parameter box: ", "size"}},
		{"member unknown", []string{`box={"size":1,"sise":2}`}, []string{"parameter box", "sise"}},
		{"document", []string{`where={"size":"1"}`}, []string{"parameter where.size: "}},
		{"document accepted", []string{`where={"size":1}`}, nil},
		{"all faults at once", []string{"kind=x", "limit=x", "on=x"}, []string{"parameter kind: ", "; parameter limit: ", "; parameter on: "}},
		{"space inside", []string{"spaced=a b"}, []string{"spaced", `" "`, "repeat"}},
		{"pipe inside", []string{"piped=a|b"}, []string{"piped", `"|"`}},
		{"comma inside a header", []string{"X-List=a,b"}, []string{"X-List", `","`}},
		{"required but empty", []string{"must=[]"}, []string{"must", "required"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			texts := test.texts
			if !strings.HasPrefix(texts[0], "must=") {
				texts = append([]string{"must=x"}, texts...)
			}
			_, err := Build(checked(), Input{Named: texts})
			if test.want != nil {
				refused(t, err, test.want...)
			} else if err != nil {
				t.Fatal(err)
			}
			if _, err := Build(checked(), Input{Named: texts, NoValidate: true}); err != nil {
				t.Errorf("without validation: %v", err)
			}
		})
	}
}

func TestRequired(t *testing.T) {
	t.Parallel()
	_, err := Build(checked(), Input{})
	refused(t, err, "must (query)", "-p must=…")
	for _, in := range []Input{{Named: []string{"must=x"}}, {Query: []string{"must=x"}}, {NoValidate: true}} {
		if _, err := Build(checked(), in); err != nil {
			t.Errorf("%+v: %v", in, err)
		}
	}
}

// TestRecursiveSchemas checks that validation of recursive schemas terminates.
func TestRecursiveSchemas(t *testing.T) {
	t.Parallel()
	var components *openapi.Components
	read := func(name string) *openapi.Schema {
		self := openapi.Reference(name, components)
		switch name {
		case "Either":
			return &openapi.Schema{OneOf: []*openapi.Schema{self, self}, AnyOf: []*openapi.Schema{self}, AllOf: []*openapi.Schema{self}}
		case "List":
			return array(self)
		}
		return object(openapi.Property{Name: "in", Schema: self})
	}
	components = openapi.NewComponents([]string{"Either", "List", "Tree"}, read)
	tests := []struct{ component, word, want string }{
		{"Either", "color=x", "color=x"},
		{"List", "color=[[],[[]]]", "color=%5B%5D&color=%5B%5B%5D%5D"},
		{"Tree", "color.in.in.in=x", "color%5Bin%5D%5Bin%5D%5Bin%5D=x"},
	}
	for _, test := range tests {
		op := oneParam(inQuery, "deepObject", true, openapi.Reference(test.component, components))
		r, err := Build(op, Input{Named: []string{test.word}, NoValidate: true})
		if err != nil {
			t.Fatal(err)
		}
		if r.Query != test.want {
			t.Errorf("%s: got %q, want %q", test.component, r.Query, test.want)
		}
		_, _ = Build(op, Input{Named: []string{test.word, "color=y"}})
	}
}

// TestHintOfJSON checks that no hint suggests splitting JSON at its commas.
func TestHintOfJSON(t *testing.T) {
	t.Parallel()
	op := &openapi.Operation{ID: "a", Method: "GET", Path: "/a", Params: []*openapi.Param{
		{Name: "ids", In: inQuery, Style: "form", Explode: true, Schema: array(&openapi.Schema{Types: []string{"integer"}})},
	}}
	for value, splits := range map[string]bool{`{"entity_id":"a","x":1}`: false, `[1,"a",2`: false, "1,2": true} {
		_, err := Build(op, Input{Named: []string{"ids=" + value}})
		if err == nil || strings.Contains(failure.Of(err).Hint, "repeat the flag") != splits {
			t.Errorf("%s: %v, hint %q", value, err, failure.Of(err).Hint)
		}
	}
}

// TestHeaderMembers checks that exploded header members with ambiguous names and
// values are rejected.
func TestHeaderMembers(t *testing.T) {
	t.Parallel()
	op := &openapi.Operation{ID: "a", Method: "GET", Path: "/a", Params: []*openapi.Param{
		{Name: "X-Map", In: inHeader, Style: "simple", Explode: true, Schema: object()},
	}}
	for value, want := range map[string]string{`{"a":"b","c":"d"}`: "a=b,c=d", `{"a=b":"c"}`: "", `{"a":"b=c"}`: "", `{"a":"b,c"}`: ""} {
		built, err := Build(op, Input{Named: []string{"X-Map=" + value}})
		if (err == nil) != (want != "") || err == nil && built.Header.Get("X-Map") != want {
			t.Errorf("%s: %v, %v", value, built, err)
		}
	}
}
