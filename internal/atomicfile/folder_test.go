package atomicfile_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/epilot-cli/epilot/internal/atomicfile"
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
