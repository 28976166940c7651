package catalog

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/epilot-cli/epilot/internal/atomicfile"
	"github.com/epilot-cli/epilot/internal/failure"
	"github.com/epilot-cli/epilot/internal/operation"
)

// overrideFile returns the API's file in .epilot/overrides of the working
// directory, or of the nearest parent within the repository that has one for
// it, or "".
func (c *Catalog) overrideFile(name string) string {
	if c.options.Dir == "" || !isFileName(name) {
		return ""
	}
	for _, dir := range c.overrideDirs() {
		for _, extension := range overrideExtensions() {
			file := filepath.Join(dir, ".epilot", "overrides", name+extension)
			if exists(file) {
				return file
			}
		}
	}
	return ""
}

func overrideExtensions() []string { return []string{".json", ".yaml", ".yml"} }

func (c *Catalog) readOverride(name, file string) (*operation.API, error) {
	text, err := c.readFile(file)
	if err != nil {
		return nil, failure.New(failure.File, "override %s cannot be read: %w", file, atomicfile.Cause(err))
	}
	return parse(name, file, text)
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
// its path is no folder.
func isAbsent(err error) bool {
	return errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ENOTDIR)
}

// isFileName reports whether a name is safe as part of a path.
func isFileName(name string) bool {
	return name != "" && !strings.HasPrefix(name, ".") && !strings.ContainsAny(name, "/\\:\x00")
}
