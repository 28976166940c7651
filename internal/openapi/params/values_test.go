package params_test

import (
	"fmt"
	"reflect"
	"testing"

	"github.com/epilot-cli/epilot/internal/openapi"
	"github.com/epilot-cli/epilot/internal/openapi/params"
)

func TestValues(t *testing.T) {
	t.Parallel()
	typed := func(name string) *openapi.Schema { return &openapi.Schema{Types: []string{name}} }
	op := &openapi.Operation{ID: "get", Path: "/{id}", Params: []*openapi.Param{
		{Name: "id", In: "path", Style: "simple", Required: true, Schema: typed("string")},
		{Name: "size", In: "query", Style: "form", Schema: typed("integer")},
		{Name: "types", In: "query", Style: "form", Explode: true, Schema: &openapi.Schema{Types: []string{"array"}, Items: typed("string")}},
		{Name: "filter", In: "query", Style: "deepObject", Explode: true, Schema: &openapi.Schema{
			Types: []string{"object"}, Properties: []openapi.Property{{Name: "n", Schema: typed("integer")}},
		}},
	}}
	r, err := params.Build(op, params.Input{Positional: []string{"007"}, Named: []string{"size=3", "types=a", "types=7", "filter.n=1"}})
	if err != nil {
		t.Fatal(err)
	}
	want := `[{id path "007"} {size query 3} {types query ["a","7"]} {filter query {"n":1}}]`
	if got := fmt.Sprint(r.Values()); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// TestInputEqual checks that inputs with any different field are not equal.
func TestInputEqual(t *testing.T) {
	t.Parallel()
	inputs := []params.Input{
		{},
		{Positional: []string{"a"}},
		{Named: []string{"a=1"}},
		{Named: []string{"a=2"}},
		{Flags: []string{"a=1"}},
		{Query: []string{"a=1"}},
		{Headers: []string{"a: 1"}},
		{NoValidate: true},
	}
	for i, a := range inputs {
		for j, b := range inputs {
			if a.Equal(b) != (i == j) {
				t.Errorf("%+v and %+v", a, b)
			}
		}
	}
	if fields := reflect.TypeFor[params.Input]().NumField(); fields != 6 {
		t.Errorf("Input has %d fields: Equal must compare all", fields)
	}
}
