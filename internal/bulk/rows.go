// Package bulk makes one call for each row of a file or of a pipe: it reads rows,
// says what of a row becomes what of a call, sends many calls at once without
// flooding the server, and remembers the fate of each row. The calls are those of
// internal/client. It knows neither flags nor a terminal.
package bulk

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"iter"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"

	"github.com/epilot-cli/epilot/internal/failure"
	"github.com/epilot-cli/epilot/internal/jsonx"
)

// The formats of rows.
const (
	NDJSON = "ndjson" // a JSON object a line
	JSON   = "json"   // an array of objects, or objects in a row, over any number of lines
	CSV    = "csv"    // RFC 4180, with a header; the separator may be a semicolon
	TSV    = "tsv"    // the same with tabs, and \t, \n, \r and \\ as -o tsv writes them
)

// Formats are the formats of rows.
func Formats() []string { return []string{NDJSON, JSON, CSV, TSV} }

// ErrorColumn is the column, or member, that --failed adds to a row. It is left
// out of a row that is read.
const ErrorColumn = "epilot_error"

// ErrEmpty is in the error of Open for a text that has nothing in it.
var ErrEmpty = errors.New("is empty: it has no rows")

// longestRow bounds a row in bytes: a quote that is never closed takes the rest
// of the file.
const longestRow = 16 << 20

// Row is one row of the input.
type Row struct {
	Number int    // counted from 1; a header is not a row
	Line   int    // of the file, where the row begins
	Cells  []Cell // in the order of the input
	Text   []byte // of a row of JSON: as it came, on any number of lines
	Err    error  // why the row is not one; nothing else is set but Number and Line
}

// Cell is one value of a row.
type Cell struct {
	Name string
	Text string      // of CSV and TSV
	JSON *jsonx.Node // of JSON; nil for CSV and TSV
}

// IsEmpty reports whether the cell holds nothing.
func (c *Cell) IsEmpty() bool { return c.JSON == nil && c.Text == "" }

// String is the cell as the text of a parameter.
func (c *Cell) String() string {
	switch {
	case c.JSON == nil:
		return c.Text
	case c.JSON.IsNull():
		return ""
	}
	return c.JSON.String()
}

// Document is the row as a JSON object.
func (r *Row) Document() []byte {
	if r.Text != nil {
		return r.Text
	}
	object := jsonx.Node{Kind: jsonx.ObjectNode}
	for _, cell := range r.Cells {
		object.Members = append(object.Members, jsonx.NodeMember{Name: cell.Name, Value: jsonx.StringNode(cell.Text)})
	}
	return object.Append(nil)
}

// Reader reads rows one by one.
type Reader struct {
	Format  string   // one of Formats
	Columns []string // of CSV and TSV, once they are opened

	separator byte // of CSV and TSV
	name      string
	in        *bufio.Reader
	utf16     bool // what could not be decoded is U+FFFD
	number    int
	line      int // of the next byte
	skip      int // index of ErrorColumn, -1 for none
}

// Open begins to read rows. name is that of the file, for its ending and for
// messages; format is one of Formats, or "" to find out. Errors are of kind
// Usage.
func Open(name string, from io.Reader, format string) (*Reader, error) {
	r := &Reader{Format: format, name: name, line: 1, skip: -1}
	start, err := r.decode(from)
	if err != nil {
		return nil, err
	}
	if r.Format == "" {
		r.Format = formatOf(name, start)
	}
	if r.Format == CSV || r.Format == TSV {
		return r, r.header(start)
	}
	return r, nil
}

