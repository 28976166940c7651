package atomicfile

import (
	"errors"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"github.com/epilot-cli/epilot/internal/failure"
)

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
