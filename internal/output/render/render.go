// Package render formats API responses. It reformats a stream of JSON byte by byte:
// order, numbers and strings are unchanged, memory use does not depend on the size
// of the response, and output starts before the response ends. The other formats
// extract its items one by one. The package does not choose the format, open files,
// or know HTTP.
//
// A chunk of JSON passes through source, which reads it, scanner, which checks the
// grammar, printer, which inserts white space and colour, and sink, which writes it.
// An item passes through items, which extracts it, then lines, which writes it, or
// cells and columns, which make it a row for table and separated.
package render

import (
	"bytes"
	"cmp"
	"io"

	"github.com/epilot-cli/epilot/internal/budget"
	"github.com/epilot-cli/epilot/internal/term"
)

// Style is the layout of JSON.
type Style struct {
	Indent  string        // per level; "" puts each value on one line
	Palette *term.Palette // nil for no colour
	Escape  bool          // escape terminal control characters as \uXXXX
}

const byteOrderMark = "\xef\xbb\xbf"

// JSON copies JSON text (RFC 8259) from r to w in the style, ending each value with
// a newline. Only the white space between tokens changes; bytes that are not UTF-8
// are copied.
//
// Text that is not JSON or is truncated is copied unchanged to its end, and JSON
// returns an error of kind Network with the position. An error of r is returned
// unwrapped after everything read has been written; an error of w is a *WriteError.
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

// Format is an output format.
type Format string

// The formats, in the order they are listed.
const (
	Pretty Format = "pretty" // JSON, one line per member
	Flat   Format = "json"   // JSON, one line per value
	YAML   Format = "yaml"   // one document per value
	Table  Format = "table"  // one row per item, for reading
	CSV    Format = "csv"    // one row per item (RFC 4180, but lines end with LF)
	TSV    Format = "tsv"    // one row per item, with tabs and line breaks as \t and \n
	NDJSON Format = "ndjson" // one item per line
	Lines  Format = "lines"  // one item per line, strings unquoted
	Raw    Format = "raw"    // unchanged bytes
)

// Formats returns all formats.
func Formats() []string {
	return []string{
		string(Pretty), string(Flat), string(YAML), string(Table), string(CSV),
		string(TSV), string(NDJSON), string(Lines), string(Raw),
	}
}

// Layout is a format and its settings.
type Layout struct {
	Format   Format
	Style    Style                               // colour and escapes apply to every format
	Columns  []string                            // for tables: paths such as a.b or list.0.id; nil chooses from the data
	Width    int                                 // for tables, in cells; 0 for no limit
	Sequence bool                                // the text is a sequence of values, each of them an item
	LeftOut  func(names []string)                // called with the columns that did not fit into a table; may be nil
	Formulas bool                                // a CSV or TSV field may start like a spreadsheet formula
	Missing  func(names, columns []string) error // called with the Columns that no item has, and some existing ones; may be nil
	Budget   budget.Budget                       // limits the memory for an item and for the rows that choose the columns
}

// Write copies JSON text in the layout. Items are the elements of an array, at the
// top level or in a wrapper such as results; otherwise each value is an item. Errors
// are those of JSON, but formats that extract items do not copy invalid JSON.
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

// WriteError is an error of the writer, such as a closed pipe or a full disk.
type WriteError struct{ Err error }

func (e *WriteError) Error() string { return "cannot write the output: " + e.Err.Error() }

func (e *WriteError) Unwrap() error { return e.Err }

// sink buffers output. After the first error it drops everything.
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

// flush writes the buffer. It returns the first error of any write.
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
