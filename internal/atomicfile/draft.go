package atomicfile

import (
	"errors"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"

	"github.com/epilot-cli/epilot/internal/failure"
)

// Draft is a file in the making: it is written piece by piece, and stands under
// its name once it is whole. Errors are of kind File.
type Draft struct {
	path string // as the person named it
	file *os.File
	size int64
	here bool // the path is no regular file, such as a device: it is written as it stands
}

// Begin starts a draft in the path's folder, which must exist. What is no
// regular file is written directly: a device must not be replaced.
func Begin(path string) (*Draft, error) {
	file, err := follow(path)
	if err != nil {
		return nil, unwritable(path, err)
	}
	if info, err := os.Stat(file); err == nil && !info.Mode().IsRegular() {
		device, err := os.OpenFile(file, os.O_WRONLY, 0)
		if err != nil {
			return nil, unwritable(path, err)
		}
		return &Draft{path: path, file: device, here: true}, nil
	}
	return begin(path, file)
}

// begin makes a file that nobody else has, with the mode that any new file gets.
func begin(path, file string) (*Draft, error) {
	for range 100 {
		name := filepath.Join(filepath.Dir(file), temporaryPrefix(file)+strconv.FormatUint(rand.Uint64(), 10))
		made, err := os.OpenFile(name, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o666)
		if err == nil {
			return &Draft{path: path, file: made}, nil
		}
		if !errors.Is(err, fs.ErrExist) {
			return nil, unwritable(path, err)
		}
	}
	return nil, unwritable(path, fs.ErrExist)
}

// Resume is Begin with what Keep kept under a name in the same folder. Of
// several that try at once, one gets it.
func Resume(path, kept string) (*Draft, error) {
	d, err := Begin(path)
	if err != nil || d.here {
		return d, err
	}
	name := d.file.Name()
	err = d.file.Close()
	if err == nil {
		err = rename(kept, name)
	}
	if err == nil {
		d.file, err = os.OpenFile(name, os.O_RDWR|os.O_APPEND, 0)
	}
	if err == nil {
		d.size, err = d.file.Seek(0, io.SeekEnd)
	}
	if err != nil {
		_ = os.Remove(name)
		return nil, unwritable(path, err)
	}
	return d, nil
}

// Size is how many bytes the draft holds.
func (d *Draft) Size() int64 { return d.size }

// Restart forgets what Resume found.
func (d *Draft) Restart() error {
	if d.here || d.size == 0 {
		return nil
	}
	if err := d.file.Truncate(0); err != nil { // it is open for appending: the next byte is the first
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

// Commit makes the draft the content of the path, which is that of Begin or
// another in the same folder, and keeps the mode of a file that it replaces.
func (d *Draft) Commit(path string) error {
	if d.here {
		return d.done(path, d.file.Close())
	}
	file, err := follow(path)
	if err != nil {
		d.Discard()
		return unwritable(path, err)
	}
	if old, err := os.Stat(file); err == nil {
		_ = d.file.Chmod(old.Mode().Perm()) // some file systems have no modes
	}
	err = errors.Join(d.file.Sync(), d.file.Close())
	if err == nil {
		err = rename(d.file.Name(), file)
	}
	if err != nil {
		_ = os.Remove(d.file.Name())
		return d.done(path, err)
	}
	syncFolder(filepath.Dir(file))
	return nil
}

// Keep gives the unfinished draft a name of its own in the same folder, for Take.
func (d *Draft) Keep(name string) error {
	if d.here {
		return d.done(name, d.file.Close())
	}
	err := d.file.Close()
	if err == nil {
		err = rename(d.file.Name(), name)
	}
	return d.done(name, err)
}

// Discard removes the draft. It does nothing after Commit or Keep.
func (d *Draft) Discard() {
	if d.file.Close() == nil && !d.here {
		_ = os.Remove(d.file.Name()) // nobody reads it
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
