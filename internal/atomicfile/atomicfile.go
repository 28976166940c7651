// Package atomicfile writes files that others may read or write at the same
// time: a reader finds the old text or the new one, never a part of it, and two
// writers take turns. What is in a file is none of its business.
package atomicfile

import (
	"context"
	"errors"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gofrs/flock"

	"github.com/epilot-cli/epilot/internal/failure"
)

// Write makes the data the content of the file, all at once, and survives a
// crash of the machine. Folders that are missing are made for the user alone. A
// symbolic link stays: the file that it leads to is written. Errors are of kind
// File, and leave the file as it was.
func Write(path string, data []byte, perm fs.FileMode) error {
	file, err := follow(path)
	if err == nil {
		err = replace(file, data, perm)
	}
	if err != nil {
		return failure.New(failure.File, "%s cannot be written: %w", path, Cause(err))
	}
	return nil
}

func replace(file string, data []byte, perm fs.FileMode) error {
	folder := filepath.Dir(file)
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return err
	}
	// Only within one folder is a rename sure to stay on one file system.
	temporary, err := os.CreateTemp(folder, temporaryPrefix(file)+"*")
	if err != nil {
		return err
	}
	if err := fill(temporary, data, perm); err != nil {
		return errors.Join(err, os.Remove(temporary.Name()))
	}
	if err := rename(temporary.Name(), file); err != nil {
		return errors.Join(err, os.Remove(temporary.Name()))
	}
	syncFolder(folder)
	sweepOld(file)
	return nil
}

// fill writes, syncs and closes the file.
func fill(file *os.File, data []byte, perm fs.FileMode) error {
	_, err := file.Write(data)
	if err == nil {
		err = file.Chmod(perm)
	}
	if err == nil {
		err = file.Sync()
	}
	return errors.Join(err, file.Close())
}

// syncFolder makes the new name last. Some systems do not sync folders; the
// file is there all the same, so that is no failure.
func syncFolder(folder string) {
	dir, err := os.Open(folder)
	if err != nil {
		return
	}
	_ = dir.Sync()
	_ = dir.Close()
}

const mostLinks = 40 // as Linux follows

var errLinks = errors.New("too many levels of symbolic links")

// follow returns what a symbolic link leads to, which need not exist yet, or
// the path itself.
func follow(path string) (string, error) {
	for range mostLinks {
		info, err := os.Lstat(path)
		if errors.Is(err, fs.ErrNotExist) || err == nil && info.Mode()&fs.ModeSymlink == 0 {
			return path, nil
		}
		if err != nil {
			return "", err
		}
		link, err := os.Readlink(path)
		if err != nil {
			return "", err
		}
		if !filepath.IsAbs(link) {
			link = filepath.Join(filepath.Dir(path), link)
		}
		path = link
	}
	return "", errLinks
}

// Cause drops the operation and the path of a file error: the message names
// the file already, and the temporary one means nothing to a person.
func Cause(err error) error {
	var path *fs.PathError
	if errors.As(err, &path) {
		return path.Err
	}
	var link *os.LinkError
	if errors.As(err, &link) {
		return link.Err
	}
	return err
}

// WriteFolder makes the texts, by file name, the only files of the folder that
// fit the pattern (see filepath.Match): what is left of an older set goes. The
// folder is made where it is missing, and all of it is for everybody to read.
// Errors are of kind File.
func WriteFolder(folder, pattern string, texts map[string]string) error {
	err := os.MkdirAll(folder, 0o755)
	if err == nil {
		err = removeOthers(folder, pattern, texts)
	}
	if err != nil {
		return failure.New(failure.File, "%s cannot be written: %w", folder, Cause(err))
	}
	for _, name := range slices.Sorted(maps.Keys(texts)) {
		if err := Write(filepath.Join(folder, name), []byte(texts[name]), 0o644); err != nil {
			return err
		}
	}
	return nil
}

func removeOthers(folder, pattern string, texts map[string]string) error {
	entries, err := os.ReadDir(folder)
	for _, entry := range entries {
		_, stays := texts[entry.Name()]
		if fits, wrong := filepath.Match(pattern, entry.Name()); wrong != nil || !fits || stays {
			err = errors.Join(err, wrong)
			continue
		}
		err = errors.Join(err, os.Remove(filepath.Join(folder, entry.Name())))
	}
	return err
}

const (
	lockTimeout = 10 * time.Second
	interval    = 20 * time.Millisecond
)

// Lock takes the path for this process alone, among those that ask for it, and
// waits up to ten seconds for another to let go. It locks the file PATH.lock,
// which stays: who removed it would let two in. The operating system lets go
// for a process that ends. Errors are of kind File; a context that is cancelled
// is one of them.
func Lock(ctx context.Context, path string) (unlock func(), err error) {
	file := path + ".lock"
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		return nil, failure.New(failure.File, "%s cannot be locked: %w", path, Cause(err))
	}
	ctx, cancel := context.WithTimeout(ctx, lockTimeout)
	defer cancel()
	lock := flock.New(file, flock.SetPermissions(0o600))
	_, err = lock.TryLockContext(ctx, interval)
	if errors.Is(err, context.DeadlineExceeded) {
		return nil, failure.New(failure.File, "%s is held by another process", path).
			Hintf("try again when it is done")
	}
	if err != nil {
		return nil, failure.New(failure.File, "%s cannot be locked: %w", path, Cause(err))
	}
	return func() { _ = lock.Unlock() }, nil // closing is all that can fail, and the process ends soon
}

// sweepOld removes what an earlier Write left beside the file when its process
// was killed. One that may still be written is left alone.
func sweepOld(file string) {
	folder, prefix := filepath.Dir(file), temporaryPrefix(file)
	entries, err := os.ReadDir(folder)
	if err != nil {
		return
	}
	for _, entry := range entries {
		if !isTemporary(entry.Name(), prefix) {
			continue
		}
		if info, err := entry.Info(); err == nil && info.Mode().IsRegular() && time.Since(info.ModTime()) > abandoned {
			_ = os.Remove(filepath.Join(folder, entry.Name()))
		}
	}
}

// abandoned is the age from which a temporary file belongs to nobody.
const abandoned = time.Hour

func isTemporary(name, prefix string) bool {
	rest, isOurs := strings.CutPrefix(name, prefix)
	_, err := strconv.ParseUint(rest, 10, 64)
	return isOurs && err == nil
}

// Sweep removes what Write left beside the file when its process was killed: a
// part of a text that may be secret. Only who holds the file's lock may call
// it, and only where every writer takes that lock. That something cannot be
// removed is no failure: nobody reads it.
func Sweep(path string) {
	file, err := follow(path)
	if err != nil {
		return
	}
	folder, prefix := filepath.Dir(file), temporaryPrefix(file)
	entries, err := os.ReadDir(folder)
	if err != nil {
		return
	}
	for _, entry := range entries {
		if isTemporary(entry.Name(), prefix) {
			_ = os.Remove(filepath.Join(folder, entry.Name()))
		}
	}
}

func temporaryPrefix(file string) string { return "." + filepath.Base(file) + "." }
