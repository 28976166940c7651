package render

import (
	"bytes"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/epilot-cli/epilot/internal/term"
)

// printer passes the bytes of a chunk on in long runs. Between runs it leaves
// white space out, and puts its own white space and colour in.
type printer struct {
	sink
	in   []byte // the chunk
	at   int    // its next byte
	kept int    // its first byte that was not passed on yet

	decorated bool   // anything is put in at all
	levels    []byte // a newline and the indentation of many levels; nil on one line
	blank     []byte // between a name's colon and its value
	indent    int    // bytes of one level
	escape    bool

	name, text, number, literal paint
	painting                    []byte // what ends the colour in force
}

// paint is what starts a colour and what ends it; both nil without colour.
type paint struct{ start, end []byte }

func newPrinter(w sink, style Style) printer {
	p := printer{
		sink:      w,
		decorated: style.Indent != "" || style.Palette != nil,
		indent:    len(style.Indent),
		escape:    style.Escape,
	}
	if style.Indent != "" {
		p.blank = []byte(" ")
		p.levels = []byte("\n" + strings.Repeat(style.Indent, 64))
	}
	if style.Palette != nil {
		p.name, p.text = newPaint(style.Palette.Key), newPaint(style.Palette.String)
		p.number, p.literal = newPaint(style.Palette.Number), newPaint(style.Palette.Literal)
	}
	return p
}

// newPaint parts what the palette puts around a text: a token is painted while
// only its beginning is known.
func newPaint(around term.Paint) paint {
	start, end, _ := bytes.Cut([]byte(around("|")), []byte("|"))
	return paint{start, end}
}

// keep passes on the chunk up to here.
func (p *printer) keep() {
	if p.kept < p.at {
		p.add(p.in[p.kept:p.at])
		p.kept = p.at
	}
}

// insert puts text of the printer's own here.
func (p *printer) insert(text []byte) {
	p.keep()
	p.add(text)
}

// skipSpace leaves out the white space that starts here.
func (p *printer) skipSpace() {
	p.keep()
	for p.at < len(p.in) && isSpace(p.in[p.at]) {
		p.at++
	}
	p.kept = p.at
}

// lead puts the white space before a name or a value that begins in the state.
func (p *printer) lead(before state, depth int) {
	switch before {
	case member:
		p.insert(p.blank)
	case firstItem, nextItem, firstName, nextName:
		p.newLine(depth)
	}
}

// newLine starts a line at the depth, in pieces where it is very deep.
func (p *printer) newLine(depth int) {
	if p.levels == nil {
		return
	}
	size := 1 + depth*p.indent
	p.insert(p.levels[:min(size, len(p.levels))])
	for size -= len(p.levels); size > 0 && p.err == nil; size -= len(p.levels) - 1 {
		p.add(p.levels[1:min(size+1, len(p.levels))])
	}
}

func (p *printer) startPaint(with *paint) {
	if with.start != nil {
		p.insert(with.start)
		p.painting = with.end
	}
}

func (p *printer) stopPaint() {
	if p.painting != nil {
		p.insert(p.painting)
		p.painting = nil
	}
}

func (p *printer) textPaint(isName bool) *paint {
	if isName {
		return &p.name
	}
	return &p.text
}

// spell passes on one character of a string, or its \u form when a terminal
// may act on it. What is not UTF-8 is spelled as the replacement character.
func (p *printer) spell() {
	r, size := utf8.DecodeRune(p.in[p.at:])
	if term.Unsafe(r) || r == utf8.RuneError && size == 1 {
		p.insert(fmt.Appendf(nil, `\u%04x`, r))
		p.kept += size
	}
	p.at += size
}

func isSpace(c byte) bool { return c == ' ' || c == '\n' || c == '\t' || c == '\r' }
