package bulk

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"iter"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/epilot-cli/epilot/internal/failure"
)

// header reads the column names.
func (r *Reader) header(start []byte) error {
	if text := bytes.TrimSpace(start); bytes.HasPrefix(text, []byte(`{"`)) || bytes.HasPrefix(text, []byte(`[{"`)) {
		return failure.New(failure.Usage, "%s, line %d: the text is JSON, not %s", r.name, r.line, strings.ToUpper(r.Format)).
			Hintf("--each-format ndjson reads one object per line, --each-format json an array")
	}
	r.separator = separatorOf(r.Format, start)
	cells, line, err := r.record()
	if errors.Is(err, io.EOF) {
		return failure.New(failure.Usage, "%s %w", r.name, ErrEmpty)
	}
	if wrong := new(cellError); errors.As(err, &wrong) {
		return r.broken(line, "%s in column %d of the header", wrong.reason, wrong.column)
	}
	if err != nil {
		return err
	}
	for i, name := range cells {
		name = strings.TrimSpace(name)
		switch at := slices.Index(r.Columns, name); {
		case !r.isText(name):
			return r.broken(line, "column %d of the header is not valid UTF-8", i+1)
		case strings.ContainsRune(name, 0):
			return r.broken(line, "column %d of the header contains a NUL character", i+1)
		case strings.ContainsRune(name, '\t') && len(cells) == 1:
			return failure.New(failure.Usage, "%s, line %d: the columns of the header are separated by tabs", r.name, line).
				Hintf("add --each-format tsv")
		case name == "":
			return r.broken(line, "column %d has no name", i+1)
		case at >= 0 && !strings.HasSuffix(name, "[]"):
			return r.broken(line, "columns %d and %d have the same name, %q", at+1, i+1, name)
		}
		if name == ErrorColumn {
			r.skip = i
		}
		r.Columns = append(r.Columns, name)
	}
	return nil
}

// separatorOf returns the separator of a CSV file: a semicolon if the header has no
// comma, because spreadsheets in some languages write it.
func separatorOf(format string, start []byte) byte {
	if format == TSV {
		return '\t'
	}
	quoted := false
	semicolon := false
	for _, c := range bytes.TrimLeft(start, "\r\n") { // empty lines are not the header
		switch {
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == ',':
			return ','
		case c == ';':
			semicolon = true
		case c == '\n' || c == '\r':
			if semicolon {
				return ';'
			}
			return ','
		}
	}
	if semicolon {
		return ';'
	}
	return ','
}

func (r *Reader) separated() iter.Seq2[*Row, error] {
	return func(yield func(*Row, error) bool) {
		for {
			cells, line, err := r.record()
			if err == io.EOF {
				return
			}
			row := r.row(line)
			var wrong *cellError
			switch {
			case errors.As(err, &wrong):
				row.Err = failure.New(failure.Usage, "%s in %s", wrong.reason, r.column(wrong.column))
				row.Raw = bytes.Clone(r.raw)
			case err != nil:
				yield(nil, err)
				return
			default:
				if r.fill(row, cells); row.Err != nil {
					row.Cells, row.Raw = nil, bytes.TrimRight(bytes.Clone(r.raw), "\r\n")
				}
			}
			if !yield(row, nil) {
				return
			}
		}
	}
}

// fill adds the cells to the row under their column names.
func (r *Reader) fill(row *Row, cells []string) {
	if len(cells) != len(r.Columns) {
		missing := ""
		if len(cells) < len(r.Columns) {
			missing = ": no cell for " + r.column(len(cells)+1)
		}
		row.Err = failure.New(failure.Usage, "%s, and the header has %d%s", failure.Count(len(cells), "cell"), len(r.Columns), missing).
			Hintf("quote a cell that has a separator, a quote or a line break in it")
		return
	}
	for i, text := range cells {
		if i == r.skip {
			continue
		}
		if !r.isText(text) {
			row.Err = failure.New(failure.Usage, "%s is not valid %s", r.column(i+1), r.charset()).
				Hintf("convert the file first: iconv -f WINDOWS-1252 -t UTF-8 FILE")
			return
		}
		if strings.IndexByte(text, 0) >= 0 {
			row.Err = failure.New(failure.Usage, "%s contains a NUL character", r.column(i+1))
			return
		}
		row.Cells = append(row.Cells, Cell{Name: r.Columns[i], Text: text})
	}
}

// isText reports whether a text could be decoded.
func (r *Reader) isText(text string) bool {
	return utf8.ValidString(text) && !(r.utf16 && strings.ContainsRune(text, utf8.RuneError))
}

func (r *Reader) charset() string {
	if r.utf16 {
		return "UTF-16"
	}
	return "UTF-8"
}

// column names a column for a message; n starts at 1.
func (r *Reader) column(n int) string {
	if n <= len(r.Columns) {
		return "column " + strconv.Quote(r.Columns[n-1])
	}
	return "column " + strconv.Itoa(n)
}

