package atomicfile_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/epilot-cli/epilot/internal/atomicfile"
)

// TestWriteSweeps: the next write of a file removes the temporary file of a killed
// write once it can no longer be in use.
func TestWriteSweeps(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for name, age := range map[string]time.Duration{
		".a.json.123": 2 * time.Hour, ".a.json.456": time.Minute, ".a.json.note": 2 * time.Hour, ".b.json.123": 2 * time.Hour,
	} {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, nil, 0o600); err != nil {
			t.Fatal(err)
		}
		then := time.Now().Add(-age)
		if err := os.Chtimes(path, then, then); err != nil {
			t.Fatal(err)
		}
	}
	if err := atomicfile.Write(filepath.Join(dir, "a.json"), []byte("{}"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]bool{".a.json.123": false, ".a.json.456": true, ".a.json.note": true, ".b.json.123": true} {
		if _, err := os.Stat(filepath.Join(dir, name)); (err == nil) != want {
			t.Errorf("%s: %v", name, err)
		}
	}
}
