package atomicfile

import (
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"sync"
	"testing"

	"github.com/epilot-cli/epilot/internal/failure"
)

func draft(t *testing.T, path, text string) *Draft {
	t.Helper()
	d, err := Begin(path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := d.Write([]byte(text)); err != nil {
		t.Fatal(err)
	}
	return d
}

func TestDraft(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	file := filepath.Join(root, "file")
	if err := os.WriteFile(file, []byte("old"), 0o640); err != nil {
		t.Fatal(err)
	}
	d := draft(t, file, "one")
	if got := read(t, file); got != "old" || d.Size() != 3 {
		t.Errorf("before the commit: %q, %d bytes", got, d.Size())
	}
	if err := d.Commit(file); err != nil || read(t, file) != "one" {
		t.Errorf("after the commit: %q, %v", read(t, file), err)
	}
	checkMode(t, file, 0o640)
	d.Discard()
	draft(t, file, "two").Discard()
	other := draft(t, file, "three")
	if _, err := other.CommitNew(slices.Values([]string{file, filepath.Join(root, "other")})); err != nil || read(t, filepath.Join(root, "other")) != "three" {
		t.Error(err)
	}
	alone(t, root, "file", "other")
}

func TestDraftGoesOn(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	file, kept := filepath.Join(root, "file"), filepath.Join(root, ".file.part")
	if err := draft(t, file, "one").Keep(kept); err != nil {
		t.Fatal(err)
	}
	alone(t, root, ".file.part")
	d, err := Resume(file, kept, 3)
	if err != nil || d.Size() != 3 {
		t.Fatal(err, d.Size())
	}
	if _, err := Resume(file, kept, 3); failure.Of(err).Kind != failure.File {
		t.Errorf("a second one got it too: %v", err)
	}
	_, _ = d.Write([]byte("+two"))
	if err := d.Keep(kept); err != nil {
		t.Fatal(err)
	}
	d, err = Resume(file, kept, 7)
	if err != nil || d.Size() != 7 {
		t.Fatal(err)
	}
	if err := d.Restart(); err != nil {
		t.Fatal(err)
	}
	_, _ = d.Write([]byte("new"))
	if err := d.Commit(file); err != nil || read(t, file) != "new" {
		t.Errorf("%q, %v", read(t, file), err)
	}
	alone(t, root, "file")
}

func TestDraftFails(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	if _, err := Begin(filepath.Join(root, "no", "file")); failure.Of(err).Kind != failure.File {
		t.Errorf("no such folder: %v", err)
	}
	if err := os.MkdirAll(filepath.Join(root, "taken", "x"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := draft(t, filepath.Join(root, "file"), "x").Commit(filepath.Join(root, "taken")); failure.Of(err).Kind != failure.File {
		t.Errorf("a folder was replaced: %v", err)
	}
	alone(t, root, "taken")
}

// TestDraftWritesDevices: a device is written to, never replaced.
func TestDraftWritesDevices(t *testing.T) {
	t.Parallel()
	info, err := os.Stat("/dev/null")
	if err != nil {
		t.Skip("no devices here")
	}
	if err := draft(t, "/dev/null", "x").Commit("/dev/null"); err != nil {
		t.Error(err)
	}
	if now, err := os.Stat("/dev/null"); err != nil || !os.SameFile(info, now) || now.Mode()&fs.ModeDevice == 0 {
		t.Fatal("the device was replaced")
	}
}

// TestDraftRefusesLinks: the target of a link is not the named file.
func TestDraftRefusesLinks(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	victim, file, kept := filepath.Join(root, "victim"), filepath.Join(root, "file"), filepath.Join(root, "kept")
	if err := os.WriteFile(victim, []byte("precious"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, link := range []string{file, kept} {
		if err := os.Symlink(victim, link); err != nil {
			t.Skip("no symbolic links here:", err)
		}
	}
	if _, err := Begin(file); failure.Of(err).Kind != failure.File || failure.Of(err).Hint == "" {
		t.Errorf("a link as the file: %v", err)
	}
	if err := os.Remove(file); err != nil {
		t.Fatal(err)
	}
	if _, err := Resume(file, kept, 8); failure.Of(err).Kind != failure.File {
		t.Errorf("a link as the part: %v", err)
	}
	if err := os.Remove(kept); err != nil {
		t.Fatal(err)
	}
	if err := os.Link(victim, kept); err == nil && filepath.Separator == '/' {
		if _, err := Resume(file, kept, 8); failure.Of(err).Kind != failure.File {
			t.Errorf("a second name of a file as the part: %v", err)
		}
	}
	if err := os.Remove(kept); err != nil {
		t.Fatal(err)
	}
	// A link in place of the kept part is replaced, not followed.
	if err := os.Symlink(victim, kept); err != nil {
		t.Fatal(err)
	}
	if err := draft(t, file, "new").Keep(kept); err != nil {
		t.Fatal(err)
	}
	// A link created during the write is not followed either.
	d := draft(t, file, "x")
	if err := os.Symlink(victim, file); err != nil {
		t.Fatal(err)
	}
	if err := d.Commit(file); failure.Of(err).Kind != failure.File {
		t.Errorf("a late link: %v", err)
	}
	if got := read(t, victim); got != "precious" {
		t.Errorf("what the links lead to holds %q", got)
	}
	alone(t, root, "file", "kept", "victim")
}

func TestDraftLeavesReadOnlyFiles(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, []byte("old"), 0o400); err != nil {
		t.Fatal(err)
	}
	if _, err := Begin(file); failure.Of(err).Kind != failure.File || read(t, file) != "old" {
		t.Errorf("%v", err)
	}
}

// TestNewNames: concurrent drafts with the same name all get one.
func TestNewNames(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	names := func(yield func(string) bool) {
		for n := 0; yield(filepath.Join(root, strconv.Itoa(n))); n++ {
		}
	}
	var writers sync.WaitGroup
	for range 40 {
		d := draft(t, filepath.Join(root, "x"), "x")
		writers.Go(func() {
			if _, err := d.CommitNew(names); err != nil {
				t.Error(err)
			}
		})
	}
	writers.Wait()
	entries, err := os.ReadDir(root)
	if err != nil || len(entries) != 40 {
		t.Errorf("%d files, %v", len(entries), err)
	}
}
