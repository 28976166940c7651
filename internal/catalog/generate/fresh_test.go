package main

import (
	"context"
	"flag"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"testing"
	"time"
)

var update = flag.Bool("update", false, "write the facts anew")

// documents returns the folder of the package's documents: EPILOT_SDK_DEFINITIONS,
// or one fetched with npm.
func documents(t *testing.T, pack string) string {
	t.Helper()
	if folder := os.Getenv(documentsVariable); folder != "" {
		return folder
	}
	if _, err := exec.LookPath("npm"); err != nil {
		t.Skipf("the documents are not at hand: there is no npm, and %s names no folder", documentsVariable)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	folder, err := fetch(ctx, pack, t.TempDir())
	if err != nil {
		t.Skipf("the documents are not at hand: %v", err)
	}
	return folder
}

// generatedFrom returns the package named by go generate.
func generatedFrom(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile("../catalog.go")
	if err != nil {
		t.Fatal(err)
	}
	found := regexp.MustCompile(`(?m)^//go:generate .* -package (\S+)`).FindSubmatch(text)
	if found == nil {
		t.Fatal("catalog.go has no go:generate line with a package")
	}
	return string(found[1])
}

// TestFactsAreFresh fails if the package, the reader or the format of the facts
// changed and the facts were not regenerated.
func TestFactsAreFresh(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("sequential: nothing for the race detector")
	}
	const kept, keptNotice = "../facts", "../../../NOTICE"
	pack := generatedFrom(t)
	from := documents(t, pack)
	to, file := filepath.Join(t.TempDir(), "facts"), filepath.Join(t.TempDir(), "NOTICE")
	if *update {
		to, file = kept, keptNotice
	}
	if err := run(t.Context(), []string{"-package", pack, "-to", to, "-notice", file}, from, io.Discard); err != nil {
		t.Fatal(err)
	}
	same(t, file, keptNotice)
	sameFiles(t, to, kept, "*.txt")
	sameFiles(t, to, kept, "index.tsv")
}

func sameFiles(t *testing.T, fresh, kept, pattern string) {
	t.Helper()
	made, err := filepath.Glob(filepath.Join(fresh, pattern))
	if err != nil {
		t.Fatal(err)
	}
	old, err := filepath.Glob(filepath.Join(kept, pattern))
	if err != nil || len(old) != len(made) {
		t.Errorf("%s: %d files are kept, %d are made", pattern, len(old), len(made))
	}
	for _, name := range made {
		same(t, name, filepath.Join(kept, filepath.Base(name)))
	}
}

func same(t *testing.T, fresh, kept string) {
	t.Helper()
	want, err := os.ReadFile(fresh)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := os.ReadFile(kept); err != nil || string(got) != string(want) {
		t.Errorf("%s is stale: go generate ./internal/catalog (%v)", kept, err)
	}
}
