package output

import (
	"bufio"
	"bytes"
	"encoding/json"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/epilot-cli/epilot/internal/failure"
	"github.com/epilot-cli/epilot/internal/httpx"
	"github.com/epilot-cli/epilot/internal/output/render"
	"github.com/epilot-cli/epilot/internal/suggest"
)

// medium is what a body is made of.
type medium int

const (
	foreign  medium = iota // not JSON: it is written byte for byte
	document               // one JSON value
	sequence               // JSON values in a row
	events                 // text/event-stream
)

// medium is what the body is read as: what the response says, else JSON where the
// definition promises nothing but JSON, or the body looks like JSON and a form is
// asked for that only JSON has.
func (e *exchange) medium(essence string, start []byte) medium {
	switch {
	case httpx.IsJSON(essence):
		return document
	case httpx.IsNDJSON(essence):
		return sequence
	case httpx.IsEventStream(essence):
		return events
	case e.failed:
		if essence == "" && looksLikeJSON(start) || e.wantsForm() && looksLikeJSON(start) {
			return document
		}
		return foreign
	case looksLikeJSON(start) && e.wantsForm():
		return document
	case essence == "text/html", essence == "application/xhtml+xml":
		return foreign
	case e.promisesOnlyJSON():
		return document
	}
	return foreign
}

// looksLikeJSON reports whether a text begins as an object or an array, or is
// one short value.
func looksLikeJSON(start []byte) bool {
	text := bytes.TrimSpace(bytes.TrimPrefix(start, []byte("\xef\xbb\xbf")))
	if len(text) == 0 {
		return false
	}
	return text[0] == '{' || text[0] == '[' || len(start) < firstLook && json.Valid(text)
}

func (e *exchange) promisesOnlyJSON() bool {
	success := e.o.Operation.Success()
	if success == nil || len(success.Contents) == 0 {
		return false
	}
	for _, content := range success.Contents {
		if !httpx.IsJSON(content.MediaType) {
			return false
		}
	}
	return true
}

// isBinary reports whether the beginning of a body is not text.
func isBinary(start []byte) bool {
	if bytes.IndexByte(start, 0) >= 0 {
		return true
	}
	for i := 0; i < utf8.UTFMax && len(start) > 0; i++ { // the last character may be cut off
		if utf8.Valid(start) {
			return false
		}
		start = start[:len(start)-1]
	}
	return len(start) > 0
}

const firstLook = 4 << 10 // bytes

// source is a response body that remembers why it ended early.
type source struct {
	reader  io.Reader
	beneath *source // what the reader reads, where that is a source too
	buffer  *bufio.Reader
	err     error
}

// peek returns what the first read brought, io.EOF for an empty body.
func (s *source) peek() ([]byte, error) {
	s.buffer = bufio.NewReaderSize(s.reader, firstLook)
	if _, err := s.buffer.Peek(1); err != nil {
		if err != io.EOF {
			s.err = err
		}
		return nil, err
	}
	return s.buffer.Peek(s.buffer.Buffered())
}

func (s *source) Read(p []byte) (int, error) {
	from := s.reader
	if s.buffer != nil {
		from = s.buffer
	}
	n, err := from.Read(p)
	if err != nil && err != io.EOF {
		s.err = err
	}
	return n, err
}

// failure is why the body ended early, or nil.
func (s *source) failure() error {
	if s.beneath != nil {
		return s.beneath.failure()
	}
	return s.err
}

// Options are the flags --output, --columns and --out-file as they were typed.
type Options struct {
	Format, Columns, File string
	CSVSafe               bool // fields of CSV and TSV that a spreadsheet would run are quoted
}

// Form is how a response is written.
type Form struct {
	Format  render.Format // "" where the response decides
	Columns []string      // paths such as a.b; nil for those of the data
	File    string        // a file, a folder, or "-" for stdout with all bytes; "" for stdout
	Strict  bool          // --output json: what --jsonata returns is JSON in any case

	Formulas bool // a field of a table may begin as a formula of a spreadsheet does
}

// Formats are the values of --output.
func Formats() []string { return render.Formats() }

// Form checks the flags before anything is sent. json is --json. Errors are of
// kind Usage.
func (o Options) Form(json bool) (Form, error) {
	form := Form{Format: render.Format(o.Format), File: o.File, Formulas: !o.CSVSafe}
	form.Strict = form.Format == render.Flat
	if err := checkFormat(o.Format); err != nil {
		return form, err
	}
	if json && form.Format != "" && form.Format != render.Flat {
		return form, failure.New(failure.Usage, "--json and --output %s cannot be combined", form.Format).
			Hintf("remove one of them; ndjson prints a line of JSON for each item")
	}
	if json {
		form.Format = render.Flat
	}
	return form, form.setColumns(o.Columns)
}

// FormatFor is the format that other programs call so, "" where none does.
func FormatFor(name string) string {
	switch name = strings.ToLower(name); name {
	case "wide":
		return string(render.Table)
	case "text":
		return "tsv"
	case "jsonl", "jsonlines", "json-lines", "json-stream":
		return string(render.NDJSON)
	case "yml":
		return "yaml"
	case "name", "plain":
		return "lines"
	}
	if slices.Contains(Formats(), name) {
		return name
	}
	return ""
}

func checkFormat(name string) error {
	formats := Formats()
	if name == "" || slices.Contains(formats, name) {
		return nil
	}
	list := strings.Join(formats, ", ")
	unknown := failure.New(failure.Usage, "invalid --output %q", name)
	if ours := FormatFor(name); ours != "" {
		return unknown.Hintf("use -o %s. The formats are %s", ours, list)
	}
	if near := suggest.Match(name, formats); near != "" {
		return unknown.Hintf("did you mean %s? The formats are %s", near, list)
	}
	return unknown.Hintf("the formats are %s", list)
}

// setColumns reads the list of columns; without --output it implies a table.
func (f *Form) setColumns(list string) error {
	if list == "" {
		return nil
	}
	if f.Format == "" {
		f.Format = render.Table
	}
	if !isTable(f.Format) {
		return failure.New(failure.Usage, "--columns cannot be combined with the format %s", f.Format).
			Hintf("use it with --output table, csv or tsv; --jsonata picks members of JSON")
	}
	for column := range strings.SplitSeq(list, ",") {
		column = strings.TrimSpace(column)
		if column == "" {
			return failure.New(failure.Usage, "invalid --columns %q: empty column", list).
				Hintf("use a list such as --columns id,name,address.city")
		}
		f.Columns = append(f.Columns, column)
	}
	return nil
}

func isTable(format render.Format) bool {
	return format == render.Table || format == render.CSV || format == render.TSV
}
