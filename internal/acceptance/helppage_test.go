package acceptance

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/epilot-cli/epilot/internal/catalog"
	"github.com/epilot-cli/epilot/internal/help"
	"github.com/epilot-cli/epilot/internal/openapi"
	"github.com/epilot-cli/epilot/internal/term"
)

// The limits of help pages: of the default page, of half of them, and of the brief
// form.
const (
	mostPageLines = 150
	medianBytes   = 3 << 10
	mostBrief     = 1 << 10
)

func helpPage(t *testing.T, api *openapi.API, op *openapi.Operation, detail string, width int) string {
	t.Helper()
	page := help.NewPage(term.NewPalette(false), width)
	if err := page.Operation(api, op, detail); err != nil {
		t.Errorf("%s %s: %v", api.Name, op.ID, err)
	}
	var text strings.Builder
	if _, err := page.WriteTo(&text); err != nil {
		t.Error(err)
	}
	return text.String()
}

// TestHelpPagesAreShort renders the help of every operation (every fourth without
// load): no page is long, no line is wider than the screen unless it is a single
// word, and every parameter has its description.
func TestHelpPagesAreShort(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("sequential: nothing for the race detector")
	}
	known := catalog.New(catalog.Options{})
	var sizes []int
	longest, widest := 0, 0
	for _, name := range known.Names() {
		api, err := known.Load(t.Context(), name, "")
		if err != nil {
			t.Fatal(err)
		}
		for i, op := range api.Operations {
			if i%4 != 0 && !withLoad() {
				continue
			}
			text := helpPage(t, api, op, "", 80)
			lines := strings.Count(text, "\n")
			sizes, longest = append(sizes, len(text)), max(longest, lines)
			if lines > mostPageLines || op.ID == "createAccessToken" && lines > 70 {
				t.Errorf("%s %s: %d lines", name, op.ID, lines)
			}
			widest = max(widest, checkWidth(t, name+" "+op.ID, text, 80))
			checkWidth(t, name+" "+op.ID, helpPage(t, api, op, "", 40), 40)
			if brief := helpPage(t, api, op, help.Brief, 80); len(brief) > mostBrief {
				t.Errorf("%s %s: the brief help has %d bytes", name, op.ID, len(brief))
			}
			for _, p := range op.Params {
				if p.Description == "" {
					t.Errorf("%s %s: %s has no description", name, op.ID, p.Name)
				}
			}
		}
	}
	slices.Sort(sizes)
	median := sizes[len(sizes)/2]
	if median > medianBytes {
		t.Errorf("half of the pages have more than %d bytes", median)
	}
	t.Logf("%d pages: at most %d lines and %d columns, median %d bytes", len(sizes), longest, widest, median)
}

// checkWidth checks that every line fits, unless it is a single indented word. It
// returns the greatest width.
func checkWidth(t *testing.T, name, text string, width int) int {
	t.Helper()
	widest := 0
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, "\n")
		wide := term.Width(line)
		widest = max(widest, wide)
		words := strings.Fields(strings.TrimSuffix(line, ` \`))
		unbroken := len(words) <= 2 || strings.ContainsAny(line, `"'`)
		if wide > width && !unbroken {
			t.Errorf("%s: %d columns: %s", name, wide, line)
		}
	}
	return widest
}

// TestHelpAsData: --help --json contains the parameters, the body and the example of
// an operation with their descriptions.
func TestHelpAsData(t *testing.T) {
	t.Parallel()
	result := Process{}.Run(t.Context(), "entity", "createEntity", "--help", "--json")
	var got struct {
		Name, OperationID, Line, Example, Usage string
		Parameters                              []struct{ Name, Description string }
		RequestBody                             struct{ Content map[string]any }
	}
	if err := json.Unmarshal([]byte(result.Stdout), &got); err != nil {
		t.Fatalf("%v: %s", err, result.Stdout)
	}
	if got.Name != "entity" || got.OperationID != "createEntity" || got.Line == "" || len(got.RequestBody.Content) == 0 ||
		!strings.HasPrefix(got.Example, "epilot entity createEntity contact -d") || got.Usage == "" {
		t.Errorf("%+v", got)
	}
	for _, p := range got.Parameters {
		if p.Description == "" {
			t.Errorf("%s has no description", p.Name)
		}
	}
	token := Process{}.Run(t.Context(), "access-token", "createAccessToken", "--help", "--json").Stdout
	if !strings.Contains(token, `"description":"Label to recognize the token by in lists"`) {
		t.Errorf("properties have no descriptions: %.300s", token)
	}
}
