package prompt

import (
	"strings"
	"unicode"

	"github.com/AlecAivazis/survey/v2/terminal"
	xterm "golang.org/x/term"

	"github.com/epilot-cli/epilot/internal/term"
)

// cells is how many columns of a terminal the text takes.
func cells(text string) int {
	n := 0
	for _, r := range text {
		if !unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf) {
			n += terminal.StringWidth(string(r))
		}
	}
	return n
}

// cut makes the text one line of at most that many columns, "…" at the end of
// one that was longer.
func cut(text string, columns int) string {
	text = oneLine(text)
	if cells(text) <= columns {
		return text
	}
	return head(text, columns-1) + "…"
}

// head is as much of the text as fits the columns.
func head(text string, columns int) string {
	for i, r := range text {
		if columns -= cells(string(r)); columns < 0 {
			return text[:i]
		}
	}
	return text
}

// tail is as much of the text's end as fits the columns.
func tail(text string, columns int) string {
	runes := []rune(text)
	at := len(runes)
	for at > 0 {
		if columns -= cells(string(runes[at-1])); columns < 0 {
			break
		}
		at--
	}
	return string(runes[at:])
}

func oneLine(text string) string {
	return strings.Map(func(r rune) rune {
		if r == '\n' || r == '\t' || r == '\r' {
			return ' '
		}
		return r
	}, term.Safe(text))
}

// The size that a terminal is taken for that does not tell its own.
const (
	usualColumns = 80
	usualRows    = 24
)

// size is the terminal's now: it may change while a question is asked. The last
// column stays free, for terminals differ in when they go to the next line.
func size(out File) (columns, rows int) {
	columns, rows, err := xterm.GetSize(int(out.Fd()))
	if err != nil || columns <= 0 || rows <= 0 {
		return usualColumns - 1, usualRows
	}
	return max(columns-1, 8), rows
}
