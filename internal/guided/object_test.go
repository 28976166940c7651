package guided

import (
	"testing"

	"github.com/epilot-cli/epilot/internal/openapi"
	"github.com/epilot-cli/epilot/internal/openapi/schema"
)

// TestOfType: a value is of the type that the organization's schema declares, unless
// its values have no fixed form or the definition is more precise.
func TestOfType(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"string": "string", "date": "string", "select": "string", "boolean": "boolean", "tags": "string[]",
		"number": "any", "relation": "any", "": "any", "of tomorrow": "any",
	} {
		if got := schema.TypeName(ofType(name, nil)); got != want {
			t.Errorf("%q: got %s, want %s", name, got, want)
		}
	}
	integer := &openapi.Schema{Types: []string{"integer"}}
	if got := ofType("string", integer); got != integer {
		t.Errorf("got %v, want the schema of the definition", got)
	}
}
