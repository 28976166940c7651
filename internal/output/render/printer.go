package render

import (
	"bytes"
	"fmt"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/epilot-cli/epilot/internal/term"
)

// printer copies the bytes of a chunk in long runs. Between runs it replaces the
// white space and inserts colour.
type printer struct {
	sink
	in   []byte // the chunk
	at   int    // next byte to scan
	kept int    // first byte not copied yet

	decorated bool   // anything is inserted at all
	levels    []byte // a newline and deep indentation; nil for one line
	blank     []byte // between colon and value
	indent    int    // bytes per level
	escape    bool

	name, text, number, literal paint
	painting                    []byte // ends the current colour
}

// paint is a colour's start and end sequences; both nil without colour.
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

// newPaint splits the sequences around a painted text: a token is painted before its
// end is known.
func newPaint(around term.Paint) paint {
	start, end, _ := bytes.Cut([]byte(around("|")), []byte("|"))
	return paint{start, end}
}

// keep copies the chunk up to the current byte.
func (p *printer) keep() {
	if p.kept < p.at {
		p.add(p.in[p.kept:p.at])
		p.kept = p.at
	}
}

// insert adds the printer's own text here.
func (p *printer) insert(text []byte) {
	p.keep()
	p.add(text)
}

// skipSpace drops the white space that starts here.
func (p *printer) skipSpace() {
	p.keep()
	for p.at < len(p.in) && isSpace(p.in[p.at]) {
		p.at++
	}
	p.kept = p.at
}

// startLine writes the white space before a name or a value in the given state.
func (p *printer) startLine(before state, depth int) {
	switch before {
	case member:
		p.insert(p.blank)
	case firstItem, nextItem, firstName, nextName:
		p.newLine(depth)
	}
}

// newLine starts a line at the depth; very deep indentation is written in pieces.
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

// spell copies one character of a string, or its \u form if it could control a
// terminal. Invalid UTF-8 becomes the replacement character.
func (p *printer) spell() {
	r, size := utf8.DecodeRune(p.in[p.at:])
	if term.Unsafe(r) || r == utf8.RuneError && size == 1 {
		p.insert(jsonEscape(r))
		p.kept += size
	}
	p.at += size
}

// jsonEscape returns a character as \uXXXX, or as a surrogate pair beyond the BMP
// (RFC 8259, section 7).
func jsonEscape(r rune) []byte {
	if high, low := utf16.EncodeRune(r); high != utf8.RuneError {
		return fmt.Appendf(nil, `\u%04x\u%04x`, high, low)
	}
	return fmt.Appendf(nil, `\u%04x`, r)
}

func isSpace(c byte) bool { return c == ' ' || c == '\n' || c == '\t' || c == '\r' }

// state is what can come next (RFC 8259, section 2).
type state uint8

const (
	top       state = iota // a value, or the end of the text
	gap                    // white space or the end: nothing else ends a literal at the top level
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
	minus                  // after the minus of a number; all states below are in a number
	zero                   // after a leading 0
	digits                 // after another leading digit
	point                  // after the decimal point
	fraction               // after a digit of the fraction
	exponent               // after e
	sign                   // after the exponent's sign
	power                  // after a digit of the exponent
)

// takesValue reports whether a value can start.
func (s state) takesValue() bool {
	return 1<<s&(1<<top|1<<firstItem|1<<nextItem|1<<member) != 0
}

// takesName reports whether a member name can start.
func (s state) takesName() bool {
	return 1<<s&(1<<firstName|1<<nextName) != 0
}

// inNumber returns the state after c, or after if c does not continue the number.
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

func (s *scanner) beginText() bool {
	s.isName = s.state.takesName()
	if !s.isName && !s.state.takesValue() {
		return false
	}
	if s.decorated {
		s.startLine(s.state, s.depth)
		s.startPaint(s.textPaint(s.isName))
	}
	s.at++
	s.state = inText
	return s.continueText()
}

// continueText scans a string to its end, a backslash, or the end of the chunk.
func (s *scanner) continueText() bool {
	for s.at = s.plain(s.at); s.at < len(s.in); s.at = s.plain(s.at) {
		switch c := s.in[s.at]; {
		case c == '"':
			s.endText()
			return true
		case c == '\\':
			s.at++
			s.state = inEscape
			return true
		case c < ' ':
			return false
		}
		s.spell()
	}
	return true
}

func (s *scanner) endText() {
	s.at++
	s.stopPaint()
	if !s.isName {
		s.endValue(top)
		return
	}
	s.state = afterName
	if s.at < len(s.in) && s.in[s.at] == ':' {
		s.at++
		s.state = member
	}
}

func (s *scanner) escaped(c byte) bool {
	switch c {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		s.state = inText
	case 'u':
		s.state, s.hex = inHex, 4
	default:
		return false
	}
	s.at++
	return true
}

func (s *scanner) hexDigit(c byte) bool {
	if (c < '0' || c > '9') && (c|0x20 < 'a' || c|0x20 > 'f') {
		return false
	}
	s.at++
	if s.hex--; s.hex == 0 {
		s.state = inText
	}
	return true
}

func (s *scanner) beginWord(word string) bool {
	if !s.state.takesValue() {
		return false
	}
	if s.decorated {
		s.startLine(s.state, s.depth)
		s.startPaint(&s.literal)
	}
	s.state, s.rest = inWord, word
	return s.continueWord()
}

func (s *scanner) continueWord() bool {
	for s.at < len(s.in) && s.in[s.at] == s.rest[0] {
		s.at++
		if s.rest = s.rest[1:]; s.rest == "" {
			s.stopPaint()
			s.endValue(gap)
			return true
		}
	}
	return s.at == len(s.in)
}

func (s *scanner) beginNumber(c byte) bool {
	if !s.state.takesValue() {
		return false
	}
	if s.decorated {
		s.startLine(s.state, s.depth)
		s.startPaint(&s.number)
	}
	s.at++
	s.state = minus
	if c != '-' {
		s.state = minus.afterDigit(c)
	}
	return s.continueNumber()
}

// continueNumber scans a number to its end or the end of the chunk.
func (s *scanner) continueNumber() bool {
	at, state := s.at, s.state
	for ; at < len(s.in); at++ {
		next := state.inNumber(s.in[at])
		if next == after {
			s.at, s.state = at, state
			return s.endNumber()
		}
		state = next
	}
	s.at, s.state = at, state
	return true
}

// endNumber ends a number. It returns false if the number is incomplete.
func (s *scanner) endNumber() bool {
	switch s.state {
	case zero, digits, fraction, power:
		s.stopPaint()
		s.endValue(gap)
		return true
	}
	return false
}
