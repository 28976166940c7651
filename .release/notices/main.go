// Command notices writes the licences of all that is linked into epilot, on any
// system that it is released for: their authors ask that the texts go with the
// program. Which modules those are, Go says; a module without a licence is an
// error.
package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// module is as much of what "go list" says of one as is needed here.
type module struct {
	Path, Version, Dir string
	Main               bool
}

// work is a module and the folders of it that are linked.
type work struct {
	module
	folders map[string]bool
}

func main() {
	if err := run(os.Stdout, []string{"linux", "darwin", "windows"}); err != nil {
		fmt.Fprintln(os.Stderr, "notices:", err)
		os.Exit(1)
	}
}

func run(to io.Writer, systems []string) error {
	works, err := goItself()
	if err != nil {
		return err
	}
	for _, system := range systems {
		if err := linked(system, works); err != nil {
			return err
		}
	}
	fmt.Fprintln(to, "epilot contains these works, under these licences.")
	for _, path := range slices.Sorted(maps.Keys(works)) {
		if err := works[path].write(to); err != nil {
			return err
		}
	}
	return nil
}

func goItself() (map[string]*work, error) {
	out, err := ask(nil, "env", "GOROOT", "GOVERSION")
	if err != nil {
		return nil, err
	}
	root, version, _ := strings.Cut(strings.TrimSpace(string(out)), "\n")
	self := module{Path: "Go", Version: strings.TrimPrefix(version, "go"), Dir: root}
	return map[string]*work{self.Path: {self, map[string]bool{root: true}}}, nil
}

// ask runs Go's own command and returns what it prints.
func ask(environment []string, args ...string) ([]byte, error) {
	command := exec.Command("go", args...)
	command.Env = append(os.Environ(), environment...)
	command.Stderr = os.Stderr
	out, err := command.Output()
	if err != nil {
		return nil, fmt.Errorf("go %s: %w", args[0], err)
	}
	return out, nil
}

// linked adds the modules that a package of the program for that system is of.
func linked(system string, works map[string]*work) error {
	target := []string{"GOOS=" + system, "GOARCH=amd64", "CGO_ENABLED=0"}
	out, err := ask(target, "list", "-deps", "-json=Module,Dir", ".")
	if err != nil {
		return err
	}
	decoder := json.NewDecoder(bytes.NewReader(out))
	for {
		var p linkedPackage
		if err := decoder.Decode(&p); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
		p.addTo(works)
	}
}

// linkedPackage is as much of what "go list" says of one as is needed here.
type linkedPackage struct {
	Module *module // nil in Go's own library
	Dir    string
}

func (p linkedPackage) addTo(works map[string]*work) {
	if p.Module == nil || p.Module.Main {
		return
	}
	w := works[p.Module.Path]
	if w == nil {
		w = &work{*p.Module, map[string]bool{p.Module.Dir: true}}
		works[w.Path] = w
	}
	w.folders[p.Dir] = true
}

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
