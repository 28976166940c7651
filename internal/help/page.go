// Package help writes the help on APIs and operations: lists, parameter tables,
// schema trees, samples and examples, for the terminal, as Markdown for
// docs/reference, and as man pages. It decides wording and layout, but not which API
// is shown or where the text goes.
package help

//go:generate go run ./generate -to ../../docs/reference -commands ../../cmd/search/commands.txt

import (
	"bytes"
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/epilot-cli/epilot/internal/openapi"
	"github.com/epilot-cli/epilot/internal/shell"
	"github.com/epilot-cli/epilot/internal/term"
)

// usual is the size in bytes of most pages; a longer page grows.
const usual = 16 << 10

// Page is a text being written, with or without terminal colours.
type Page struct {
	buffer  bytes.Buffer
	palette *term.Palette
	width   int // of a line of text, in cells
	screen  int // width of the screen, in cells; 0 if unknown
}

// NewPage returns an empty page for a screen of that width, 0 if unknown.
func NewPage(palette *term.Palette, width int) *Page {
	screen := max(width, 0)
	if width <= 0 {
		width = usualWidth
	}
	p := &Page{palette: palette, screen: screen, width: min(max(width, leastWidth), widestPage)}
	p.buffer.Grow(usual)
	return p
}

// WriteTo writes the page (io.WriterTo). Control sequences in definitions are
// escaped; only the page's own colours reach the terminal.
func (p *Page) WriteTo(w io.Writer) (int64, error) {
	n, err := io.WriteString(w, p.palette.Safe(p.buffer.String()))
	return int64(n), err
}

func (p *Page) write(words ...string) {
	for _, word := range words {
		p.buffer.WriteString(word)
	}
}

func (p *Page) line(format string, args ...any) {
	fmt.Fprintf(&p.buffer, format+"\n", args...)
}

// heading starts a section after an empty line.
func (p *Page) heading(title string) {
	if p.buffer.Len() > 0 {
		p.line("")
	}
	p.line("%s", p.palette.Bold(title))
}

// Entry is a name with a one-line description.
type Entry struct{ Name, Line string }

// List writes a section of names and aligned descriptions; nothing if entries is
// empty.
func (p *Page) List(title string, entries []Entry) {
	if len(entries) == 0 {
		return
	}
	p.heading(title)
	names := make([]string, len(entries))
	for i, e := range entries {
		names[i] = safe(e.Name)
	}
	column := columnOf(names)
	for i, e := range entries {
		p.item(names[i], clean(e.Line), 2, column)
	}
}

// Paragraph writes wrapped text, after an empty line unless the page is empty.
func (p *Page) Paragraph(text string) {
	if p.buffer.Len() > 0 {
		p.line("")
	}
	p.text(text, 0)
}

// Section writes a section of wrapped text.
func (p *Page) Section(title, text string) {
	p.heading(title)
	p.text(text, 2)
}

// Lines writes a section of unchanged lines.
func (p *Page) Lines(title string, lines ...string) {
	p.heading(title)
	for _, line := range lines {
		p.write("  ", line, "\n")
	}
}

// Operations writes what an API is for, its title if about is "", and its operations
// by tag, in the order of the definition. An operation with several tags appears
// under the first.
func (p *Page) Operations(api *openapi.API, about string) {
	p.text(p.palette.Bold(clean(api.Name))+": "+clean(cmp.Or(about, api.Title)), 0)
	entries := make([]Entry, 0, len(api.Operations))
	for _, tag := range firstTags(api) {
		entries = entries[:0]
		for _, op := range under(api, tag) {
			entries = append(entries, Entry{op.ID, brief(op)})
		}
		p.List(clean(tag), entries)
	}
}

// firstTags returns the tags that have an operation, declared ones first.
func firstTags(api *openapi.API) []string {
	var met []string
	for _, op := range api.Operations {
		if tag := firstTag(op); !slices.Contains(met, tag) {
			met = append(met, tag)
		}
	}
	declared := slices.DeleteFunc(slices.Clone(api.Tags), func(tag string) bool { return !slices.Contains(met, tag) })
	var order []string
	for _, tag := range slices.Concat(declared, met) {
		if !slices.Contains(order, tag) {
			order = append(order, tag)
		}
	}
	return order
}

// under returns the operations whose first tag is tag.
func under(api *openapi.API, tag string) []*openapi.Operation {
	var ops []*openapi.Operation
	for _, op := range api.Operations {
		if firstTag(op) == tag {
			ops = append(ops, op)
		}
	}
	return ops
}

func firstTag(op *openapi.Operation) string {
	if len(op.Tags) == 0 {
		return "Operations"
	}
	return op.Tags[0]
}

func brief(op *openapi.Operation) string {
	deprecated := ""
	if op.Deprecated {
		deprecated = " deprecated"
	}
	if op.Line == "" {
		return op.Method + " " + op.Path + deprecated
	}
	return op.Line + " (" + op.Method + " " + op.Path + ")" + deprecated
}

