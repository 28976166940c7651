package shellrc

import (
	"strings"

	"github.com/epilot-cli/epilot/internal/failure"
)

const fileMark = "# Installed by \"epilot completion --install\": "

// officialMark is in every script of the official CLI: it is replaced without a
// word, and comes back.
const officialMark = "epilot --_completions "

// file is a file of our own. Its last line is the mark.
type file struct{ path string }

// kept is where a file of somebody else waits that had the place before.
func (p *file) kept() string { return p.path + ".before-epilot" }

func (p *file) install(s *Setup) ([]step, error) {
	f, err := readFile(p.path)
	if err != nil {
		return nil, err
	}
	text, m, ours := splitMark(f.text)
	switch {
	case ours && m.fits(text) && text == s.Script:
		return nil, nil
	case ours && !m.fits(text) && !s.Force:
		return nil, changedByHand(p.path)
	case ours:
		m.sum = sumOf(s.Script)
		return f.writes(withMark(s.Script, m), "is renewed")
	case !f.exists:
		return f.writes(withMark(s.Script, newMark(s.Script, f)), "is new")
	}
	return p.replace(s, f)
}

// replace takes the place of a file that is not ours.
func (p *file) replace(s *Setup, f *diskFile) ([]step, error) {
	if !strings.Contains(f.text, officialMark) && !s.Force {
		return nil, failure.New(failure.File, "%s is there already, and was not written by epilot", p.path).
			Hintf("move it away, or use --force: it comes back with --uninstall")
	}
	aside, err := readFile(p.kept())
	if err != nil {
		return nil, err
	}
	if aside.exists {
		return nil, failure.New(failure.File, "%s would be written over", p.kept()).Hintf("move it away")
	}
	steps, err := aside.writes(f.text, "is the file that was there before")
	if err != nil {
		return nil, err
	}
	aside.mode = f.mode
	m := mark{sum: sumOf(s.Script), words: []string{"kept"}}
	more, err := f.writes(withMark(s.Script, m), "is new")
	return append(steps, more...), err
}

func (p *file) remove(s *Setup) ([]step, error) {
	f, err := readFile(p.path)
	if err != nil {
		return nil, err
	}
	text, m, ours := splitMark(f.text)
	switch {
	case !ours:
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
	steps, err := f.writes(aside.text, "is as it was before")
	if err != nil {
		return nil, err
	}
	more, err := aside.removes(0)
	return append(steps, more...), err
}

func withMark(text string, m mark) string { return text + fileMark + m.String() + "\n" }

// splitMark is the text in front of the mark; ours tells that there is one. What
// follows the mark is a change by hand.
func splitMark(text string) (script string, m mark, ours bool) {
	at := strings.LastIndex(text, "\n"+fileMark) + 1
	if at == 0 {
		return text, mark{}, false
	}
	line, after, _ := strings.Cut(text[at:], "\n")
	return text[:at] + after, parseMark(strings.Fields(strings.TrimPrefix(line, fileMark))), true
}
