package render

import (
	"bytes"
	"fmt"
	"strings"
	"unicode/utf16"
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

// startLine puts the white space before a name or a value that begins in the state.
func (p *printer) startLine(before state, depth int) {
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
		p.insert(jsonEscape(r))
		p.kept += size
	}
	p.at += size
}

// jsonEscape spells a character as JSON does, in two halves beyond the BMP
// (RFC 8259, section 7).
func jsonEscape(r rune) []byte {
	if high, low := utf16.EncodeRune(r); high != utf8.RuneError {
		return fmt.Appendf(nil, `\u%04x\u%04x`, high, low)
	}
	return fmt.Appendf(nil, `\u%04x`, r)
}

func isSpace(c byte) bool { return c == ' ' || c == '\n' || c == '\t' || c == '\r' }

// state is what may come next (RFC 8259, section 2).
type state uint8

const (
	top       state = iota // a value, or the end of the text
	gap                    // white space or the end: a word at the top has no other end
	firstItem              // a value or ]
	nextItem               // a value, after a comma
	firstName              // a name or }
	nextName               // a name, after a comma
	afterName              // the colon
	member                 // a value, after the colon
	after                  // the value: a comma or the closing bracket
	inText                 // inside a string
	inEscape               // after its backslash
	inHex                  // after \u
	inWord                 // inside true, false, null
	minus                  // inside a number, and all below: after its minus
	zero                   // after a leading 0
	digits                 // after another leading digit
	point                  // after the decimal point
	fraction               // after a digit behind the point
	exponent               // after e
	sign                   // after the sign of the exponent
	power                  // after a digit of the exponent
)

// takesValue reports whether a value may begin.
func (s state) takesValue() bool {
	return 1<<s&(1<<top|1<<firstItem|1<<nextItem|1<<member) != 0
}

// takesName reports whether the name of a member may begin.
func (s state) takesName() bool {
	return 1<<s&(1<<firstName|1<<nextName) != 0
}

// inNumber is the state behind c, or after when c is no part of the number.
func (s state) inNumber(c byte) state {
	switch {
	case '0' <= c && c <= '9':
		return s.afterDigit(c)
	case c == '.' && (s == zero || s == digits):
		return point
	case c|0x20 == 'e' && (s == zero || s == digits || s == fraction):
		return exponent
	case (c == '-' || c == '+') && s == exponent:
		return sign
	}
	return after
}

func (s state) afterDigit(c byte) state {
	switch s {
	case minus:
		if c == '0' {
			return zero
		}
		return digits
	case zero:
		return after
	case point, fraction:
		return fraction
	case exponent, sign, power:
		return power
	}
	return digits
}
