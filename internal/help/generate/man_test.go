package main

import (
	"context"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/epilot-cli/epilot/internal/atomicfile"
	"github.com/epilot-cli/epilot/internal/catalog"
	"github.com/epilot-cli/epilot/internal/help"
)

// madePages generates the man pages once for all tests that read them.
var madePages = sync.OnceValues(func() (map[string]string, error) {
	return manPages(context.Background(), help.Edition{Version: "1.2.3", Date: "2026-11-22"})
})

func testPages(t *testing.T) map[string]string {
	t.Helper()
	pages, err := madePages()
	if err != nil {
		t.Fatal(err)
	}
	return pages
}

// TestManPagesAreWhole checks that each API and command has a page, that each
// operation is in its API's page, and that every referenced page exists.
func TestManPagesAreWhole(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("sequential: nothing for the race detector")
	}
	pages := testPages(t)
	for _, topic := range help.Topics() {
		if pages["epilot-"+topic.Name+".7"] == "" {
			t.Errorf("the topic %s has no page", topic.Name)
		}
	}
	for _, name := range []string{"epilot", "epilot-auth", "epilot-auth-login", "epilot-mock", "epilot-file-upload"} {
		if pages[name+".1"] == "" {
			t.Errorf("%s has no page", name)
		}
	}
	embedded := catalog.New(catalog.Options{})
	for _, name := range embedded.Names() {
		api, err := embedded.Load(t.Context(), name, "")
		if err != nil {
			t.Fatal(err)
		}
		for _, op := range api.Operations {
			if !strings.Contains(pages["epilot-"+name+".1"], "\n\\fB"+op.ID+"\\fR") {
				t.Errorf("epilot-%s.1 lacks %s", name, op.ID)
			}
		}
	}
	for _, text := range []string{"slug: string, required", "Schema slug, such as contact", "epilot entity createEntity contact"} {
		if !strings.Contains(pages["epilot-entity.1"], text) {
			t.Errorf("epilot-entity.1 lacks %s", text)
		}
	}
	for _, flag := range []string{`\-\-version`, `\-\-token TOKEN`, `\-d, \-\-data JSON|@FILE|\-`} {
		if !strings.Contains(pages["epilot.1"], flag+"\\fR\n") {
			t.Errorf("epilot.1 lacks the flag %s", flag)
		}
	}
	for file, page := range pages {
		for line := range strings.Lines(page) {
			words := strings.Split(line, `"`)
			if words[0] == ".BR " && pages[strings.ReplaceAll(words[1], `\-`, "-")+".1"] == "" {
				t.Errorf("%s refers to %s, which is not there", file, words[1])
			}
		}
	}
}

// TestManPagesLint checks that the strictest man page linters report nothing.
func TestManPagesLint(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("sequential: nothing for the race detector")
	}
	folder := t.TempDir()
	pages := testPages(t)
	if err := atomicfile.WriteFolder(folder, "epilot*.[17]", pages); err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob(filepath.Join(folder, "*"))
	if err != nil || len(files) != len(pages) {
		t.Fatalf("%d files of %d pages, %v", len(files), len(pages), err)
	}
	for _, reader := range []string{"mandoc -T lint -W warning", "groff -man -w w -z -T utf8"} {
		t.Run(reader, func(t *testing.T) {
			t.Parallel()
			words := strings.Fields(reader)
			if _, err := exec.LookPath(words[0]); err != nil {
				t.Skip(words[0] + " is not installed")
			}
			out, err := exec.CommandContext(t.Context(), words[0], append(words[1:], files...)...).CombinedOutput()
			if err != nil || len(out) > 0 {
				t.Errorf("%v\n%s", err, out)
			}
		})
	}
}
