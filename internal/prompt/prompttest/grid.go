//go:build unix

package prompttest

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// grid is a screen without an end below: characters, where the cursor is, and
// lines that go on in the next one where they are too long.
type grid struct {
	columns  int
	lines    [][]rune
	row, col int
	rest     string // a sequence that has not come whole
}

func newGrid(columns int) *grid { return &grid{columns: columns, lines: [][]rune{nil}} }

// second is what stands in the second cell of a wide character.
const second = -1

func (g *grid) text() string {
	var lines []string
	for _, line := range g.lines {
		var text strings.Builder
		for _, r := range line {
			switch r {
			case second:
			case 0:
				text.WriteRune(' ')
			default:
				text.WriteRune(r)
			}
		}
		lines = append(lines, strings.TrimRight(text.String(), " "))
	}
	return strings.TrimRight(strings.Join(lines, "\n"), "\n")
}

func (g *grid) write(text string) {
	text = g.rest + text
	for g.rest = ""; text != ""; {
		if text[0] == '\x1b' {
			size := sequence(text)
			if size == 0 {
				g.rest = text
				return
			}
			g.control(text[:size])
			text = text[size:]
			continue
		}
		if !utf8.FullRuneInString(text) {
			g.rest = text
			return
		}
		r, size := utf8.DecodeRuneInString(text)
		g.put(r)
		text = text[size:]
	}
}

// sequence is the length of the control sequence that the text begins with, 0
// where its end has not come.
func sequence(text string) int {
	if len(text) < 2 {
		return 0
	}
	switch text[1] {
	case '[':
		return end(text, func(c byte) bool { return c >= 0x40 && c <= 0x7e })
	case ']': // a title
		return end(text, func(c byte) bool { return c == '\a' || c == '\\' })
	case '(', ')': // a character set
		return end(text, func(byte) bool { return true })
	}
	return 2
}

func end(text string, is func(byte) bool) int {
	for i := 2; i < len(text); i++ {
		if is(text[i]) {
			return i + 1
		}
	}
	return 0
}

func (g *grid) put(r rune) {
	switch {
	case r == '\n':
		g.down(1)
	case r == '\r':
		g.col = 0
	case r == '\b':
		g.col = max(g.col-1, 0)
	case r < ' ' || unicode.In(r, unicode.Mn):
	default:
		g.print(r)
	}
}

func (g *grid) print(r rune) {
	size := 1
	if unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul) || r >= 0x1f300 && r < 0x1fb00 {
		size = 2
	}
	if g.col+size > g.columns {
		g.down(1)
		g.col = 0
	}
	line := g.lines[g.row]
	for len(line) < g.col+size {
		line = append(line, 0)
	}
	line[g.col] = r
	if size == 2 {
		line[g.col+1] = second
	}
	g.lines[g.row] = line
	g.col += size
}

func (g *grid) down(n int) {
	g.row += n
	for len(g.lines) <= g.row {
		g.lines = append(g.lines, nil)
	}
}

// control obeys the sequences that move the cursor or erase.
func (g *grid) control(code string) {
	n, _ := strconv.Atoi(strings.Trim(code[:len(code)-1], "\x1b["))
	switch code[len(code)-1] {
	case 'A':
		g.row = max(g.row-max(n, 1), 0)
	case 'B':
		g.down(max(n, 1))
	case 'C':
		g.col = min(g.col+max(n, 1), g.columns-1)
	case 'D':
		g.col = max(min(g.col, g.columns-1)-max(n, 1), 0)
	case 'G':
		g.col = max(n-1, 0)
	case 'K':
		line := g.lines[g.row]
		if n == 2 {
			line = nil
		}
		g.lines[g.row] = line[:min(len(line), g.col)]
	}
}
