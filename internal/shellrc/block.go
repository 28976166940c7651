package shellrc

import (
	"fmt"
	"hash/crc32"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/epilot-cli/epilot/internal/failure"
)

const (
	blockBegin = "# >>> epilot completion "
	blockEnd   = "# <<< epilot completion <<<"
	markEnd    = " >>>"
)

// block is a part of a startup file between two marks. The first mark has what a
// removal needs: the checksum of the lines and the previous state of the file.
type block struct {
	path  string
	lines []string
}

// found is the position of a block in a text.
type found struct {
	start, end int // byte offsets of complete lines
	mark       mark
	inner      string
}

func (b *block) inner() string { return strings.Join(b.lines, "\n") + "\n" }

func (b *block) install(s *Setup) ([]step, error) {
	f, err := readFile(b.path)
	if err != nil {
		return nil, err
	}
	at, there, err := findBlock(f)
	switch {
	case err != nil:
		return nil, err
	case there && at.inner == b.inner() && at.mark.fits(at.inner):
		return nil, nil
	case there && !at.mark.fits(at.inner) && !s.Force:
		return nil, changedByHand("the block of epilot in " + b.path)
	}
	m, text, what := newMark(b.inner(), f), "", "added completions"
	if there {
		m.words, what = at.mark.words, "updated completions"
		text = f.text[:at.start] + b.text(m) + f.text[at.end:]
	} else {
		text = f.text + m.joint() + b.text(m)
	}
	return f.writes(text, what)
}

func (b *block) text(m mark) string {
	return blockBegin + m.String() + markEnd + "\n" + b.inner() + blockEnd + "\n"
}

// remove removes the block and everything added for it: the end of the last line,
// the file, its folders.
func (b *block) remove(s *Setup) ([]step, error) {
	f, err := readFile(b.path)
	if err != nil {
		return nil, err
	}
	at, there, err := findBlock(f)
	switch {
	case err != nil || !there:
		return nil, err
	case !at.mark.fits(at.inner) && !s.Force:
		return nil, changedByHand("the block of epilot in " + b.path)
	}
	before, after := f.text[:at.start], f.text[at.end:]
	if at.mark.has("joined") && after == "" {
		before = strings.TrimSuffix(before, "\n")
	}
	if before+after == "" && at.mark.has("created") {
		return f.removes(at.mark.folders())
	}
	return f.writes(before+after, "removed completions")
}

// findBlock finds the block of a file, which has at most one.
func findBlock(f *diskFile) (found, bool, error) {
	text := f.text
	start := lineIndex(text, 0, blockBegin)
	if start < 0 {
		return found{}, false, nil
	}
	head := start + lineLength(text[start:])
	end := lineIndex(text, head, blockEnd)
	if end < 0 || lineIndex(text, head, blockBegin) >= 0 {
		return found{}, false, failure.New(failure.File, "the markers of epilot's block in %s do not match, so it was not changed", f.path).
			Hintf("remove the lines between %q and %q by hand", strings.TrimSpace(blockBegin), blockEnd)
	}
	first := strings.TrimRight(text[start:head], "\r\n")
	words := strings.Fields(strings.TrimSuffix(strings.TrimPrefix(first, blockBegin), markEnd))
	return found{
		start: start, end: end + lineLength(text[end:]), mark: parseMark(words),
		inner: strings.ReplaceAll(text[head:end], "\r\n", "\n"),
	}, true, nil
}

// lineIndex returns the start of the first line after from with the prefix, or -1.
func lineIndex(text string, from int, prefix string) int {
	for at := from; at < len(text); at += lineLength(text[at:]) {
		if strings.HasPrefix(text[at:], prefix) {
			return at
		}
	}
	return -1
}

// lineLength returns the length of the first line including its end.
func lineLength(text string) int {
	if end := strings.IndexByte(text, '\n'); end >= 0 {
		return end + 1
	}
	return len(text)
}

// loaded reports whether a line of the user or of the official CLI already loads the
// script.
func (s *Setup) loaded() ([]Change, error) {
	parts, err := s.all()
	if err != nil {
		return nil, err
	}
	for _, p := range parts {
		b, isBlock := p.(*block)
		if !isBlock {
			continue
		}
		f, err := readFile(b.path)
		if err != nil {
			continue // reported by the write, if there is one
		}
		if line := loadingLine(f, s.Shell); line > 0 {
			return []Change{{b.path, "already loads completions in line " + strconv.Itoa(line) + "; not changed"}}, nil
		}
	}
	return nil, nil
}

func loadingLine(f *diskFile, shell string) int {
	at, there, err := findBlock(f)
	if err != nil || !there {
		at = found{}
	}
	outside := f.text[:at.start] + strings.Repeat("\n", strings.Count(f.text[at.start:at.end], "\n")) + f.text[at.end:]
	return 1 + slices.IndexFunc(strings.Split(outside, "\n"), func(line string) bool {
		line = strings.TrimSpace(line)
		return !strings.HasPrefix(line, "#") && strings.Contains(line, "epilot completion "+shell)
	})
}

// mark accompanies our text: its checksum, which reveals manual changes, and
// keywords for the previous state.
type mark struct {
	sum   string
	words []string // created, joined, kept, folders=2
}

func sumOf(text string) string { return fmt.Sprintf("%08x", crc32.ChecksumIEEE([]byte(text))) }

// newMark returns the mark of a text to add to the file.
func newMark(text string, f *diskFile) mark {
	m := mark{sum: sumOf(text)}
	switch {
	case !f.exists:
		m.words = append(m.words, "created")
		if n := missingFolders(f.path); n > 0 {
			m.words = append(m.words, "folders="+strconv.Itoa(n))
		}
	case f.text != "" && !strings.HasSuffix(f.text, "\n"):
		m.words = append(m.words, "joined")
	}
	return m
}

func parseMark(words []string) mark {
	if len(words) == 0 {
		return mark{}
	}
	return mark{sum: words[0], words: words[1:]}
}

func (m mark) String() string { return strings.Join(append([]string{m.sum}, m.words...), " ") }

func (m mark) fits(text string) bool { return m.sum == sumOf(text) }

func (m mark) has(word string) bool { return slices.Contains(m.words, word) }

// joint returns the line end that the last line of a file lacks.
func (m mark) joint() string {
	if m.has("joined") {
		return "\n"
	}
	return ""
}

// folders returns how many folders were created for the file.
func (m mark) folders() int {
	for _, word := range m.words {
		if number, is := strings.CutPrefix(word, "folders="); is {
			n, err := strconv.Atoi(number)
			if err == nil {
				return n
			}
		}
	}
	return 0
}

func isThere(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// missingFolders returns how many folders of the path do not exist.
func missingFolders(path string) int {
	n := 0
	for dir := filepath.Dir(path); !isThere(dir) && dir != filepath.Dir(dir); dir = filepath.Dir(dir) {
		n++
	}
	return n
}
