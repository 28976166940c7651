// Package atomicfile writes files that other processes may read or write at the same
// time: a reader sees either the old or the new content, never a part, and writers
// take turns.
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

// Write atomically replaces the content of the file with data, and survives a system
// crash. It creates missing folders with access for the user only. It follows
// symbolic links and writes their target. Errors are of kind File and leave the file
// unchanged.
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
	// A rename stays on one file system only within a folder.
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

// syncFolder makes the new name durable. Some systems cannot sync folders; the file
// exists anyway, so errors are ignored.
func syncFolder(folder string) {
	dir, err := os.Open(folder)
	if err != nil {
		return
	}
	_ = dir.Sync()
	_ = dir.Close()
}

const mostLinks = 40 // the limit of Linux

var errLinks = errors.New("too many levels of symbolic links")

// follow returns the target of a symbolic link, which may not exist yet, or the path
// itself.
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

// Cause removes the operation and the path from a file error: the message already
// names the file, and the temporary name means nothing to the user.
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

// WriteFolder writes texts, keyed by file name, and removes all other files in the
// folder that match the pattern (see filepath.Match). It creates the folder if
// needed; folder and files are readable by everybody. Errors are of kind File.
func WriteFolder(folder, pattern string, texts map[string]string) error {
	err := os.MkdirAll(folder, 0o755)
	if err == nil {
		err = removeOthers(folder, pattern, texts)
	}
	if err != nil {
		return failure.New(failure.File, "%s cannot be written: %w", folder, Cause(err))
	}
	for _, name := range slices.Sorted(maps.Keys(texts)) {
		if err := Update(filepath.Join(folder, name), texts[name]); err != nil {
			return err
		}
	}
	return nil
}

// Update writes a file that everybody can read, like Write, unless it has this text
// already: then its time stays, so that go test and make see no change.
func Update(path, text string) error {
	if old, err := os.ReadFile(path); err == nil && string(old) == text {
		return nil
	}
	return Write(path, []byte(text), 0o644)
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

// Lock locks the path against other callers of Lock, waiting up to ten seconds for
// them to unlock. It locks the file PATH.lock, which is never removed: removing it
// would let two processes in. The operating system unlocks it when a process ends.
// Errors are of kind File, including that of a canceled context.
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
		return nil, failure.New(failure.File, "%s is locked by another process", path).
			Hintf("try again when it is done")
	}
	if err != nil {
		return nil, failure.New(failure.File, "%s cannot be locked: %w", path, Cause(err))
	}
	return func() { _ = lock.Unlock() }, nil // only the close can fail, and the process ends soon
}

// sweepOld removes temporary files of an earlier Write whose process was killed. It
// keeps files that may still be in use.
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

// abandoned is the age at which a temporary file is no longer in use.
const abandoned = time.Hour

func isTemporary(name, prefix string) bool {
	rest, isOurs := strings.CutPrefix(name, prefix)
	_, err := strconv.ParseUint(rest, 10, 64)
	return isOurs && err == nil
}

// Sweep removes temporary files of a Write whose process was killed; their content
// may be secret. Only the holder of the file's lock may call it, and only if every
// writer takes that lock. Failures are ignored: nobody reads these files.
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
