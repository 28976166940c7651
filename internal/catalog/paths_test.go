package catalog

import (
	"slices"
	"testing"
)

// TestPathsAreThoseOfTheOperations fails if the listed path of an operation differs
// from its definition, so that the mock would not find it.
func TestPathsAreThoseOfTheOperations(t *testing.T) {
	t.Parallel()
	c := New(Options{})
	paths := c.Paths()
	for _, name := range c.Names() {
		api, err := c.Load(t.Context(), name, "")
		if err != nil {
			t.Fatal(err)
		}
		for _, op := range api.Operations {
			for _, base := range append([]string{""}, basePaths(api.Servers)...) {
				if !slices.Contains(paths[name], base+op.Path) {
					t.Errorf("%s: %s is missing", name, base+op.Path)
				}
			}
		}
	}
}
