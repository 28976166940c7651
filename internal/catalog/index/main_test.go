package main

import (
	"os"
	"path/filepath"
	"testing"
)

// TestSearchIsFresh fails if an operation, its line or the format of usages and
// examples changed and the search index was not regenerated.
func TestSearchIsFresh(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	index, results := filepath.Join(folder, "search.txt"), filepath.Join(folder, "results.txt")
	if err := run(t.Context(), []string{"-to", index, "-results", results}); err != nil {
		t.Fatal(err)
	}
	for _, fresh := range []string{index, results} {
		kept := filepath.Join("..", filepath.Base(fresh))
		want, err := os.ReadFile(fresh)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := os.ReadFile(kept); err != nil || string(got) != string(want) {
			t.Errorf("%s is stale: go generate ./internal/catalog (%v)", kept, err)
		}
	}
}
