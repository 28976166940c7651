// Package manual writes what a person reads about APIs and operations: lists,
// parameter tables, schema trees, samples and examples, for the terminal, as
// Markdown for docs/reference, and as man pages. It decides words and layout;
// which API is meant, and where the text goes, is decided elsewhere.
package manual

//go:generate go run ./generate -to ../../docs/reference

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/epilot-cli/epilot/internal/operation"
	"github.com/epilot-cli/epilot/internal/term"
)

// usual is the length in bytes of most pages: a longer one grows.
const usual = 16 << 10

// Page is a text in the making, in the terminal's colours or none.
type Page struct {
	text    bytes.Buffer
	palette *term.Palette
}

// NewPage returns an empty page.
func NewPage(palette *term.Palette) *Page {
	p := &Page{palette: palette}
	p.text.Grow(usual)
	return p
}

// WriteTo writes the page (io.WriterTo). Control characters that a definition
// brought along do not reach the terminal: every text went through term.Safe.
func (p *Page) WriteTo(w io.Writer) (int64, error) {
	n, err := w.Write(p.text.Bytes())
	return int64(n), err
}

func (p *Page) write(words ...string) {
	for _, word := range words {
		p.text.WriteString(word)
	}
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
		p.write("  ", p.palette.Key(safe(e.Name)))
		for range width - len(e.Name) {
			p.text.WriteByte(' ')
		}
		p.write("  ", clean(e.Line), "\n")
	}
}

// Lines writes a section of lines as they are.
func (p *Page) Lines(title string, lines ...string) {
	p.heading(title)
	for _, line := range lines {
		p.write("  ", line, "\n")
	}
}

// Operations writes an API's operations under their tags, in the order of the
// definition; an operation with several tags stands under its first.
func (p *Page) Operations(api *operation.API) {
	p.line("%s  %s", p.palette.Bold(clean(api.Name)), clean(api.Title))
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
func firstTags(api *operation.API) []string {
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
func under(api *operation.API, tag string) []*operation.Operation {
	var ops []*operation.Operation
	for _, op := range api.Operations {
		if firstTag(op) == tag {
			ops = append(ops, op)
		}
	}
	return ops
}

func firstTag(op *operation.Operation) string {
	if len(op.Tags) == 0 {
		return "Operations"
	}
	return op.Tags[0]
}

func brief(op *operation.Operation) string {
	deprecated := ""
	if op.Deprecated {
		deprecated = " deprecated"
	}
	if op.Line == "" {
		return op.Method + " " + op.Path + deprecated
	}
	return op.Line + " (" + op.Method + " " + op.Path + ")" + deprecated
}

// clean is a definition's text on one line, unable to drive a terminal.
func clean(text string) string {
	if isClean(text) {
		return text // as nearly all are
	}
	return strings.Join(strings.Fields(term.Safe(text)), " ")
}

// isClean reports whether the text has nothing but words, each after one space.
func isClean(text string) bool {
	last := byte(' ')
	for i := range len(text) {
		c := text[i]
		if c < ' ' || c > '~' || c == ' ' && last == ' ' {
			return false
		}
		last = c
	}
	return last != ' ' || text == ""
}
