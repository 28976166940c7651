package manual_test

import (
	"strings"
	"testing"

	"github.com/epilot-cli/epilot/internal/manual"
	"github.com/epilot-cli/epilot/internal/operation"
	"github.com/epilot-cli/epilot/internal/term"
)

func render(t *testing.T, write func(*manual.Page)) string {
	t.Helper()
	page := manual.NewPage(term.NewPalette(false))
	write(page)
	var text strings.Builder
	if _, err := page.WriteTo(&text); err != nil {
		t.Fatal(err)
	}
	return text.String()
}

// TestTreeOfACycle: a schema that contains itself is shown once and then named.
func TestTreeOfACycle(t *testing.T) {
	t.Parallel()
	var components *operation.Components
	components = operation.NewComponents([]string{"Node"}, func(string) *operation.Schema {
		return &operation.Schema{
			Types: []string{"object"}, Required: []string{"name"},
			Properties: []operation.Property{
				{Name: "name", Schema: &operation.Schema{Types: []string{"string"}}},
				{Name: "child", Schema: operation.Reference("Node", components)},
			},
		}
	})
	op := &operation.Operation{ID: "put", Method: "PUT", Path: "/", Body: &operation.Body{
		Contents: []*operation.Content{{MediaType: "application/json", Schema: operation.Reference("Node", components)}},
	}}
	text := render(t, func(p *manual.Page) { p.Operation(&operation.API{Name: "a"}, op, nil) })
	if strings.Count(text, "name   string, required") != 1 || !strings.Contains(text, "… Node again") {
		t.Errorf("the cycle is not shown once and named:\n%s", text)
	}
}

// TestDefinitionsCannotDriveTheTerminal: texts come from documents that a
// stranger may have written.
func TestDefinitionsCannotDriveTheTerminal(t *testing.T) {
	t.Parallel()
	evil := "a\x1b[2Jb\nc\u009b31m"
	op := &operation.Operation{
		ID: "get", Method: "GET", Path: "/" + evil, Line: evil, Description: "more " + evil, Tags: []string{evil},
		Params: []*operation.Param{{
			Name: evil, In: "query", Description: evil,
			Schema: &operation.Schema{Types: []string{"string"}, Enum: []string{`"` + evil + `"`}, Default: evil},
		}},
	}
	api := &operation.API{Name: "a", Title: evil, Tags: []string{evil}, Operations: []*operation.Operation{op}}
	text := render(t, func(p *manual.Page) { p.Operation(api, op, nil); p.Operations(api) })
	if strings.ContainsAny(text, "\x1b\u009b") {
		t.Errorf("control characters reached the page: %q", text)
	}
}

func TestQuote(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"plain": "plain", "": "''", "a b": "'a b'", "it's": `'it'\''s'`, `{"a":1}`: `'{"a":1}'`, "$x": "'$x'", "~": "'~'",
	} {
		if got := manual.Quote(text); got != want {
			t.Errorf("%q: %s, want %s", text, got, want)
		}
	}
}
