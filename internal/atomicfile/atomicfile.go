// Package atomicfile writes files that others may read or write at the same
// time: a reader finds the old text or the new one, never a part of it, and two
// writers take turns. What is in a file is none of its business.
package atomicfile

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"

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
