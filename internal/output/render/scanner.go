package render

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"math/bits"
	"unicode/utf8"

	"github.com/epilot-cli/epilot/internal/failure"
)

// position counts the text read so far, for error messages.
type position struct {
	lines   int // newlines so far
	columns int // characters since the last newline
}

func (p position) String() string {
	return fmt.Sprintf("line %d, column %d", p.lines+1, p.columns+1)
}

func (p *position) advance(text []byte) {
	if lines := bytes.Count(text, []byte("\n")); lines > 0 {
		p.lines += lines
		p.columns = 0
		text = text[bytes.LastIndexByte(text, '\n')+1:]
	}
	p.columns += characters(text)
}

// characters counts the bytes that do not continue a UTF-8 sequence, eight at a
// time, because every byte of the response is counted.
func characters(text []byte) int {
	const lowest = 0x0101010101010101
	n := len(text)
	for ; len(text) >= 8; text = text[8:] {
		word := binary.LittleEndian.Uint64(text)
		n -= bits.OnesCount64(word >> 7 &^ (word >> 6) & lowest)
	}
	for _, c := range text {
		if c&0xc0 == 0x80 {
			n--
		}
	}
	return n
}

// chunkSize is the read size and the size of the output buffer: usually there is one
// write per read.
const chunkSize = 64 << 10

// source reads chunks that never split a character or a CRLF, so that each chunk can
// be scanned separately.
type source struct {
	r    io.Reader
	buf  []byte
	held []byte // the unfinished end of buf
}

func newSource(r io.Reader) *source {
	return &source{r: r, buf: make([]byte, chunkSize)}
}

// next returns the bytes of one read. They are valid until the next call, even when
// returned with an error; the error is io.EOF at the end.
func (s *source) next() ([]byte, error) {
	for range 100 {
		had := copy(s.buf, s.held)
		n, err := s.r.Read(s.buf[had:])
		text := s.buf[:had+n]
		whole := len(text)
		if err == nil {
			whole = wholeCharacters(text)
		}
		s.held = text[whole:]
		if whole > 0 || err != nil {
			return text[:whole], err
		}
	}
	return nil, io.ErrNoProgress
}

// wholeCharacters returns the length of b without a truncated last character.
func wholeCharacters(b []byte) int {
	for at := len(b) - 1; at >= 0 && at >= len(b)-utf8.UTFMax; at-- {
		switch {
		case !utf8.RuneStart(b[at]):
		case b[at] == '\r' && at == len(b)-1, !utf8.FullRune(b[at:]):
			return at
		default:
			return len(b)
		}
	}
	return len(b)
}

// scanner checks JSON text in chunks and prints it along the way.
type scanner struct {
	printer
	position
	nesting
	state  state
	isName bool   // the string is a member name
	rest   string // rest of the literal
	hex    int    // hex digits still to come
}

func newScanner(w io.Writer, style Style) *scanner {
	return &scanner{printer: newPrinter(newSink(w), style)}
}

// feed scans the valid part of the chunk and returns its length.
func (s *scanner) feed(chunk []byte) int {
	s.in, s.at, s.kept = chunk, 0, 0
	for good := true; good && s.at < len(chunk); {
		if s.state < inText {
			good = s.structure(chunk[s.at])
		} else {
			good = s.resume(chunk[s.at])
		}
	}
	s.keep()
	s.advance(chunk[:s.at])
	return s.at
}

// structure scans white space, a bracket, a comma or a colon, or the part of a token
// in this chunk. It returns false if c is not allowed here.
func (s *scanner) structure(c byte) bool {
	switch c {
	case '"':
		return s.beginText()
	case ',':
		return s.comma()
	case ':':
		return s.colon()
	case '{', '[':
		return s.openBracket(c == '{')
	case '}', ']':
		return s.closeBracket(c == '}')
	case ' ', '\n', '\t', '\r':
		return s.space()
	case '-', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9':
		return s.beginNumber(c)
	case 't':
		return s.beginWord("true")
	case 'f':
		return s.beginWord("false")
	case 'n':
		return s.beginWord("null")
	}
	return false
}

