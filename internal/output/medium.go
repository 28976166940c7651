package output

import (
	"bufio"
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/epilot-cli/epilot/internal/failure"
	"github.com/epilot-cli/epilot/internal/httpx"
	"github.com/epilot-cli/epilot/internal/output/render"
	"github.com/epilot-cli/epilot/internal/suggest"
	"github.com/epilot-cli/epilot/internal/term"
)

// medium is the kind of data in a body.
type medium int

const (
	foreign  medium = iota // not JSON; written byte for byte
	document               // one JSON value
	sequence               // a sequence of JSON values
	events                 // text/event-stream
)

// medium returns how to read the body: by the response's media type, else as JSON if
// the body looks like JSON and the requested format requires it. If the definition
// declares only JSON, a body is JSON unless its media type and its start differ.
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
	case isHTML(essence):
		return foreign
	case e.promisesOnlyJSON() && (isVague(essence) || looksLikeJSON(start)):
		return document
	}
	return foreign
}

func isHTML(essence string) bool {
	return essence == "text/html" || essence == "application/xhtml+xml"
}

// isVague reports whether servers send JSON with this media type out of carelessness.
func isVague(essence string) bool {
	return !strings.Contains(essence, "/") || essence == "text/plain" ||
		essence == "application/octet-stream" || essence == "binary/octet-stream"
}

// looksLikeJSON reports whether a text starts as an object or array, or is a single
// short value.
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

// isBinary reports whether the start of a body is not text.
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
	beneath *source // the underlying source of the reader, if any
	buffer  *bufio.Reader
	err     error
}

// peek returns the bytes of the first read, or io.EOF for an empty body.
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

// failure returns why the body ended early, or nil.
func (s *source) failure() error {
	if s.beneath != nil {
		return s.beneath.failure()
	}
	return s.err
}

// Options are the flags --output, --columns and --out-file as typed.
type Options struct {
	Format, Columns, File string
	CSVSafe               bool // quote CSV and TSV fields that a spreadsheet would run as formulas
}

// Form describes how a response is written.
type Form struct {
	Format  render.Format // "" lets the response decide
	Columns []string      // paths such as a.b; nil chooses from the data
	File    string        // a file, a folder, or "-" for all bytes on stdout; "" for stdout
	Strict  bool          // --output json: print the result of --jsonata as JSON even if it is a string

	Formulas bool // a table field may start like a spreadsheet formula
}

// Formats returns the values of --output.
func Formats() []string { return render.Formats() }

// Form checks the flags before a request is sent. json is --json. Errors are of kind
// Usage.
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

// FormatFor returns the format for a name used by other programs, "" if there is
// none.
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

// setColumns parses the column list; without --output it selects a table.
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

func (e *exchange) render(out io.Writer, from io.Reader, m medium) error {
	if e.failed {
		from = io.TeeReader(from, &e.summary)
	}
	if m == foreign || m == events {
		return render.Text(out, from, e.onScreen() && e.o.Form.File != "-")
	}
	return render.Write(out, from, e.layout(m))
}

// onScreen reports whether the body goes to a terminal.
func (e *exchange) onScreen() bool { return e.p.Streams.OutTTY && !e.toFile() }

// open returns the writer for the body: the pager, except for endless streams.
func (e *exchange) open(m medium) io.WriteCloser {
	if e.toFile() || e.o.Form.File == "-" || m == sequence || m == events {
		return term.Unpaged(e.destination())
	}
	return e.p.page()
}

// destination returns the writer for the body without a pager.
func (e *exchange) destination() io.Writer {
	if e.toFile() {
		return e.file.draft
	}
	if !e.tallied {
		e.p.status.clear()
	}
	return e.p.Streams.Out
}

// layout returns the layout for a medium.
func (e *exchange) layout(m medium) render.Layout {
	l := render.Layout{
		Format: e.format(m), Style: e.style(), Columns: e.o.Form.Columns,
		Sequence: m == sequence, LeftOut: func(names []string) { e.leftOut = names },
		Budget: e.p.Budget, Formulas: e.o.Form.Formulas, Missing: e.refuseMissing,
	}
	if e.onScreen() {
		l.Width = e.p.Streams.Width
	}
	return l
}

// style omits colours and escapes in a file.
func (e *exchange) style() render.Style {
	style := render.Style{Escape: e.onScreen()}
	if e.o.Form.Format == render.Flat {
		return style
	}
	style.Indent = "  "
	if e.onScreen() && e.p.Streams.Color {
		style.Palette = e.p.Streams.Theme.Palette(true)
	}
	return style
}

// format returns --output, or else the default for the medium. Errors are never
// table rows. The default for a stream depends on whether a user or a program reads
// it.
func (e *exchange) format(m medium) render.Format {
	switch asked := e.o.Form.Format; {
	case isTable(asked) && e.failed:
		return render.Pretty
	case asked == render.Raw && e.transformed:
		return render.Flat
	case asked != "":
		return asked
	case m == sequence && e.transformed && !e.onScreen():
		return render.Lines
	case m == sequence && !e.onScreen():
		return render.NDJSON
	}
	return render.Pretty
}

// refuseMissing returns the error for --columns that no item has.
func (e *exchange) refuseMissing(names, columns []string) error {
	list := strings.Join(columns[:min(len(columns), 20)], ", ")
	if len(columns) > 20 {
		list += fmt.Sprintf(" and %d more", len(columns)-20)
	}
	missing := failure.New(failure.Usage, "no item has the column %s", strings.Join(names, ", "))
	if list == "" {
		return missing
	}
	return missing.Hintf("the columns are %s", list)
}

// tellLeftOut lists the columns that did not fit on the terminal.
func (e *exchange) tellLeftOut() {
	if len(e.leftOut) == 0 || !e.p.Streams.ErrTTY || e.p.Flags.JSON || e.p.Flags.Quiet {
		return
	}
	names := e.leftOut
	if len(names) > 8 {
		names = append(names[:8:8], fmt.Sprintf("and %d more", len(e.leftOut)-8))
	}
	note := term.Line("Hidden columns: " + strings.Join(names, ", ") + " (choose with --columns)")
	for _, line := range term.Wrap(note, cmp.Or(e.p.Streams.ErrWidth, 80)) {
		fmt.Fprintln(e.p.Streams.Err, line)
	}
}
