package render

import (
	"io"
	"unicode/utf8"
)

// chunkSize is what one read asks for, and how much output is gathered before
// a write: one write for each read in the usual case.
const chunkSize = 64 << 10

// source reads chunks that end neither inside a character nor between the two
// bytes of a CRLF, so that each chunk can be looked at by itself.
type source struct {
	r    io.Reader
	buf  []byte
	held []byte // the end of buf's text that waits for more
}

func newSource(r io.Reader) *source {
	return &source{r: r, buf: make([]byte, chunkSize)}
}

// next returns what one read brought. The bytes are good until the next call,
// also together with an error, io.EOF at the end.
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

// wholeCharacters is the length of b without a character that is cut off.
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
