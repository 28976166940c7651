package main

import (
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/epilot-cli/epilot/internal/atomicfile"
)

// update is a flag of the test binary, parsed by testing before any test runs.
var update = flag.Bool("update", false, "write docs/reference anew")

const reference = "../../../docs/reference"

// TestReferenceIsFresh checks that the repository has exactly the pages that the
// program would generate now.
func TestReferenceIsFresh(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("sequential: nothing for the race detector")
	}
	pages, err := build(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := atomicfile.WriteFolder(reference, "*.md", pages); err != nil {
			t.Fatal(err)
		}
	}
	there, err := filepath.Glob(filepath.Join(reference, "*"))
	if err != nil {
		t.Fatal(err)
	}
	if len(there) != len(pages) {
		t.Errorf("docs/reference has %d files, want %d", len(there), len(pages))
	}
	for name, want := range pages {
		got, err := os.ReadFile(filepath.Join(reference, name))
		if err != nil || string(got) != want {
			t.Errorf("docs/reference/%s is stale: run go generate ./internal/help (%v)", name, err)
		}
	}
}