// clean returns a definition's string on one line, with control characters escaped.
func clean(text string) string { return term.Squeeze(text) }

// Table writes rows with aligned columns, the first row as the header. A column that
// is empty in all other rows is left out.
func (p *Page) Table(rows [][]string) {
	shown := make([][]string, len(rows))
	for i, row := range rows {
		for _, cell := range row {
			shown[i] = append(shown[i], clean(cell))
		}
	}
	widths := columnWidths(shown)
	last := len(widths) - 1
	column := 2 + term.Width(aligned(rows[0][:last], widths)) // of the last column
	if p.screen == 0 || column+widths[last] <= p.screen || last == 0 {
		for _, row := range shown {
			p.line("  %s", strings.TrimRight(aligned(row, widths), " "))
		}
		return
	}
	for _, row := range shown {
		p.row(aligned(row[:last], widths), row[last], column)
	}
}

// row writes a row that is wider than the screen: its last cell is wrapped, below the
// others if it has little room.
func (p *Page) row(head, last string, column int) {
	if p.screen-column < narrowText {
		p.line("  %s", strings.TrimRight(head, " "))
		for _, line := range term.Wrap(last, p.screen-4) {
			p.line("    %s", line)
		}
		return
	}
	begin := "  " + head
	for _, line := range term.Wrap(last, p.screen-column) {
		p.line("%s%s", begin, line)
		begin = strings.Repeat(" ", column)
	}
	if last == "" {
		p.line("%s", strings.TrimRight(begin, " "))
	}
}

// columnWidths returns widths in characters; 0 means that the column is left out.
func columnWidths(rows [][]string) []int {
	widths := make([]int, len(rows[0]))
	for _, row := range rows[1:] {
		for column, cell := range row {
			if cell != "" || widths[column] > 0 {
				widths[column] = max(widths[column], term.Width(cell), term.Width(rows[0][column]))
			}
		}
	}
	return widths
}

func aligned(row []string, widths []int) string {
	var line strings.Builder
	for column, cell := range row {
		if widths[column] == 0 {
			continue
		}
		line.WriteString(cell)
		line.WriteString(strings.Repeat(" ", max(0, widths[column]-term.Width(cell))+2))
	}
	return line.String()
}

// Found writes how many results a search has and how many are shown.
func (p *Page) Found(total, shown int) {
	switch {
	case total == 0:
		p.line("No matches. Try other or fewer words.")
	case shown < total:
		p.line("%s", p.palette.Dim(fmt.Sprintf("%d of %d results, best first (--limit 0 shows all)", shown, total)))
	}
}

// Result writes a search result: its title, summary, usage and example, which may be
// "".
func (p *Page) Result(title, line, usage, example string) {
	p.line("%s", p.palette.Bold(clean(title)))
	p.text(clean(line), 2)
	p.text(clean(usage), 4)
	if example != "" && example != usage {
		p.line("    %s %s", p.palette.Dim("$"), clean(example)) // not wrapped, so that it can be pasted
	}
}

const (
	usualWidth  = 80 // cells, if the page is not for a terminal
	leastWidth  = 30
	widestPage  = 100 // cells; longer lines are hard to read
	narrowText  = 24  // cells needed next to a name; a narrower text moves below it
	nameColumn  = 20
	widestNames = 30 // cells of a name column; a longer name gets its own line
)

// text writes wrapped lines with an indent.
func (p *Page) text(text string, indent int) {
	for _, line := range term.Wrap(text, p.width-indent) {
		p.line("%s%s", strings.Repeat(" ", indent), line)
	}
}

// item writes a name and a text in the column that starts after column cells, or
// below the name if it does not fit.
func (p *Page) item(name, text string, indent, column int) {
	beside := indent + column + 2
	if p.width-beside < narrowText {
		beside = indent + 4
		column = 0
	}
	if indent+term.Width(name) > p.width {
		for _, line := range term.Wrap(name, p.width-indent) {
			p.line("%s%s", strings.Repeat(" ", indent), p.palette.Key(line))
		}
		p.text(text, beside)
		return
	}
	head := strings.Repeat(" ", indent) + p.palette.Key(name)
	lines := term.Wrap(text, p.width-beside)
	if len(lines) > 0 && column >= term.Width(name) && column > 0 {
		head += strings.Repeat(" ", column-term.Width(name)+2) + lines[0]
		lines = lines[1:]
	}
	p.line("%s", head)
	for _, line := range lines {
		p.line("%s%s", strings.Repeat(" ", beside), line)
	}
}

// columnOf returns the width of a column of names.
func columnOf(names []string) int {
	column := 0
	for _, name := range names {
		if wide := term.Width(name); wide <= widestNames {
			column = max(column, wide)
		}
	}
	return column
}

// outline writes the children of an open node.
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

// command writes a command line that can be pasted into a shell. If it is too long,
// it is broken between arguments, and a JSON body gets one line per member.
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
