package catalog

import (
	"reflect"
	"testing"

	"github.com/epilot-cli/epilot/internal/openapi"
)

// TestResults checks that a search lists each embedded operation correctly.
func TestResults(t *testing.T) {
	t.Parallel()
	c := New(Options{})
	search, err := c.Search(t.Context(), "contact")
	if err != nil {
		t.Fatal(err)
	}
	at := 0
	for _, name := range c.Names() {
		api, err := c.Load(t.Context(), name, "")
		if err != nil {
			t.Fatal(err)
		}
		for _, op := range api.Operations {
			got := search.Result(at, nil)
			want := newResult(api, op, func(*openapi.API, *openapi.Operation) (string, string) { return got.Usage, got.Example })
			want.Slug = got.Slug
			if !reflect.DeepEqual(got, want) {
				t.Errorf("%d: %+v, want %+v", at, got, want)
			}
			at++
		}
	}
	if search.Len() != at {
		t.Errorf("%d operations, want %d", search.Len(), at)
	}
}

// TestResultLine checks that a result survives a round trip through its line.
func TestResultLine(t *testing.T) {
	t.Parallel()
	for _, want := range []Result{
		{API: "pet", ID: "listPets", Method: "GET", Path: "/pets", Line: "List pets", Usage: "epilot pet listPets", Example: "epilot pet listPets -p a=b"},
		{API: "pet", ID: "$x", Method: "GET", Path: "/", Deprecated: true, Tags: []string{"a", "b c"}, Usage: `epilot pet '$x'`, Example: `epilot pet '$x'`},
	} {
		if got := readResult(want.API, want.ID, want.line()); !reflect.DeepEqual(got, want) {
			t.Errorf("%+v, want %+v", got, want)
		}
	}
}

// TestUnique checks that operations callable without an API have one, and a line.
func TestUnique(t *testing.T) {
	t.Parallel()
	c := New(Options{})
	times, lines := map[string]int{}, map[string]string{}
	for _, name := range c.Names() {
		api, err := c.Load(t.Context(), name, "")
		if err != nil {
			t.Fatal(err)
		}
		for _, op := range api.Operations {
			times[op.ID]++
			lines[op.ID] = name + ": " + op.Line
		}
	}
	found := 0
	for _, r := range c.Unique(t.Context()) {
		found++
		if times[r.ID] != 1 || lines[r.ID] != r.API+": "+r.Line {
			t.Errorf("%+v, want %s, %d of them", r, lines[r.ID], times[r.ID])
		}
	}
	for id, n := range times {
		if n == 1 {
			found--
		} else if id == "" {
			t.Error("an operation has no id")
		}
	}
	if found != 0 {
		t.Errorf("%d operations more than there are", found)
	}
}
