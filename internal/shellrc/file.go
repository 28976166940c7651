package shellrc

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/epilot-cli/epilot/internal/atomicfile"
	"github.com/epilot-cli/epilot/internal/failure"
)

const fileMark = "# Installed by \"epilot completion --install\": "

// officialMark is in every script of the official CLI. Such a script is replaced
// silently and restored later.
const officialMark = "epilot --_completions "

// file is a file created by this package. Its last line is the mark.
type file struct{ path string }

// kept returns the backup path of another program's file of the same name.
func (p *file) kept() string { return p.path + ".before-epilot" }

func (p *file) install(s *Setup) ([]step, error) {
	f, err := readFile(p.path)
	if err != nil {
		return nil, err
	}
	text, m, isOurs := splitMark(f.text)
	switch {
	case isOurs && m.fits(text) && text == s.Script:
		return nil, nil
	case isOurs && !m.fits(text) && !s.Force:
		return nil, changedByHand(p.path)
	case isOurs:
		m.sum = sumOf(s.Script)
		return f.writes(withMark(s.Script, m), "updated")
	case !f.exists:
		return f.writes(withMark(s.Script, newMark(s.Script, f)), "created")
	}
	return p.replace(s, f)
}

// replace replaces a file that this package did not create.
func (p *file) replace(s *Setup, f *diskFile) ([]step, error) {
	if !strings.Contains(f.text, officialMark) && !s.Force {
		return nil, failure.New(failure.File, "%s already exists and was not written by epilot", p.path).
			Hintf("move it away, or use --force: it comes back with --uninstall")
	}
	aside, err := readFile(p.kept())
	if err != nil {
		return nil, err
	}
	if aside.exists {
		return nil, failure.New(failure.File, "%s would be overwritten", p.kept()).Hintf("move it away")
	}
	steps, err := aside.writes(f.text, "backup of the previous file")
	if err != nil {
		return nil, err
	}
	aside.mode = f.mode
	m := mark{sum: sumOf(s.Script), words: []string{"kept"}}
	more, err := f.writes(withMark(s.Script, m), "created")
	return append(steps, more...), err
}

func (p *file) remove(s *Setup) ([]step, error) {
	f, err := readFile(p.path)
	if err != nil {
		return nil, err
	}
	text, m, isOurs := splitMark(f.text)
	switch {
	case !isOurs:
		return nil, nil
	case !m.fits(text) && !s.Force:
		return nil, changedByHand(p.path)
	case !m.has("kept"):
		return f.removes(m.folders())
	}
	aside, err := readFile(p.kept())
	if err != nil {
		return nil, err
	}
	if !aside.exists {
		return f.removes(0)
	}
	steps, err := f.writes(aside.text, "restored")
	if err != nil {
		return nil, err
	}
	more, err := aside.removes(0)
	return append(steps, more...), err
}

func withMark(text string, m mark) string { return text + fileMark + m.String() + "\n" }

// splitMark returns the text before the mark; isOurs reports whether there is a
// mark. Text after the mark is a manual change.
func splitMark(text string) (script string, m mark, isOurs bool) {
	at := strings.LastIndex(text, "\n"+fileMark) + 1
	if at == 0 {
		return text, mark{}, false
	}
	line, after, _ := strings.Cut(text[at:], "\n")
	return text[:at] + after, parseMark(strings.Fields(strings.TrimPrefix(line, fileMark))), true
}

// diskFile is a file as read.
type diskFile struct {
	path   string
	exists bool
	text   string
	mode   fs.FileMode
}

// readFile reads a file that may not exist. A file that cannot be read must not be
// written: its content would be lost.
func readFile(path string) (*diskFile, error) {
	f := &diskFile{path: path, mode: 0o644}
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return f, nil
	}
	if err == nil && !info.Mode().IsRegular() {
		return nil, failure.New(failure.File, "%s is not a regular file; it was not changed", path).Hintf("move it away")
	}
	var text []byte
	if err == nil {
		text, err = os.ReadFile(path)
	}
	if err != nil {
		return nil, failure.New(failure.File, "%s was not changed: cannot read it: %w", path, atomicfile.Cause(err)).
			Hintf("make the file readable and writable")
	}
	f.exists, f.text, f.mode = true, string(text), info.Mode().Perm()
	return f, nil
}

// writes returns the step that writes this text. It rejects a read-only file:
// replacing it with a new file would circumvent that.
func (f *diskFile) writes(text, what string) ([]step, error) {
	if err := f.writable(); err != nil {
		return nil, err
	}
	do := func() error { return atomicfile.Write(f.path, []byte(text), f.mode) }
	return []step{{Change{f.path, what}, do}}, nil
}

func (f *diskFile) writable() error {
	if !f.exists {
		return nil
	}
	file, err := os.OpenFile(f.path, os.O_WRONLY, 0)
	if err == nil {
		return file.Close()
	}
	return failure.New(failure.File, "%s cannot be written: %w", f.path, atomicfile.Cause(err)).
		Hintf("make the file writable, or add the output of \"epilot completion\" by hand")
}

// removes returns the step that removes the file, and its empty folders up to the
// number created for it. A link is kept; its target is removed.
func (f *diskFile) removes(folders int) ([]step, error) {
	if err := f.writable(); err != nil {
		return nil, err
	}
	do := func() error {
		real, err := filepath.EvalSymlinks(f.path)
		if err == nil {
			err = os.Remove(real)
		}
		if err != nil {
			return failure.New(failure.File, "%s cannot be removed: %w", f.path, atomicfile.Cause(err)).Hintf("remove it by hand")
		}
		for dir := filepath.Dir(f.path); folders > 0 && os.Remove(dir) == nil; dir = filepath.Dir(dir) {
			folders--
		}
		return nil
	}
	return []step{{Change{f.path, "deleted: it had only completions"}, do}}, nil
}
