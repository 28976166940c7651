// Package manual writes what a person reads about APIs and operations: lists,
// parameter tables, schema trees, samples and examples, for the terminal and,
// as Markdown, for docs/reference. It decides words and layout; which API is
// meant, and where the text goes, is decided elsewhere.
package manual

//go:generate go run ./generate -to ../../docs/reference

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/epilot-cli/epilot/internal/operation"
	"github.com/epilot-cli/epilot/internal/term"
)

// Page is a text in the making, in the terminal's colours or none.
type Page struct {
	text    strings.Builder
	palette *term.Palette
}

// NewPage returns an empty page.
func NewPage(palette *term.Palette) *Page { return &Page{palette: palette} }

// WriteTo writes the page (io.WriterTo). Control characters that a definition
// brought along do not reach the terminal: every text went through term.Safe.
func (p *Page) WriteTo(w io.Writer) (int64, error) {
	n, err := io.WriteString(w, p.text.String())
	return int64(n), err
}

func (p *Page) line(format string, args ...any) {
	fmt.Fprintf(&p.text, format+"\n", args...)
}

// heading begins a section, after an empty line.
func (p *Page) heading(title string) {
	if p.text.Len() > 0 {
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
	width := 0
	for _, e := range entries {
		width = max(width, len(e.Name))
	}
	for _, e := range entries {
		p.line("  %s%s  %s", p.palette.Key(safe(e.Name)), strings.Repeat(" ", width-len(e.Name)), clean(e.Line))
	}
}

// Lines writes a section of lines as they are.
func (p *Page) Lines(title string, lines ...string) {
	p.heading(title)
	for _, line := range lines {
		p.line("  %s", line)
	}
}

// Operations writes an API's operations under their tags, in the order of the
// definition; an operation with several tags stands under its first.
func (p *Page) Operations(api *operation.API) {
	p.line("%s  %s", p.palette.Bold(clean(api.Name)), clean(api.Title))
	order, groups := grouped(api)
	for _, tag := range order {
		var entries []Entry
		for _, op := range groups[tag] {
			entries = append(entries, Entry{op.ID, brief(op)})
		}
		p.List(clean(tag), entries)
	}
}

// grouped are the operations by their first tag, and the tags that have one,
// the declared ones first.
func grouped(api *operation.API) (order []string, groups map[string][]*operation.Operation) {
	groups = map[string][]*operation.Operation{}
	var met []string
	for _, op := range api.Operations {
		tag := firstTag(op)
		groups[tag] = append(groups[tag], op)
		met = append(met, tag)
	}
	for _, tag := range append(append([]string{}, api.Tags...), met...) {
		if groups[tag] != nil && !slices.Contains(order, tag) {
			order = append(order, tag)
		}
	}
	return order, groups
}

func firstTag(op *operation.Operation) string {
	if len(op.Tags) == 0 {
		return "Operations"
	}
	return op.Tags[0]
}

func brief(op *operation.Operation) string {
	line := op.Method + " " + op.Path
	if op.Line != "" {
		line = op.Line + "  (" + line + ")"
	}
	if op.Deprecated {
		line += "  deprecated"
	}
	return line
}

// clean is a definition's text on one line, unable to drive a terminal.
func clean(text string) string {
	return strings.Join(strings.Fields(term.Safe(text)), " ")
}