// resume continues a token.
func (s *scanner) resume(c byte) bool {
	switch s.state {
	case inText:
		return s.continueText()
	case inEscape:
		return s.escaped(c)
	case inHex:
		return s.hexDigit(c)
	case inWord:
		return s.continueWord()
	}
	return s.continueNumber()
}

func (s *scanner) space() bool {
	s.skipSpace()
	if s.state == gap {
		s.endLine()
	}
	return true
}

func (s *scanner) comma() bool {
	if s.state != after {
		return false
	}
	s.at++
	s.state = nextItem
	if s.inObject() {
		s.state = nextName
	}
	return true
}

func (s *scanner) colon() bool {
	if s.state != afterName {
		return false
	}
	s.at++
	s.state = member
	return true
}

func (s *scanner) openBracket(object bool) bool {
	if !s.state.takesValue() || !s.push(object) {
		return false
	}
	s.startLine(s.state, s.depth-1)
	s.at++
	s.state = firstItem
	if object {
		s.state = firstName
	}
	return true
}

func (s *scanner) closeBracket(object bool) bool {
	first := firstItem
	if object {
		first = firstName
	}
	if s.state != first && (s.state != after || s.inObject() != object) {
		return false
	}
	s.pop()
	if s.state == after {
		s.newLine(s.depth)
	}
	s.at++
	s.endValue(top)
	return true
}

// endValue is called after the last byte of a value; alone is the next state if the
// value is at the top level.
func (s *scanner) endValue(alone state) {
	s.state = after
	if s.depth > 0 {
		if s.at < len(s.in) && s.in[s.at] == ',' {
			s.comma()
		}
		return
	}
	s.state = alone
	if alone == top {
		s.endLine()
	}
}

func (s *scanner) endLine() {
	s.insert([]byte("\n"))
	s.state = top
}

// giveUp copies the rest unchanged. If the reader fails meanwhile, its error
// explains the invalid text better.
func (s *scanner) giveUp(rest []byte, err error, in *source) error {
	if s.depth == maxDepth && (rest[0] == '[' || rest[0] == '{') {
		s.stopPaint()
		if failed := s.flush(); failed != nil {
			return failed
		}
		return failure.New(failure.Network, "the response is nested deeper than %d levels: %s", maxDepth, s.position).
			Hintf("-o raw prints it unchanged")
	}
	fault := failure.New(failure.Network, "the response is not valid JSON: %s: %s",
		s.position, s.complaint(rest))
	s.stopPaint()
	if failed := copyText(&s.sink, in, rest, err, s.escape); failed != nil {
		return failed
	}
	return fault
}

// finish is called at the end of the text.
func (s *scanner) finish() error {
	inside := s.end()
	s.stopPaint()
	if err := s.flush(); err != nil {
		return err
	}
	if inside != "" {
		return failure.New(failure.Network, "the response ended early: %s: inside %s", s.position, inside)
	}
	return nil
}

// end ends a value that the end of the text completes, and returns what is still
// open.
func (s *scanner) end() (inside string) {
	if s.depth == 0 && s.state >= minus {
		s.endNumber()
	}
	if s.state == gap {
		s.endLine()
	}
	switch {
	case s.state == top:
		return ""
	case s.state == inText, s.state == inEscape, s.state == inHex:
		return "a string"
	case s.state == inWord:
		return "a word"
	case s.state >= minus && s.depth == 0:
		return "a number"
	case s.inObject():
		return "an object"
	}
	return "an array"
}

// complaint describes the byte at which the scanner stopped.
func (s *scanner) complaint(rest []byte) string {
	r, size := utf8.DecodeRune(rest)
	if r == utf8.RuneError && size == 1 {
		return fmt.Sprintf("unexpected byte 0x%02x", rest[0])
	}
	return fmt.Sprintf("unexpected %q", r)
}
