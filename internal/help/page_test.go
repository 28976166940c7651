package help_test

import (
	"strconv"
	"strings"
	"testing"

	"github.com/epilot-cli/epilot/internal/help"
	"github.com/epilot-cli/epilot/internal/openapi"
	"github.com/epilot-cli/epilot/internal/term"
)

func render(t *testing.T, write func(*help.Page)) string {
	t.Helper()
	page := help.NewPage(term.NewPalette(false), 0)
	write(page)
	var text strings.Builder
	if _, err := page.WriteTo(&text); err != nil {
		t.Fatal(err)
	}
	return text.String()
}

// TestTreeOfACycle checks that a recursive schema is expanded once and then named.
func TestTreeOfACycle(t *testing.T) {
	t.Parallel()
	var components *openapi.Components
	components = openapi.NewComponents([]string{"Node"}, func(string) *openapi.Schema {
		return &openapi.Schema{
			Types: []string{"object"}, Required: []string{"name"},
			Properties: []openapi.Property{
				{Name: "name", Schema: &openapi.Schema{Types: []string{"string"}}},
				{Name: "child", Schema: openapi.Reference("Node", components)},
			},
		}
	})
	op := &openapi.Operation{ID: "put", Method: "PUT", Path: "/", Body: &openapi.Body{
		Contents: []*openapi.Content{{MediaType: "application/json", Schema: openapi.Reference("Node", components)}},
	}}
	text := render(t, func(p *help.Page) { _ = p.Operation(&openapi.API{Name: "a"}, op, help.Full) })
	if strings.Count(text, "name   string, required") != 1 || !strings.Contains(text, "child  Node\n") {
		t.Errorf("the cycle is not shown once and named:\n%s", text)
	}
}

// TestDefinitionsCannotDriveTheTerminal checks that control sequences are escaped
// because definitions are untrusted.
func TestDefinitionsCannotDriveTheTerminal(t *testing.T) {
	t.Parallel()
	evil := "a\x1b[2Jb\nc\u009b31m\u200e\u2028\U000e0041"
	body := &openapi.Schema{
		Types: []string{"object"}, Required: []string{evil},
		Properties: []openapi.Property{{Name: evil, Schema: &openapi.Schema{Types: []string{"string"}, Example: strconv.Quote(evil)}}},
	}
	op := &openapi.Operation{
		ID: evil, Method: "GET", Path: "/" + evil, Line: evil, Description: "more " + evil, Tags: []string{evil},
		Params: []*openapi.Param{{
			Name: evil, In: "query", Description: evil, Required: true, Example: evil,
			Schema: &openapi.Schema{Types: []string{"string"}, Enum: []string{`"` + evil + `"`}, Default: evil},
		}, {Name: "id", In: "path", Required: true, Example: evil, Schema: &openapi.Schema{Types: []string{"string"}}}},
		Body:      &openapi.Body{Contents: []*openapi.Content{{MediaType: "application/json", Schema: body}}},
		Responses: []*openapi.Response{{Status: "200", Contents: []*openapi.Content{{MediaType: "application/json", Schema: body}}}},
	}
	api := &openapi.API{Name: "a", Title: evil, Servers: []string{evil}, Tags: []string{evil}, Operations: []*openapi.Operation{op}}
	text := render(t, func(p *help.Page) { _ = p.Operation(api, op, ""); p.Operations(api, "") })
	if strings.ContainsAny(text, "\x1b\u009b\u200e\u2028\U000e0041") {
		t.Errorf("control characters reached the page: %q", text)
	}
}

// TestTableFitsTheScreen wraps the last column, and moves it below the others if it
// has little room. Without a screen nothing is wrapped.
func TestTableFitsTheScreen(t *testing.T) {
	t.Parallel()
	rows := [][]string{{"NAME", "VALUE", "DESCRIPTION"}, {"stage", "prod", "The stage that calls use by default"}, {"color", "auto", ""}}
	for width, want := range map[int]string{
		0:  "  NAME   VALUE  DESCRIPTION\n  stage  prod   The stage that calls use by default\n  color  auto\n",
		43: "  NAME   VALUE  DESCRIPTION\n  stage  prod   The stage that calls use by\n                default\n  color  auto\n",
		30: "  NAME   VALUE\n    DESCRIPTION\n  stage  prod\n    The stage that calls use\n    by default\n  color  auto\n",
	} {
		page := help.NewPage(term.NewPalette(false), width)
		page.Table(rows)
		var got strings.Builder
		if _, err := page.WriteTo(&got); err != nil || got.String() != want {
			t.Errorf("%d cells:\n%swant\n%s", width, got.String(), want)
		}
	}
}
