// Package bulk makes one call for each row of a file or pipe. It reads rows, maps
// them to calls of internal/client, sends many calls concurrently without flooding
// the server, and records the fate of each row. It does not know flags or a
// terminal.
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

// The formats of input rows.
const (
	NDJSON = "ndjson" // one JSON object per line
	JSON   = "json"   // an array of objects, or consecutive objects, spanning any number of lines
	CSV    = "csv"    // RFC 4180 with a header; the separator can be a semicolon
	TSV    = "tsv"    // like CSV with tabs, and \t, \n, \r and \\ escaped as in -o tsv
)

// Formats returns the formats of input rows.
func Formats() []string { return []string{NDJSON, JSON, CSV, TSV} }

// ErrorColumn is the column, or member, that --failed adds to a row. It is ignored
// on input.
const ErrorColumn = "epilot_error"

// rawMember is the member in which --failed keeps an unreadable JSON row: its text,
// or its value if it is valid JSON but not an object.
const rawMember = "epilot_row"

// ErrEmpty is wrapped in the error of Open for empty input.
var ErrEmpty = errors.New("is empty: it has no rows")

// longestRow is the size limit of a row in bytes: an unclosed quote would otherwise
// swallow the rest of the file.
const longestRow = 16 << 20

// Row is a row of the input.
type Row struct {
	Number int    // starts at 1; headers do not count
	Line   int    // line at which the row starts
	Cells  []Cell // in input order
	Text   []byte // unmodified JSON, on any number of lines; nil for CSV and TSV
	Err    error  // why the row is invalid; only Number, Line and Raw are set
	Raw    []byte // unmodified text of a row with Err, converted to UTF-8 from UTF-16
}

// Cell is a value of a row.
type Cell struct {
	Name string
	Text string      // for CSV and TSV
	JSON *jsonx.Node // for JSON; nil for CSV and TSV
}

// IsEmpty reports whether the cell is empty.
func (c *Cell) IsEmpty() bool { return c.JSON == nil && c.Text == "" }

// String returns the cell as a parameter value.
func (c *Cell) String() string {
	switch {
	case c.JSON == nil:
		return c.Text
	case c.JSON.IsNull():
		return ""
	}
	return c.JSON.String()
}

// Document returns the row as a JSON object.
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
	Columns []string // for CSV and TSV, set by Open

	separator byte // for CSV and TSV
	name      string
	in        *bufio.Reader
	utf16     bool // undecodable input becomes U+FFFD
	number    int
	line      int    // line of the next byte
	raw       []byte // the last record of CSV and TSV
	skip      int    // index of ErrorColumn, -1 if there is none
}

// Open starts reading rows. name is the file name, for its extension and for
// messages; format is one of Formats, or "" to detect it. Errors are of kind Usage.
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

// decode converts the input to UTF-8 and returns its start.
func (r *Reader) decode(from io.Reader) ([]byte, error) {
	in := bufio.NewReaderSize(from, 64<<10)
	start, err := in.Peek(4)
	if err != nil && err != io.EOF {
		return nil, r.unreadable(err)
	}
	if kind := packed(start); kind != "" {
		return nil, r.notRows(kind)
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
	if kind := r.otherText(start); kind != "" {
		return nil, r.notRows(kind)
	}
	return start, nil
}

func (r *Reader) notRows(kind string) error {
	return failure.New(failure.Usage, "%s is %s, not rows", r.name, kind).Hintf("save it as CSV or NDJSON first")
}

// otherText names the type of a text that would pass for a CSV file: often a saved
// error page.
func (r *Reader) otherText(start []byte) string {
	start = bytes.ToLower(bytes.TrimSpace(start))
	extension := strings.ToLower(filepath.Ext(r.name))
	switch {
	case bytes.HasPrefix(start, []byte("<!doctype")), bytes.HasPrefix(start, []byte("<html")):
		return "an HTML page"
	case bytes.HasPrefix(start, []byte("<?xml")):
		return "XML"
	case r.Format == "" && (extension == ".yaml" || extension == ".yml"):
		return "YAML"
	}
	return ""
}

// firstLine returns as much of the first line that is not empty as is needed to
// detect the format. It does not wait for a pipe that has already sent that line.
func firstLine(in *bufio.Reader) []byte {
	const most = 16 << 10
	for size := 1; ; size++ {
		start, err := in.Peek(max(size, min(in.Buffered(), most))) // later reads return the error again
		if size = len(start); err != nil || size >= most || bytes.IndexByte(bytes.TrimLeft(start, " \t\r\n"), '\n') > 0 {
			return start
		}
	}
}

// packed names the type of a binary file.
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

// formatOf detects the format from the file extension, or else from the start of the
// text.
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

// Rows yields the rows. An invalid row has an Err, and reading continues with the
// next one. An error, of kind Usage or File, ends the rows.
func (r *Reader) Rows() iter.Seq2[*Row, error] {
	switch r.Format {
	case CSV, TSV:
		return r.separated()
	case JSON:
		return r.values()
	}
	return r.lines()
}

// row returns the next row, which starts at line.
func (r *Reader) row(line int) *Row {
	r.number++
	return &Row{Number: r.number, Line: line}
}

// broken returns an error that ends the rows.
func (r *Reader) broken(line int, format string, args ...any) error {
	return failure.New(failure.Usage, "%s, line %d: %s", r.name, line, fmt.Sprintf(format, args...))
}

// unreadable returns the error for a failed read.
func (r *Reader) unreadable(err error) error {
	return failure.New(failure.File, "%s cannot be read: %w", r.name, err)
}

// At returns the row's position for messages: "line 7 (row 6)".
func (r *Row) At() string {
	return "line " + strconv.Itoa(r.Line) + " (row " + strconv.Itoa(r.Number) + ")"
}
