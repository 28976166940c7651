package render

import (
	"fmt"
	"unicode/utf8"

	"github.com/epilot-cli/epilot/internal/failure"
)

// giveUp passes the rest on as it came. A reader that fails meanwhile is the
// better explanation of what is wrong with the text.
func (s *scanner) giveUp(rest []byte, err error, in *source) error {
	fault := failure.New(failure.Network, "the response is not the JSON it claims to be: %s: %s",
		s.place, s.complaint(rest))
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
		return failure.New(failure.Network, "the response ended early: %s: inside %s", s.place, inside)
	}
	return nil
}

// end ends what the end of the text may end, and names what is left open.
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

// complaint says what is wrong with the byte where the scanner stopped.
func (s *scanner) complaint(rest []byte) string {
	if s.depth == maxDepth && (rest[0] == '[' || rest[0] == '{') {
		return fmt.Sprintf("nested deeper than %d levels", maxDepth)
	}
	r, size := utf8.DecodeRune(rest)
	if r == utf8.RuneError && size == 1 {
		return fmt.Sprintf("unexpected byte 0x%02x", rest[0])
	}
	return fmt.Sprintf("unexpected %q", r)
}
