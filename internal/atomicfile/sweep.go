package atomicfile

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

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
		rest, ours := strings.CutPrefix(entry.Name(), prefix)
		if _, err := strconv.ParseUint(rest, 10, 64); ours && err == nil {
			_ = os.Remove(filepath.Join(folder, entry.Name()))
		}
	}
}

func temporaryPrefix(file string) string { return "." + filepath.Base(file) + "." }
