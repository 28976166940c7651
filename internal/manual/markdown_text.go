package manual

import (
	"fmt"
	"strings"
	"unicode"
)

// markdown is a page in the making, in GitHub's dialect
// (https://github.github.com/gfm).
type markdown struct {
	text    strings.Builder
	anchors anchors
}

// String is the page, which ends with one newline.
func (m *markdown) String() string { return m.text.String() }

// block writes a paragraph, or whatever stands between empty lines; an empty
// one is left out.
func (m *markdown) block(format string, args ...any) {
	text := fmt.Sprintf(format, args...)
	if text == "" {
		return
	}
	if m.text.Len() > 0 {
		m.text.WriteString("\n")
	}
	m.text.WriteString(text + "\n")
}

// section writes a heading that may be linked to.
func (m *markdown) section(level, title string) {
	m.anchors.add(title)
	m.block("%s %s", level, plain(title))
}

// fence writes lines of code, within more backticks than any of them has.
func (m *markdown) fence(language string, lines ...string) {
	text := strings.Join(lines, "\n")
	ticks := "```"
	for strings.Contains(text, ticks) {
		ticks += "`"
	}
	m.block("%s%s\n%s\n%s", ticks, language, text, ticks)
}

// table writes rows of cells that are Markdown already; the first is the head.
func (m *markdown) table(rows [][]string) {
	var lines []string
	for i, row := range rows {
		lines = append(lines, "| "+strings.Join(row, " | ")+" |")
		if i == 0 {
			lines = append(lines, strings.Repeat("| --- ", len(row))+"|")
		}
	}
	m.block("%s", strings.Join(lines, "\n"))
}

// plain is a text that Markdown shows as it is, also in a table's cell.
func plain(text string) string {
	var out strings.Builder
	for _, r := range text {
		if strings.ContainsRune("\\`*_[]<>|~&", r) {
			out.WriteByte('\\')
		}
		out.WriteRune(r)
	}
	return out.String()
}

// code is a text as a code span.
func code(text string) string {
	if text == "" {
		return ""
	}
	ticks, space := "`", ""
	for strings.Contains(text, ticks) {
		ticks, space = ticks+"`", " "
	}
	return ticks + space + text + space + ticks
}

// codeCell is a code span in a table's cell: there a bar ends the cell even
// within backticks, unless it is escaped.
func codeCell(text string) string { return strings.ReplaceAll(code(text), "|", `\|`) }

// anchors counts the headings of a page, to name them as GitHub does.
type anchors map[string]int

// add returns the anchor of the next heading with that title.
func (a anchors) add(title string) string {
	anchor := strings.Map(func(r rune) rune {
		switch {
		case r == ' ':
			return '-'
		case r == '-', r == '_', unicode.IsLetter(r), unicode.IsNumber(r):
			return unicode.ToLower(r)
		}
		return -1
	}, title)
	for a[anchor]++; a[anchor] > 1; a[anchor]++ {
		// GitHub numbers from the second on, and passes over names that are taken.
		numbered := fmt.Sprintf("%s-%d", anchor, a[anchor]-1)
		if a[numbered] == 0 {
			a[numbered] = 1
			return numbered
		}
	}
	return anchor
}
