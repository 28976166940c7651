package bulk

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"iter"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/epilot-cli/epilot/internal/failure"
	"github.com/epilot-cli/epilot/internal/jsonx"
)

// lines yields the rows of NDJSON.
func (r *Reader) lines() iter.Seq2[*Row, error] {
	return func(yield func(*Row, error) bool) {
		for {
			line := r.line
			text, err := r.readLine()
			if text = bytes.TrimSpace(text); len(text) > 0 {
				row := r.row(line)
				r.object(row, text)
				if !yield(row, nil) {
					return
				}
			}
			if err == io.EOF {
				return
			}
			if err != nil {
				yield(nil, err)
				return
			}
		}
	}
}

// readLine reads a line without its terminator.
func (r *Reader) readLine() ([]byte, error) {
	var text []byte
	for {
		part, err := r.in.ReadSlice('\n')
		text = append(text, part...)
		switch {
		case len(text) > longestRow:
			return nil, r.broken(r.line, "the row is longer than %d MB", longestRow>>20)
		case err == nil:
			r.line++
			return text, nil
		case !errors.Is(err, bufio.ErrBufferFull):
			return text, r.ended(err)
		}
	}
}

// object fills the row from JSON text.
func (r *Reader) object(row *Row, text []byte) {
	node, err := jsonx.ParseNode(text)
	defer func() {
		if row.Err != nil {
			row.Raw = text
		}
	}()
	switch {
	case err != nil:
		row.Err = failure.New(failure.Usage, "not a JSON object: %w", err)
		if r.Format == NDJSON && row.Number == 1 && len(text) == 1 {
			row.Err = failure.New(failure.Usage, "not a JSON object: %w", err).
				Hintf("each line must be one object; --each-format json reads objects over several lines")
		}
		return
	case node.Kind != jsonx.ObjectNode:
		row.Err = failure.New(failure.Usage, "the row is not a JSON object")
		return
	case r.utf16 && bytes.Contains(text, []byte("\ufffd")):
		row.Err = failure.New(failure.Usage, "the row is not valid UTF-16")
		return
	}
	if raw, reason := keptRow(node); raw != nil {
		row.Err = failure.New(failure.Usage, "%s holds a row that could not be read: %s", rawMember, reason).
			Hintf("put the corrected row in place of the object that holds it")
		return
	}
	row.Text = text
	for _, member := range node.Members {
		if member.Name != ErrorColumn {
			row.Cells = append(row.Cells, Cell{Name: member.Name, JSON: member.Value})
		}
	}
}

// keptRow returns an unreadable row that --failed kept, or nil for any other row.
func keptRow(node *jsonx.Node) (raw *jsonx.Node, reason string) {
	for _, member := range node.Members {
		switch member.Name {
		case rawMember:
			raw = member.Value
		case ErrorColumn:
			reason = member.Value.String()
		}
	}
	if len(node.Members) != 2 || reason == "" {
		return nil, ""
	}
	return raw, reason
}

// values yields the objects of an array, or consecutive objects.
func (r *Reader) values() iter.Seq2[*Row, error] {
	return func(yield func(*Row, error) bool) {
		from := &window{from: r.in, line: r.line}
		dec := jsontext.NewDecoder(from)
		inArray := dec.PeekKind() == '['
		if inArray {
			_, _ = dec.ReadToken()
		}
		closed := false
		for {
			if inArray && dec.PeekKind() == ']' {
				_, _ = dec.ReadToken()
				inArray, closed = false, true
			}
			value, err := dec.ReadValue()
			if err == io.EOF {
				return
			}
			begins := from.at(dec.InputOffset() - int64(len(value)))
			if err == nil && closed {
				err = errors.New("text after the end of the array")
			}
			if err != nil {
				yield(nil, r.brokenJSON(from, err))
				return
			}
			row := r.row(begins)
			r.object(row, bytes.Clone(value))
			if !yield(row, nil) {
				return
			}
		}
	}
}

// brokenJSON returns why the text stops being valid JSON.
func (r *Reader) brokenJSON(from *window, err error) error {
	var syntax *jsontext.SyntacticError
	switch {
	case errors.Is(err, errLongRow):
		return r.broken(from.line, "the row is longer than %d MB", longestRow>>20)
	case errors.As(err, &syntax):
		return r.broken(from.at(syntax.ByteOffset), "not JSON: %v", syntax.Err)
	case errors.Is(err, io.ErrUnexpectedEOF):
		return r.broken(from.at(from.read), "not JSON: the text ends too early")
	case from.err != nil && from.err != io.EOF:
		return r.unreadable(from.err)
	}
	return r.broken(from.line, "not JSON: %v", err)
}

var errLongRow = errors.New("the row is too long")

// window tracks the lines of input that a decoder has read but not used.
type window struct {
	from io.Reader
	read int64   // bytes
	used int64   // bytes up to the last row
	line int     // line at used
	ends []int64 // offsets of line ends after used
	err  error
}

func (w *window) Read(p []byte) (int, error) {
	if w.read-w.used > longestRow {
		return 0, errLongRow
	}
	n, err := w.from.Read(p)
	for i, c := range p[:n] {
		if c == '\n' {
			w.ends = append(w.ends, w.read+int64(i))
		}
	}
	w.read += int64(n)
	if err != nil {
		w.err = err
	}
	return n, err
}

// at returns the line of an offset, which must not precede the last one.
func (w *window) at(offset int64) int {
	passed := 0
	for passed < len(w.ends) && w.ends[passed] < offset {
		passed++
	}
	w.line += passed
	w.ends = append(w.ends[:0], w.ends[passed:]...)
	w.used = offset
	return w.line
}
