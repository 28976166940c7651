package shellrc

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/epilot-cli/epilot/internal/atomicfile"
	"github.com/epilot-cli/epilot/internal/failure"
)

// diskFile is a file as it was read.
type diskFile struct {
	path   string
	exists bool
	text   string
	mode   fs.FileMode
}

// readFile reads a file that may not exist. One that cannot be read must not be
// written: what is in it would be lost.
func readFile(path string) (*diskFile, error) {
	f := &diskFile{path: path, mode: 0o644}
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return f, nil
	}
	if err == nil && !info.Mode().IsRegular() {
		return nil, failure.New(failure.File, "%s is no regular file, and is left as it is", path).Hintf("move it away")
	}
	var text []byte
	if err == nil {
		text, err = os.ReadFile(path)
	}
	if err != nil {
		return nil, failure.New(failure.File, "%s cannot be read, and is left as it is: %w", path, atomicfile.Cause(err)).
			Hintf("make it a file that you may read and write")
	}
	f.exists, f.text, f.mode = true, string(text), info.Mode().Perm()
	return f, nil
}

// writes is the step that gives the file this text. A file that may not be
// written stays: replacing it by another of its name would go around that.
func (f *diskFile) writes(text, what string) ([]step, error) {
	if err := f.writable(); err != nil {
		return nil, err
	}
	do := func() error { return atomicfile.Write(f.path, []byte(text), f.mode) }
	return []step{{Change{f.path, what}, do}}, nil
}

func (f *diskFile) writable() error {
	if !f.exists {
		return nil
	}
	file, err := os.OpenFile(f.path, os.O_WRONLY, 0)
	if err == nil {
		return file.Close()
	}
	return failure.New(failure.File, "%s cannot be written: %w", f.path, atomicfile.Cause(err)).
		Hintf("make it a file that you may write, or add to it by hand what \"epilot completion\" prints")
}

// removes is the step that removes the file, and as many of its folders as were
// made for it and are empty. A link stays: what it leads to is removed.
func (f *diskFile) removes(folders int) ([]step, error) {
	if err := f.writable(); err != nil {
		return nil, err
	}
	do := func() error {
		real, err := filepath.EvalSymlinks(f.path)
		if err == nil {
			err = os.Remove(real)
		}
		if err != nil {
			return failure.New(failure.File, "%s cannot be removed: %w", f.path, atomicfile.Cause(err)).Hintf("remove it by hand")
		}
		for dir := filepath.Dir(f.path); folders > 0 && os.Remove(dir) == nil; dir = filepath.Dir(dir) {
			folders--
		}
		return nil
	}
	return []step{{Change{f.path, "is removed"}, do}}, nil
}
