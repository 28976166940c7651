package atomicfile

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/epilot-cli/epilot/internal/failure"
)

func read(t *testing.T, file string) string {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// alone fails if the folder contains anything but names.
func alone(t *testing.T, folder string, names ...string) {
	t.Helper()
	entries, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	var found []string
	for _, entry := range entries {
		found = append(found, entry.Name())
	}
	if strings.Join(found, " ") != strings.Join(names, " ") {
		t.Errorf("the folder holds %q, want %q", found, names)
	}
}

func TestWrite(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	file := filepath.Join(root, "a", "b", "file")
	for _, text := range []string{"one, and longer", "two", ""} {
		if err := Write(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if got := read(t, file); got != text {
			t.Errorf("the file holds %q, want %q", got, text)
		}
	}
	alone(t, filepath.Dir(file), "file")
	checkMode(t, file, 0o600)
	checkMode(t, filepath.Join(root, "a"), 0o700|fs.ModeDir)
}

func TestWriteChangesTheMode(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, []byte("open to all"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := Write(file, []byte("secret"), 0o600); err != nil {
		t.Fatal(err)
	}
	checkMode(t, file, 0o600)
}

func checkMode(t *testing.T, path string, want fs.FileMode) {
	t.Helper()
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if filepath.Separator == '/' && info.Mode() != want {
		t.Errorf("%s has mode %v, want %v", path, info.Mode(), want)
	}
}

func TestLinksStay(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	for link, to := range map[string]string{"relative": filepath.Join("real", "new"), "twice": "relative", "absolute": filepath.Join(root, "real", "other"), "loop": "loop"} {
		if err := os.Symlink(to, filepath.Join(root, link)); err != nil {
			t.Skip("no symbolic links here:", err)
		}
	}
	for link, file := range map[string]string{"relative": "new", "absolute": "other", "twice": "new"} {
		if err := Write(filepath.Join(root, link), []byte(link), 0o600); err != nil {
			t.Fatal(err)
		}
		if got := read(t, filepath.Join(root, "real", file)); got != link {
			t.Errorf("%s: the file behind the link holds %q", link, got)
		}
		if info, err := os.Lstat(filepath.Join(root, link)); err != nil || info.Mode()&fs.ModeSymlink == 0 {
			t.Errorf("%s is no link any more: %v", link, err)
		}
	}
	if err := Write(filepath.Join(root, "loop"), nil, 0o600); failure.Of(err).Kind != failure.File {
		t.Errorf("a loop of links: %v", err)
	}
}

// TestFailureLeavesTheOld puts a folder in place of the file: the rename fails after
// everything was written.
func TestFailureLeavesTheOld(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	if err := os.MkdirAll(filepath.Join(root, "file", "inside"), 0o700); err != nil {
		t.Fatal(err)
	}
	err := Write(filepath.Join(root, "file"), []byte("x"), 0o600)
	if failure.Of(err).Kind != failure.File || err == nil || !strings.Contains(err.Error(), "file cannot be written") {
		t.Errorf("got %v", err)
	}
	alone(t, root, "file")
	err = Write(filepath.Join(root, "file", "inside", "\x00"), nil, 0o600)
	if failure.Of(err).Kind != failure.File {
		t.Errorf("a name that no file can have: %v", err)
	}
}

// TestReadersAndWriters reads during concurrent writes: every read returns complete
// content.
func TestReadersAndWriters(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "file")
	text := func(n int) string { return strings.Repeat(strconv.Itoa(n), 5000) }
	if err := Write(file, []byte(text(0)), 0o600); err != nil {
		t.Fatal(err)
	}
	var writers sync.WaitGroup
	for n := range 8 {
		writers.Go(func() {
			if err := Write(file, []byte(text(n)), 0o600); err != nil {
				t.Error(err)
			}
		})
	}
	for range 50 {
		if got := read(t, file); got != text(int(got[0]-'0')) {
			t.Fatal("a mixed or cut text was read")
		}
	}
	writers.Wait()
	alone(t, filepath.Dir(file), "file")
}

// TestLockTakesTurns increments a number in a file; without the lock, increments get
// lost.
func TestLockTakesTurns(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "new", "count")
	var workers sync.WaitGroup
	for range 10 {
		workers.Go(func() {
			unlock, err := Lock(t.Context(), file)
			if err != nil {
				t.Error(err)
				return
			}
			defer unlock()
			old, _ := os.ReadFile(file)
			count, _ := strconv.Atoi(string(old))
			if err := Write(file, []byte(strconv.Itoa(count+1)), 0o600); err != nil {
				t.Error(err)
			}
		})
	}
	workers.Wait()
	if got := read(t, file); got != "10" {
		t.Errorf("counted to %s", got)
	}
	checkMode(t, file+".lock", 0o600)
}

func TestLockEndsWithItsContext(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "file")
	unlock, err := Lock(t.Context(), file)
	if err != nil {
		t.Fatal(err)
	}
	defer unlock()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Lock(ctx, file); failure.Of(err).Kind != failure.File || !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	if _, err := Lock(t.Context(), filepath.Join(file+".lock", "below")); failure.Of(err).Kind != failure.File {
		t.Errorf("a file where a folder should be: %v", err)
	}
}

// TestSweep removes temporary files of this file's killed writers, and nothing else.
func TestSweep(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	for _, name := range []string{"file", ".file.123", ".file.0", "file.lock", ".file.swp", ".other.123", ".file.", ".file.-1"} {
		if err := os.WriteFile(filepath.Join(root, name), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	Sweep(filepath.Join(root, "file"))
	alone(t, root, ".file.", ".file.-1", ".file.swp", ".other.123", "file", "file.lock")
	Sweep(filepath.Join(root, "no folder", "file"))
}
