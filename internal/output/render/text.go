package render

import (
	"bytes"
	"encoding/binary"
	"io"
	"math/bits"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/epilot-cli/epilot/internal/budget"
	"github.com/epilot-cli/epilot/internal/jsonx"
	"github.com/epilot-cli/epilot/internal/term"
)

// Text copies a body that is not JSON byte for byte; safe escapes terminal control
// characters. An error of r is returned unwrapped, one of w as *WriteError.
func Text(w io.Writer, r io.Reader, safe bool) error {
	in := newSource(r)
	out := newSink(w)
	chunk, err := in.next()
	return copyText(&out, in, chunk, err, safe)
}

// copyText writes the chunk and the rest of the source; err is the error returned
// with the chunk.
func copyText(out *sink, in *source, chunk []byte, err error, safe bool) error {
	for {
		if safe {
			chunk = []byte(term.Safe(string(chunk)))
		}
		out.add(chunk)
		if failed := out.flush(); failed != nil {
			return failed
		}
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		chunk, err = in.next()
	}
}

// plain returns the end of the run of plain string bytes at from. The run ends
// before a quote, a backslash or a control character, and with escaping also before
// DEL and non-ASCII bytes.
func (p *printer) plain(from int) int {
	at := from
	if p.escape {
		for at < len(p.in) && !isSpecial(p.in[at]) && p.in[at] < 0x7f {
			at++
		}
		return at
	}
	for ; at+8 <= len(p.in); at += 8 {
		if special := specials(binary.LittleEndian.Uint64(p.in[at:])); special != 0 {
			return at + bits.TrailingZeros64(special)/8
		}
	}
	for at < len(p.in) && !isSpecial(p.in[at]) {
		at++
	}
	return at
}

func isSpecial(c byte) bool { return c == '"' || c == '\\' || c < ' ' }

// specials examines eight bytes at once. The lowest set bit is the high bit of the
// first byte that isSpecial; a borrow can make higher bits wrong.
func specials(word uint64) uint64 {
	const lowest = 0x0101010101010101
	quote, backslash := word^lowest*'"', word^lowest*'\\'
	found := (word - lowest*' ') | (quote - lowest) | (backslash - lowest)
	return found &^ word & (lowest << 7)
}

// writeLines writes one item per line. A string with a line break stays quoted.
func writeLines(w io.Writer, r io.Reader, l Layout) error {
	l.Style.Indent = ""
	s := newScanner(w, l.Style)
	err := eachItem(r, l, s.flush, func(item jsontext.Value) error {
		if text, bare := bareText(item); bare && l.Format == Lines {
			s.add([]byte(shown(text, l.Style) + "\n"))
			return s.err
		}
		s.feed(item)
		s.feed([]byte("\n"))
		return s.err
	})
	if failed := s.flush(); failed != nil {
		return failed
	}
	return err
}

func bareText(item jsontext.Value) (string, bool) {
	if !bytes.HasPrefix(item, []byte{'"'}) {
		return "", false
	}
	text := jsonx.Unquote(item)
	return text, !strings.ContainsAny(text, "\n\r")
}

// shown returns text escaped as the style requires.
func shown(text string, style Style) string {
	if style.Escape {
		return term.Safe(text)
	}
	return text
}

const maxDepth = budget.MaxDepth

// nesting records the kind of each open bracket.
type nesting struct {
	objects []uint64 // one bit per level, set for an object
	depth   int
}

// push reports whether there was room for another level.
func (n *nesting) push(object bool) bool {
	if n.depth == maxDepth {
		return false
	}
	word, bit := n.depth/64, uint64(1)<<(n.depth%64)
	if word == len(n.objects) {
		n.objects = append(n.objects, 0)
	}
	n.objects[word] &^= bit
	if object {
		n.objects[word] |= bit
	}
	n.depth++
	return true
}

func (n *nesting) pop() { n.depth-- }

// inObject reports whether the innermost open bracket is an object's.
func (n *nesting) inObject() bool {
	if n.depth == 0 {
		return false
	}
	level := n.depth - 1
	return n.objects[level/64]>>(level%64)&1 == 1
}
