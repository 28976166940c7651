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

	"github.com/epilot-cli/epilot/internal/budget"
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

// Format is the form of an output.
type Format string

// The formats, in the order in which a list of them is shown.
const (
	Pretty Format = "pretty" // JSON, a line for each member
	Flat   Format = "json"   // JSON, a line for each value
	YAML   Format = "yaml"   // a document for each value
	Table  Format = "table"  // a row for each item, for people
	CSV    Format = "csv"    // a row for each item (RFC 4180, lines end with LF)
	TSV    Format = "tsv"    // a row for each item, tabs and line breaks as \t and \n
	NDJSON Format = "ndjson" // an item a line
	Lines  Format = "lines"  // an item a line, texts without their quotes
	Raw    Format = "raw"    // the bytes as they came
)

// Formats returns all formats.
func Formats() []string {
	return []string{
		string(Pretty), string(Flat), string(YAML), string(Table), string(CSV),
		string(TSV), string(NDJSON), string(Lines), string(Raw),
	}
}

// Layout is a format with all that it depends on.
type Layout struct {
	Format   Format
	Style    Style                               // colour and escapes hold for every format
	Columns  []string                            // of a table: paths such as a.b or list.0.id; nil lets it choose
	Width    int                                 // of a table, in cells; 0 for no limit
	Sequence bool                                // the text is values in a row, each of them an item
	LeftOut  func(names []string)                // is told what did not fit into a table; may be nil
	Formulas bool                                // a field of CSV or TSV may begin as a formula of a spreadsheet does
	Missing  func(names, columns []string) error // is told which of Columns no item has, and some that there are; may be nil
	Budget   budget.Budget                       // of what is held: an item, the rows that choose the columns
}

// Write copies JSON text in the layout. Items are the elements of an array at
// the top, or under a wrapper such as results; else each value is one. Errors
// are those of JSON, but what is not JSON is not passed on by the formats that
// take it apart.
func Write(w io.Writer, r io.Reader, l Layout) error {
	switch l.Format {
	case YAML:
		return writeYAML(w, r, l)
	case Table:
		return writeTable(w, r, l)
	case CSV, TSV:
		return writeSeparated(w, r, l)
	case NDJSON, Lines:
		return writeLines(w, r, l)
	case Raw:
		return Text(w, r, l.Style.Escape)
	}
	return JSON(w, r, l.Style)
}

// WriteError is an error of the writer: a closed pipe, a full disk.
type WriteError struct{ Err error }

func (e *WriteError) Error() string { return "cannot write the output: " + e.Err.Error() }

func (e *WriteError) Unwrap() error { return e.Err }

// sink gathers output. After the first error it takes nothing any more.
type sink struct {
	w   io.Writer
	buf []byte
	err error
}

func newSink(w io.Writer) sink {
	return sink{w: w, buf: make([]byte, 0, chunkSize)}
}

func (s *sink) add(p []byte) {
	if len(p) > cap(s.buf)-len(s.buf) {
		s.addLong(p)
		return
	}
	s.buf = append(s.buf, p...)
}

func (s *sink) addLong(p []byte) {
	_ = s.flush()
	if len(p) < cap(s.buf) {
		s.buf = append(s.buf, p...)
		return
	}
	s.write(p)
}

// flush writes what was gathered. It returns the first error of all writes.
func (s *sink) flush() error {
	s.write(s.buf)
	s.buf = s.buf[:0]
	return s.err
}

func (s *sink) write(p []byte) {
	if s.err != nil || len(p) == 0 {
		return
	}
	if _, err := s.w.Write(p); err != nil {
		s.err = &WriteError{err}
	}
}
