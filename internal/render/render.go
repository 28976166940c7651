// Package render writes what an API answered. It reformats a stream of JSON
// byte by byte, so that order, numbers and strings stay as they were sent,
// memory does not grow with the response, and output starts before its end.
// The other formats take the items out of it one by one. It does not choose the
// format, open files, or know HTTP.
//
// The way of a chunk of JSON: source reads it, scanner checks it against the
// grammar, printer puts white space and colour between its bytes, sink writes
// it. The way of an item: items cuts it out, then lines writes it, or cells and
// columns make it a row for table and separated.
package render

import (
	"bytes"
	"cmp"
	"io"

	"github.com/epilot-cli/epilot/internal/term"
)

// Style is how JSON is laid out.
type Style struct {
	Indent  string        // for each level; "" puts each value on one line
	Palette *term.Palette // nil: no colour
	Escape  bool          // for a terminal: what could drive it is shown as \uXXXX
}

const byteOrderMark = "\xef\xbb\xbf"

// JSON copies JSON text (RFC 8259) from r to w in the style, value by value, each
// ended by a newline. Nothing but the white space between tokens is changed;
// bytes that are not UTF-8 pass.
//
// Text that is not JSON, or ends early, is written to its end as it came, and
// is an error of kind Network that says where. An error of r is returned as it
// is, after all that came was written; one of w as *WriteError.
func JSON(w io.Writer, r io.Reader, style Style) error {
	in := newSource(r)
	s := newScanner(w, style)
	chunk, err := in.next()
	chunk = bytes.TrimPrefix(chunk, []byte(byteOrderMark))
	for {
		if good := s.feed(chunk); good < len(chunk) {
			return s.giveUp(chunk[good:], err, in)
		}
		if err == io.EOF {
			return s.finish()
		}
		if err != nil {
			s.stopPaint()
		}
		if failed := s.flush(); failed != nil || err != nil {
			return cmp.Or(failed, err)
		}
		chunk, err = in.next()
	}
}