// decode makes UTF-8 of the text, and returns how it begins.
func (r *Reader) decode(from io.Reader) ([]byte, error) {
	in := bufio.NewReaderSize(from, 64<<10)
	start, err := in.Peek(4)
	if err != nil && err != io.EOF {
		return nil, r.unreadable(err)
	}
	if kind := packed(start); kind != "" {
		return nil, failure.New(failure.Usage, "%s is %s, not rows of text", r.name, kind).
			Hintf("save it as CSV or NDJSON first")
	}
	endian, isUTF16 := unicode.LittleEndian, true
	switch {
	case bytes.HasPrefix(start, []byte("\xff\xfe")), len(start) > 1 && start[0] != 0 && start[1] == 0:
	case bytes.HasPrefix(start, []byte("\xfe\xff")), len(start) > 1 && start[0] == 0 && start[1] != 0:
		endian = unicode.BigEndian
	default:
		isUTF16 = false
	}
	if r.in = in; isUTF16 {
		r.utf16 = true
		r.in = bufio.NewReaderSize(transform.NewReader(in, unicode.UTF16(endian, unicode.UseBOM).NewDecoder()), 64<<10)
	}
	if start, _ = r.in.Peek(3); bytes.Equal(start, []byte("\xef\xbb\xbf")) {
		_, _ = r.in.Discard(3)
	}
	if start = firstLine(r.in); len(bytes.TrimSpace(start)) == 0 {
		return nil, failure.New(failure.Usage, "%s %w", r.name, ErrEmpty)
	}
	return start, nil
}

// firstLine is the first line that is not empty, as far as it tells the format.
// A pipe that has sent it is not waited for.
func firstLine(in *bufio.Reader) []byte {
	const most = 16 << 10
	for size := 1; ; size++ {
		start, err := in.Peek(max(size, min(in.Buffered(), most))) // an error comes again when it is read
		if size = len(start); err != nil || size >= most || bytes.IndexByte(bytes.TrimLeft(start, " \t\r\n"), '\n') > 0 {
			return start
		}
	}
}

// packed names a file that is not text.
func packed(start []byte) string {
	switch {
	case bytes.HasPrefix(start, []byte("PK\x03\x04")):
		return "a workbook or a zip file"
	case bytes.HasPrefix(start, []byte("\x1f\x8b")):
		return "compressed with gzip"
	case bytes.HasPrefix(start, []byte("%PDF")):
		return "a PDF"
	}
	return ""
}

// formatOf finds out the format by the ending of the name, then by how the text
// begins.
func formatOf(name string, start []byte) string {
	switch strings.ToLower(filepath.Ext(name)) {
	case ".csv":
		return CSV
	case ".tsv", ".tab":
		return TSV
	case ".ndjson", ".jsonl":
		return NDJSON
	case ".json":
		return JSON
	}
	text := bytes.TrimSpace(start)
	switch line, _, _ := bytes.Cut(text, []byte("\n")); {
	case len(text) == 0:
	case text[0] == '[':
		return JSON
	case text[0] == '{':
		return NDJSON
	case bytes.IndexByte(line, '\t') >= 0:
		return TSV
	}
	return CSV
}

// Rows yields the rows. A row that is wrong has an Err, and the next one is read
// all the same. An error, of kind Usage or File, ends the rows.
func (r *Reader) Rows() iter.Seq2[*Row, error] {
	switch r.Format {
	case CSV, TSV:
		return r.separated()
	case JSON:
		return r.values()
	}
	return r.lines()
}

// row is the next row, which begins at the line.
func (r *Reader) row(line int) *Row {
	r.number++
	return &Row{Number: r.number, Line: line}
}

// broken is the error that ends the rows.
func (r *Reader) broken(line int, format string, args ...any) error {
	return failure.New(failure.Usage, "%s, line %d: %s", r.name, line, fmt.Sprintf(format, args...))
}

// unreadable is the error of what the rows are read from.
func (r *Reader) unreadable(err error) error {
	return failure.New(failure.File, "%s cannot be read: %w", r.name, err)
}

// count is a number of things: "1 cell", "3 cells".
func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return strconv.Itoa(n) + " " + what + "s"
}

// At is the place of the row for messages: "line 7 (row 6)".
func (r *Row) At() string {
	return "line " + strconv.Itoa(r.Line) + " (row " + strconv.Itoa(r.Number) + ")"
}
