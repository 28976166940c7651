package shellrc

import (
	"fmt"
	"hash/crc32"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// mark is what stands beside our text: its sum, by which a change by hand is
// noticed, and words on what was there before.
type mark struct {
	sum   string
	words []string // created, joined, kept, folders=2
}

func sumOf(text string) string { return fmt.Sprintf("%08x", crc32.ChecksumIEEE([]byte(text))) }

// newMark is the mark of a text that is added to the file.
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

// joint ends the last line of a file that does not.
func (m mark) joint() string {
	if m.has("joined") {
		return "\n"
	}
	return ""
}

// folders is how many folders were made for the file.
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

// missingFolders is how many folders of the path are not there.
func missingFolders(path string) int {
	n := 0
	for dir := filepath.Dir(path); !isThere(dir) && dir != filepath.Dir(dir); dir = filepath.Dir(dir) {
		n++
	}
	return n
}
