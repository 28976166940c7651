package main

import (
	"bytes"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// write writes the licences and notices of a work: the module's own, and those
// of folders in it that come from somebody else.
func (w *work) write(to io.Writer) error {
	count := 0
	for _, folder := range slices.Sorted(maps.Keys(w.folders)) {
		files, err := texts(folder)
		if err != nil {
			return err
		}
		for _, file := range files {
			if err := w.copy(to, file); err != nil {
				return err
			}
		}
		count += len(files)
	}
	if count == 0 {
		return fmt.Errorf("%s@%s has no licence in %s", w.Path, w.Version, w.Dir)
	}
	return nil
}

func (w *work) copy(to io.Writer, file string) error {
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	name, err := filepath.Rel(w.Dir, file)
	if err != nil {
		return err
	}
	text = bytes.TrimSpace(bytes.ReplaceAll(text, []byte("\r\n"), []byte("\n")))
	_, err = fmt.Fprintf(to, "\n---- %s %s, %s\n\n%s\n", w.Path, w.Version, filepath.ToSlash(name), text)
	return err
}

// texts are the files of a folder that hold a licence or a notice.
func texts(folder string) ([]string, error) {
	entries, err := os.ReadDir(folder)
	if err != nil {
		return nil, err
	}
	var files []string
	for _, entry := range entries {
		name := strings.ToUpper(entry.Name())
		isText := slices.ContainsFunc(
			[]string{"LICENSE", "LICENCE", "COPYING", "NOTICE", "PATENTS"},
			func(start string) bool { return strings.HasPrefix(name, start) },
		)
		if isText && entry.Type().IsRegular() && filepath.Ext(name) != ".GO" {
			files = append(files, filepath.Join(folder, entry.Name()))
		}
	}
	return files, nil
}
