package catalog

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"

	"github.com/epilot-cli/epilot/internal/atomicfile"
	"github.com/epilot-cli/epilot/internal/failure"
	"github.com/epilot-cli/epilot/internal/openapi"
)

// overrideFile returns the API's file in .epilot/overrides of the working
// directory, or of the nearest parent within the repository that has one for
// it, or "". A file in folders of another owner is ignored with a warning.
func (c *Catalog) overrideFile(name string) string {
	if c.options.Dir == "" || !isFileName(name) {
		return ""
	}
	dirs := c.overrideDirs()
	for _, dir := range dirs {
		for _, extension := range overrideExtensions() {
			file := filepath.Join(dir, ".epilot", "overrides", name+extension)
			if !exists(file) {
				continue
			}
			if foreign := c.foreign(file, dir, dirs); foreign != "" {
				c.ignore(file, foreign)
				return ""
			}
			return file
		}
	}
	return ""
}

func overrideExtensions() []string { return []string{".json", ".yaml", ".yml"} }

// foreign returns what of an override's path belongs to another user, "" for
// nothing: whoever owns a folder can put any file there. All folders up to the
// repository's root count, as for git's safe.directory. A file whose very
// content is trusted is used wherever it is.
func (c *Catalog) foreign(file, dir string, dirs []string) string {
	overrides := filepath.Join(dir, ".epilot", "overrides")
	for _, path := range slices.Concat([]string{file, overrides, filepath.Dir(overrides)}, dirs) {
		if c.isForeign(path) && !c.holdsContent(file) {
			return path
		}
	}
	return ""
}

// isForeign looks at a link and at what it leads to.
func (c *Catalog) isForeign(path string) bool {
	for _, look := range []func(string) (fs.FileInfo, error){os.Lstat, os.Stat} {
		if info, err := look(path); err == nil && !c.owns(info) {
			return true
		}
	}
	return false
}

// holdsContent reports whether EPILOT_TRUSTED_DEFINITIONS names the file's
// content.
func (c *Catalog) holdsContent(file string) bool {
	if c.options.Trust == nil || c.options.Trust.Digests == "" {
		return false
	}
	text, _, err := c.readRegular(file)
	return err == nil && c.isTrustedContent(text)
}

func (c *Catalog) isTrustedContent(text []byte) bool {
	if c.options.Trust == nil {
		return false
	}
	found, err := c.options.Trust.holdsDigest(digest(text))
	return found && err == nil
}

// ignore warns once of an override that is not used.
func (c *Catalog) ignore(file, foreign string) {
	if _, warned := c.ignored.LoadOrStore(file, true); !warned && c.options.Warn != nil {
		c.options.Warn("ignoring " + file + ": " + foreign + " belongs to another user; name the file with --definition to use it")
	}
}

func (c *Catalog) readOverride(name, file string) (*openapi.API, error) {
	text, own, err := c.readRegular(file)
	if err == nil && !own && !c.isTrustedContent(text) {
		err = errForeign
	}
	if err != nil {
		return nil, failure.New(failure.File, "override %s cannot be read: %w", file, atomicfile.Cause(err))
	}
	api, err := parse(name, file, text)
	if err == nil {
		api.Found = true
	}
	return api, err
}

var (
	errNotRegular = errors.New("it is not a regular file")
	errForeign    = errors.New("it belongs to another user")
)

// readRegular reads a regular file, and tells whether it belongs to the person.
// It is looked at once it is open: a path may lead elsewhere a moment later.
func (c *Catalog) readRegular(name string) (text []byte, own bool, err error) {
	file, err := os.OpenFile(name, os.O_RDONLY|nonBlocking, 0)
	if err != nil {
		return nil, false, err
	}
	defer file.Close()
	if text, err = readRegular(file); err != nil {
		return nil, false, err
	}
	info, err := file.Stat()
	return text, err == nil && c.owns(info), err
}

// readRegular reads an open file to its end.
func readRegular(file *os.File) ([]byte, error) {
	info, err := file.Stat()
	switch {
	case err != nil:
		return nil, err
	case !info.Mode().IsRegular():
		return nil, errNotRegular
	}
	return readAll(file, info.Size())
}

// overrideDirs are the working directory and its parents up to the one that
// holds .git; where none does, the working directory alone.
func (c *Catalog) overrideDirs() []string {
	var dirs []string
	for dir := filepath.Clean(c.options.Dir); ; dir = filepath.Dir(dir) {
		dirs = append(dirs, dir)
		if exists(filepath.Join(dir, ".git")) {
			return dirs
		}
		if dir == filepath.Dir(dir) {
			return dirs[:1]
		}
	}
}

func exists(name string) bool {
	_, err := os.Stat(name)
	return err == nil || !isAbsent(err)
}

// isAbsent reports whether a file is not there, or cannot be because a part of
// its path is not a folder.
func isAbsent(err error) bool {
	return errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ENOTDIR)
}

// isFileName reports whether a name is safe as part of a path.
func isFileName(name string) bool {
	return name != "" && !strings.HasPrefix(name, ".") && !strings.ContainsAny(name, "/\\:\x00")
}
