package main

import (
	"flag"
	"os"
	"path/filepath"
	"testing"
)

// update is a flag of the test binary, which testing reads before any test.
var update = flag.Bool("update", false, "write docs/reference anew")

const reference = "../../../docs/reference"

// TestReferenceIsFresh: the pages in the repository are those that the program
// would write today, no more and no fewer.
func TestReferenceIsFresh(t *testing.T) {
	t.Parallel()
	pages, err := build(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := write(reference, "*.md", pages); err != nil {
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
			t.Errorf("docs/reference/%s is stale: run go generate ./internal/manual (%v)", name, err)
		}
	}
}

// TestWriteRemovesPages: the page of an API that is gone must go.
func TestWriteRemovesPages(t *testing.T) {
	t.Parallel()
	folder := filepath.Join(t.TempDir(), "made", "here")
	for _, pages := range []map[string]string{{"old.md": "1", "both.md": "1"}, {"both.md": "2"}} {
		if err := write(folder, "*.md", pages); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := os.Stat(filepath.Join(folder, "old.md")); !os.IsNotExist(err) {
		t.Errorf("old.md: %v", err)
	}
	if text, err := os.ReadFile(filepath.Join(folder, "both.md")); err != nil || string(text) != "2" {
		t.Errorf("both.md: %q, %v", text, err)
	}
}
