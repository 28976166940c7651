package atomicfile

import (
	"errors"
	"io/fs"
	"iter"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"

	"github.com/epilot-cli/epilot/internal/failure"
)

// Draft is an unfinished file: it is written in pieces and gets its name once it is
// complete. Errors are of kind File.
type Draft struct {
	path string // as specified by the user
	name string // name of the unfinished file
	file *os.File
	size int64
	here bool // not a regular file, such as a device: written directly
}

// Begin starts a draft in the path's folder, which must exist. Anything but a
// regular file, such as a device, is written directly, because it must not be
// replaced. A link to a file is rejected, since somebody else may have created it;
// so is a file that its owner cannot write.
func Begin(path string) (*Draft, error) {
	info, err := os.Stat(path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, unwritable(path, err)
	}
	if err == nil && !info.Mode().IsRegular() {
		device, err := os.OpenFile(path, os.O_WRONLY, 0)
		if err != nil {
			return nil, unwritable(path, err)
		}
		return &Draft{path: path, file: device, here: true}, nil
	}
	if err := mayReplace(path); err != nil {
		return nil, err
	}
	return begin(path, path)
}

// mayReplace checks the existing file of that name, if any.
func mayReplace(path string) error {
	info, err := os.Lstat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return unwritable(path, err)
	case info.Mode()&fs.ModeSymlink != 0:
		to, _ := os.Readlink(path)
		return failure.New(failure.File, "%s cannot be written: it is a symbolic link to %s", path, to).
			Hintf("name the file itself, or remove the link")
	case info.Mode().IsRegular() && info.Mode().Perm()&0o200 == 0:
		return failure.New(failure.File, "%s cannot be written: the file is read-only", path).
			Hintf("name another file, or make this one writable")
	}
	return nil
}

// begin creates a file exclusively, with the default mode of new files.
func begin(path, file string) (*Draft, error) {
	for range 100 {
		name := temporaryName(file)
		made, err := os.OpenFile(name, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o666)
		if err == nil {
			return &Draft{path: path, name: name, file: made}, nil
		}
		if errors.Is(err, fs.ErrNotExist) {
			return nil, missingFolder(path)
		}
		if !errors.Is(err, fs.ErrExist) {
			return nil, unwritable(path, err)
		}
	}
	return nil, unwritable(path, fs.ErrExist)
}

func missingFolder(path string) error {
	return failure.New(failure.File, "%s cannot be written: the folder %s does not exist", path, filepath.Dir(path)).
		Hintf("create the folder first, or name another file")
}

// Resume is Begin with the file that Keep stored under a name in the same folder. It
// must be a regular file of the user with that size, not reached by a link. If
// several processes try, one gets it.
func Resume(path, kept string, size int64) (*Draft, error) {
	if err := mayReplace(path); err != nil {
		return nil, err
	}
	file, err := os.OpenFile(kept, os.O_RDWR|os.O_APPEND|noFollow, 0)
	if err != nil {
		return nil, unwritable(path, err)
	}
	info, err := file.Stat()
	if err == nil && (!info.Mode().IsRegular() || info.Size() != size || !isOwn(info)) {
		err = errForeign
	}
	_ = file.Close() // Windows cannot rename an open file
	if err != nil {
		return nil, unwritable(path, err)
	}
	name := temporaryName(path)
	if err := rename(kept, name); err != nil {
		return nil, unwritable(path, err)
	}
	if file, err = os.OpenFile(name, os.O_RDWR|os.O_APPEND|noFollow, 0); err != nil {
		return nil, unwritable(path, err)
	}
	if moved, err := file.Stat(); err != nil || !os.SameFile(info, moved) {
		_ = file.Close()
		return nil, unwritable(path, errForeign)
	}
	return &Draft{path: path, name: name, file: file, size: size}, nil
}

var errForeign = errors.New("the partial download was not created by epilot")

func temporaryName(file string) string {
	return filepath.Join(filepath.Dir(file), temporaryPrefix(file)+strconv.FormatUint(rand.Uint64(), 10))
}

// Size returns the number of bytes in the draft.
func (d *Draft) Size() int64 { return d.size }

// Restart discards the content found by Resume.
func (d *Draft) Restart() error {
	if d.here || d.size == 0 {
		return nil
	}
	if err := d.file.Truncate(0); err != nil { // opened for appending: writing continues at the start
		return unwritable(d.path, err)
	}
	d.size = 0
	return nil
}

func (d *Draft) Write(p []byte) (int, error) {
	n, err := d.file.Write(p)
	d.size += int64(n)
	if err != nil {
		return n, unwritable(d.path, err)
	}
	return n, nil
}

// Commit makes the draft the content of the path passed to Begin, keeping the mode
// of a replaced file.
func (d *Draft) Commit(path string) error {
	if d.here {
		return d.done(path, d.file.Close())
	}
	if err := mayReplace(path); err != nil {
		d.Discard()
		return err
	}
	if old, err := os.Stat(path); err == nil {
		_ = d.file.Chmod(old.Mode().Perm()) // some file systems have no modes
	}
	return d.close(path, func() error { return rename(d.name, path) })
}

// CommitNew gives the draft the first unused name, all of which are in its folder,
// and returns it. Concurrent processes get different names.
func (d *Draft) CommitNew(names iter.Seq[string]) (string, error) {
	for name := range names {
		err := d.take(name)
		if errors.Is(err, fs.ErrExist) {
			continue
		}
		if err != nil {
			d.Discard()
			return "", unwritable(name, err)
		}
		return name, d.close(name, func() error { return rename(d.name, name) })
	}
	d.Discard()
	return "", unwritable(d.path, fs.ErrExist)
}

// take creates an empty file exclusively.
func (d *Draft) take(name string) error {
	made, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
	if err != nil {
		return err
	}
	return made.Close()
}

// close syncs the content and names the file.
func (d *Draft) close(path string, name func() error) error {
	err := errors.Join(d.file.Sync(), d.file.Close())
	if err == nil {
		err = name()
	}
	if err != nil {
		_ = os.Remove(d.name)
		return d.done(path, err)
	}
	syncFolder(filepath.Dir(path))
	return nil
}

// Keep renames the unfinished draft within its folder, for Resume.
func (d *Draft) Keep(name string) error {
	if d.here {
		return d.done(name, d.file.Close())
	}
	err := d.file.Close()
	if err == nil {
		err = rename(d.name, name)
	}
	return d.done(name, err)
}

// Discard removes the draft. It does nothing after Commit or Keep.
func (d *Draft) Discard() {
	if d.file.Close() == nil && !d.here {
		_ = os.Remove(d.name) // nobody reads it
	}
}

func (d *Draft) done(path string, err error) error {
	if err != nil {
		return unwritable(path, err)
	}
	return nil
}

func unwritable(path string, err error) error {
	return failure.New(failure.File, "%s cannot be written: %w", path, Cause(err))
}
