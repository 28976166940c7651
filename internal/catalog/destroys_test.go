package catalog

import (
	"net/http"
	"strings"
	"testing"
)

// TestDestroysMany checks that every listed operation exists and writes.
func TestDestroysMany(t *testing.T) {
	t.Parallel()
	c := New(Options{})
	left := len(strings.Fields(destroyingMany)) - strings.Count(strings.TrimSpace(destroyingMany), "\n") - 1
	for _, name := range c.Names() {
		if idsOf(destroyingMany, name) == "" {
			continue
		}
		api, err := c.Load(t.Context(), name, "")
		if err != nil {
			t.Fatal(err)
		}
		for _, op := range api.Operations {
			if op.DestroysMany {
				left--
				if op.Method == http.MethodGet {
					t.Errorf("%s %s only reads", name, op.ID)
				}
			}
		}
	}
	if left != 0 {
		t.Errorf("%d operations of the list are not in the catalog", left)
	}
}
