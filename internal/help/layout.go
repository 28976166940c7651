package help

import (
	"slices"
	"strings"

	"github.com/epilot-cli/epilot/internal/shell"
	"github.com/epilot-cli/epilot/internal/term"
)

const (
	usualWidth  = 80 // cells of a page that is not for a terminal
	leastWidth  = 30
	widestPage  = 100 // beyond which lines are hard to read
	narrowText  = 24  // cells that a text needs beside its name; else it stands below
	nameColumn  = 20
	widestNames = 30 // cells of a column of names: a longer name has a line of its own
)

// wrap breaks a text between words into lines of at most that many cells. A
// word that is longer has a line of its own.
func wrap(text string, cells int) []string {
	var lines []string
	line, used := "", 0
	for word := range strings.FieldsSeq(text) {
		wide := term.Width(word)
		switch {
		case line == "":
			line, used = word, wide
		case used+1+wide > cells:
			lines = append(lines, line)
			line, used = word, wide
		default:
			line, used = line+" "+word, used+1+wide
		}
	}
	if line == "" {
		return lines
	}
	return append(lines, line)
}

// text writes wrapped lines behind an indent.
func (p *Page) text(text string, indent int) {
	for _, line := range wrap(text, p.width-indent) {
		p.line("%s%s", strings.Repeat(" ", indent), line)
	}
}

// item writes a name and a text beside it, in a column that begins after as many
// cells; below the name where it would not fit.
func (p *Page) item(name, text string, indent, column int) {
	beside := indent + column + 2
	if p.width-beside < narrowText {
		beside = indent + 4
		column = 0
	}
	if indent+term.Width(name) > p.width {
		for _, line := range wrap(name, p.width-indent) {
			p.line("%s%s", strings.Repeat(" ", indent), p.palette.Key(line))
		}
		p.text(text, beside)
		return
	}
	head := strings.Repeat(" ", indent) + p.palette.Key(name)
	lines := wrap(text, p.width-beside)
	if len(lines) > 0 && column >= term.Width(name) && column > 0 {
		head += strings.Repeat(" ", column-term.Width(name)+2) + lines[0]
		lines = lines[1:]
	}
	p.line("%s", head)
	for _, line := range lines {
		p.line("%s%s", strings.Repeat(" ", beside), line)
	}
}

// columnOf is how wide a column of names is.
func columnOf(names []string) int {
	column := 0
	for _, name := range names {
		if wide := term.Width(name); wide <= widestNames {
			column = max(column, wide)
		}
	}
	return column
}

// outline writes the nodes inside of one that is open.
func (p *Page) outline(n *node, indent int) {
	var names []string
	for _, c := range n.nodes {
		if c.facts+c.about != "" {
			names = append(names, c.name)
		}
	}
	column := columnOf(names)
	for _, c := range n.nodes {
		text := c.facts
		if len(c.children()) > 0 && !c.isOpen {
			text = strings.TrimSpace(text + " …")
		}
		if c.about != "" {
			text = strings.TrimPrefix(text+" · "+c.about, " · ")
		}
		if strings.HasPrefix(c.name, "- ") {
			p.item(c.name, text, indent, term.Width(c.name))
		} else {
			p.item(c.name, text, indent, column)
		}
		if c.isOpen {
			p.outline(c, indent+2)
		}
	}
}

// command writes a command line that a shell reads as it stands, broken between
// its arguments where it is too long; a JSON body then has a line for each
// member.
func (p *Page) command(c call, more ...string) {
	const indent = "  "
	command := strings.Split(c.command, " ")
	words := slices.Concat(command[1:], c.words, more)
	line := indent + command[0]
	for i, word := range words {
		room := p.width
		if i+1 < len(words) {
			room -= len(` \`)
		}
		if term.Width(line)+1+term.Width(word) <= room {
			line += " " + word
			continue
		}
		p.line("%s \\", line)
		if strings.HasPrefix(word, "-d ") && c.body != "" && term.Width(word)+4 > p.width-2 {
			word = "-d " + strings.ReplaceAll(shell.SingleQuote(indented(c.body)), "\n", "\n"+indent+"  ")
		}
		line = indent + "  " + word
	}
	p.line("%s", line)
}
