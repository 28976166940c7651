package profiles

import (
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

func TestModesAreRepaired(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("has no such modes")
	}
	s := store(t, foreign, `{"token":"t"}`)
	var warnings []string
	s.guard.warn = func(message string) { warnings = append(warnings, message) }
	for path, mode := range map[string]fs.FileMode{s.dir: 0o755, s.Path(): 0o644, filepath.Join(s.dir, credentialsFile): 0o640} {
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
	}
	for range 2 {
		own := Open(Options{Dir: s.dir, Lookup: lookup(), Warn: s.guard.warn})
		if _, err := own.Resolve(""); err != nil {
			t.Fatal(err)
		}
		if _, err := own.Credentials(); err != nil {
			t.Fatal(err)
		}
	}
	if len(warnings) != 3 || !strings.Contains(warnings[0], "0755") || !strings.Contains(warnings[1], "0644") {
		t.Errorf("got %q", warnings)
	}
	for path, want := range map[string]fs.FileMode{s.dir: 0o700, s.Path(): 0o600, filepath.Join(s.dir, credentialsFile): 0o600} {
		if info, err := os.Stat(path); err != nil || info.Mode().Perm() != want {
			t.Errorf("%s: %v, %v", path, info.Mode(), err)
		}
	}
}

func TestNewFilesAreForTheUserAlone(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("has no such modes")
	}
	dir := filepath.Join(t.TempDir(), "a", "epilot")
	s := Open(Options{Dir: dir, Lookup: lookup()})
	if err := s.SetProfile(t.Context(), "dev", func(*Profile) error { return nil }); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]fs.FileMode{dir: 0o700, s.Path(): 0o600} {
		if info, err := os.Stat(path); err != nil || info.Mode().Perm() != want {
			t.Errorf("%s: %v, %v", path, info.Mode(), err)
		}
	}
}
