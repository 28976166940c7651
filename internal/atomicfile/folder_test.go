package atomicfile_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/epilot-cli/epilot/internal/atomicfile"
	"github.com/epilot-cli/epilot/internal/failure"
)

// TestWriteFolder: files of the old set are removed, other files are kept.
func TestWriteFolder(t *testing.T) {
	t.Parallel()
	folder := filepath.Join(t.TempDir(), "made [here]")
	write := func(texts map[string]string) {
		t.Helper()
		if err := atomicfile.WriteFolder(folder, "*.md", texts); err != nil {
			t.Fatal(err)
		}
	}
	write(map[string]string{"old.md": "1", "both.md": "1"})
	if err := os.WriteFile(filepath.Join(folder, "own.txt"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	write(map[string]string{"both.md": "2"})
	entries, err := os.ReadDir(folder)
	if err != nil || len(entries) != 2 || entries[0].Name() != "both.md" || entries[1].Name() != "own.txt" {
		t.Errorf("%v, %v", entries, err)
	}
	if text, err := os.ReadFile(filepath.Join(folder, "both.md")); err != nil || string(text) != "2" {
		t.Errorf("both.md: %q, %v", text, err)
	}
	if err := atomicfile.WriteFolder(folder, "[", map[string]string{"a": ""}); err == nil {
		t.Error("a pattern that is none is taken")
	}
}

// TestUpdate: the time of a file changes with its text only.
func TestUpdate(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "file")
	old := time.Now().Add(-time.Hour).Truncate(time.Second)
	for _, step := range []struct {
		text   string
		writes bool
	}{{"1", true}, {"1", false}, {"2", true}, {"", true}, {"", false}} {
		if err := atomicfile.Update(file, step.text); err != nil {
			t.Fatal(err)
		}
		info, err := os.Stat(file)
		if err != nil || info.ModTime().Equal(old) == step.writes {
			t.Errorf("%q: written at %v, %v", step.text, info.ModTime(), err)
		}
		if text, err := os.ReadFile(file); err != nil || string(text) != step.text {
			t.Errorf("the file holds %q, want %q; %v", text, step.text, err)
		}
		if err := os.Chtimes(file, old, old); err != nil {
			t.Fatal(err)
		}
	}
	if err := atomicfile.Update(filepath.Join(file, "below"), "1"); failure.Of(err).Kind != failure.File {
		t.Errorf("below a file: %v", err)
	}
}