// cellError is an error in a cell. The rest of the line is skipped.
type cellError struct {
	column int // starts at 1
	reason string
}

func (e *cellError) Error() string { return e.reason }

// record reads the cells of the next line that is not empty and returns the line on
// which it starts. Line ends are LF, CRLF and CR.
func (r *Reader) record() (cells []string, line int, err error) {
	for {
		next, err := r.in.Peek(1)
		if err != nil {
			return nil, r.line, r.ended(err)
		}
		if next[0] != '\n' && next[0] != '\r' {
			break
		}
		_, _ = r.in.ReadByte()
		r.endLine(next[0])
	}
	r.raw = r.raw[:0]
	p := parser{Reader: r, line: r.line}
	for p.more = true; p.more; {
		text, err := p.cell(len(cells) + 1)
		if err != nil {
			return nil, p.line, err
		}
		cells = append(cells, text)
	}
	return cells, p.line, nil
}

func (r *Reader) ended(err error) error {
	if err == io.EOF {
		return err
	}
	return r.unreadable(err)
}

// endLine counts a line whose end starts with c, which has been read.
func (r *Reader) endLine(c byte) {
	r.line++
	if c != '\r' {
		return
	}
	if next, err := r.in.Peek(1); err == nil && next[0] == '\n' {
		_, _ = r.in.ReadByte()
	}
}

// parser reads one record.
type parser struct {
	*Reader
	line int  // where the record starts
	size int  // bytes read so far
	more bool // the last cell ended with a separator
}

// cell reads a cell and its terminator.
func (p *parser) cell(column int) (string, error) {
	if first, err := p.in.Peek(1); err == nil && first[0] == '"' {
		_, _ = p.in.ReadByte()
		p.raw = append(p.raw, '"')
		return p.quoted(column)
	}
	var text []byte
	for {
		c, err := p.next()
		if err == io.EOF {
			p.more = false
			return p.plain(text), nil
		}
		switch {
		case err != nil:
			return "", err
		case c == p.separator:
			return p.plain(text), nil
		case c == '\n' || c == '\r':
			p.endLine(c)
			p.more = false
			return p.plain(text), nil
		case c == '"' && p.Format == CSV:
			return "", p.wrong(column, "a quote inside a cell that does not begin with one")
		}
		text = append(text, c)
	}
}

// plain returns an unquoted cell.
func (p *parser) plain(text []byte) string {
	if p.Format == TSV && bytes.IndexByte(text, '\\') >= 0 {
		return strings.NewReplacer(`\\`, `\`, `\t`, "\t", `\n`, "\n", `\r`, "\r").Replace(string(text))
	}
	return string(text)
}

// quoted reads a cell after its opening quote.
func (p *parser) quoted(column int) (string, error) {
	var text []byte
	opened := p.Reader.line
	for {
		c, err := p.next()
		switch {
		case err == io.EOF:
			return "", p.broken(opened, "the quote that opens %s is never closed", p.column(column))
		case err != nil:
			return "", err
		case c == '\n' || c == '\r':
			p.endLine(c)
			text = append(text, '\n')
			continue
		case c != '"':
			text = append(text, c)
			continue
		}
		switch c, err = p.next(); {
		case err == io.EOF:
			p.more = false
			return string(text), nil
		case err != nil:
			return "", err
		case c == '"':
			text = append(text, '"')
		case c == p.separator:
			return string(text), nil
		case c == '\n' || c == '\r':
			p.endLine(c)
			p.more = false
			return string(text), nil
		default:
			return "", p.wrong(column, "text after the closing quote")
		}
	}
}

// next reads a byte of the record.
func (p *parser) next() (byte, error) {
	c, err := p.in.ReadByte()
	if err != nil {
		return 0, p.ended(err)
	}
	p.raw = append(p.raw, c)
	if p.size++; p.size > longestRow {
		return 0, p.broken(p.line, "the row is longer than %d MB: is a quote missing?", longestRow>>20)
	}
	return c, nil
}

// wrong returns an error and skips the rest of the line.
func (p *parser) wrong(column int, reason string) error {
	for {
		c, err := p.in.ReadByte()
		if err == io.EOF {
			break
		}
		if err != nil {
			return p.unreadable(err)
		}
		if c == '\n' || c == '\r' {
			p.endLine(c)
			break
		}
		p.raw = append(p.raw, c)
	}
	return &cellError{column, reason}
}

// writeSeparated writes cells in the format that the reader accepts. It quotes the
// separator of other files and a byte order mark too, because the reader looks for
// both at the start of a file.
func writeSeparated(w *bufio.Writer, separator byte, cells []string) {
	for i, text := range cells {
		if i > 0 {
			_ = w.WriteByte(separator)
		}
		if strings.ContainsAny(text, "\"\r\n\\,;\ufeff") || strings.IndexByte(text, separator) >= 0 {
			text = `"` + strings.ReplaceAll(text, `"`, `""`) + `"`
		}
		_, _ = w.WriteString(text)
	}
	_ = w.WriteByte('\n') // Flush returns the error
}
