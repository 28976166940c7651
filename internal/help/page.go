// Package help writes what a person reads about APIs and operations: lists,
// parameter tables, schema trees, samples and examples, for the terminal, as
// Markdown for docs/reference, and as man pages. It decides words and layout;
// which API is meant, and where the text goes, is decided elsewhere.
package help

//go:generate go run ./generate -to ../../docs/reference

import (
	"bytes"
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/epilot-cli/epilot/internal/openapi"
	"github.com/epilot-cli/epilot/internal/term"
)

// usual is the length in bytes of most pages: a longer one grows.
const usual = 16 << 10

// Page is a text in the making, in the terminal's colours or none.
type Page struct {
	buffer  bytes.Buffer
	palette *term.Palette
	width   int // of a line in cells
}

// NewPage returns an empty page for a screen of that width, 0 for one not known.
func NewPage(palette *term.Palette, width int) *Page {
	if width <= 0 {
		width = usualWidth
	}
	p := &Page{palette: palette, width: min(max(width, leastWidth), widestPage)}
	p.buffer.Grow(usual)
	return p
}

// WriteTo writes the page (io.WriterTo). Whatever a definition brought along,
// nothing but the page's own colours reaches the terminal.
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

// heading begins a section, after an empty line.
func (p *Page) heading(title string) {
	if p.buffer.Len() > 0 {
		p.line("")
	}
	p.line("%s", p.palette.Bold(title))
}

// Entry is a name with one line about it.
type Entry struct{ Name, Line string }

// List writes a section of names and lines, the lines in one column; none where
// there are no entries.
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

// Paragraph writes wrapped text, after an empty line where something is above.
func (p *Page) Paragraph(text string) {
	if p.buffer.Len() > 0 {
		p.line("")
	}
	p.text(text, 0)
}

// Lines writes a section of lines as they are.
func (p *Page) Lines(title string, lines ...string) {
	p.heading(title)
	for _, line := range lines {
		p.write("  ", line, "\n")
	}
}

// Operations writes what an API is for, its title where about is "", and its
// operations under their tags, in the order of the definition; an operation with several tags stands under its first.
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

// firstTags are the tags that have an operation, the declared ones first.
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

// under are the operations whose first tag it is.
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

// clean is a string of a definition on one line, unable to drive a terminal.
func clean(text string) string { return term.Squeeze(text) }

// Table writes rows with their columns aligned, the first as the head; a column
// that is empty in every other row is left out.
func (p *Page) Table(rows [][]string) {
	shown := make([][]string, len(rows))
	for i, row := range rows {
		for _, cell := range row {
			shown[i] = append(shown[i], clean(cell))
		}
	}
	widths := columnWidths(shown)
	for _, row := range shown {
		p.line("  %s", strings.TrimRight(aligned(row, widths), " "))
	}
}

// columnWidths are in characters; 0 is a column to leave out.
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

// Found says how many results a search has and shows.
func (p *Page) Found(total, shown int) {
	switch {
	case total == 0:
		p.line("No matches. Try other or fewer words.")
	case shown < total:
		p.line("%s", p.palette.Dim(fmt.Sprintf("%d of %d results, best first (--limit 0 shows all)", shown, total)))
	}
}

// Result writes one result of a search: what it is called, what it does, how it
// is used, and an example, which may be "".
func (p *Page) Result(title, line, usage, example string) {
	p.line("%s", p.palette.Bold(clean(title)))
	p.text(clean(line), 2)
	p.text(clean(usage), 4)
	if example != "" && example != usage {
		p.line("    %s %s", p.palette.Dim("$"), clean(example)) // not wrapped: it is pasted
	}
}
