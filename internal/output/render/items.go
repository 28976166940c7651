package render

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/epilot-cli/epilot/internal/budget"
	"github.com/epilot-cli/epilot/internal/convention"
	"github.com/epilot-cli/epilot/internal/failure"
	"github.com/epilot-cli/epilot/internal/jsonx"
)

// items splits JSON into items. It buffers one item at a time, and only the part of
// a wrapper that precedes its list.
type items struct {
	*jsontext.Decoder
	in       *feeder
	sequence bool
	yield    func(item jsontext.Value) error
	failed   error // error returned by yield
}

// eachItem calls yield for each item, whose bytes are valid only during the call.
// before is called before each read, to show the output so far: the next item may
// take long to arrive.
func eachItem(r io.Reader, l Layout, before func() error, yield func(jsontext.Value) error) error {
	in := newFeeder(r, l.Budget, before)
	it := &items{Decoder: decoder(in), in: in, sequence: l.Sequence, yield: yield}
	err := it.all()
	if err == nil || it.failed != nil {
		return it.failed
	}
	return in.explain(err)
}

// Each calls visit for each of several consecutive JSON values, as in NDJSON. The
// bytes are valid only during the call. Errors are those of Write.
func Each(r io.Reader, b budget.Budget, visit func(value []byte) error) error {
	return eachItem(r, Layout{Sequence: true, Budget: b}, nil, func(value jsontext.Value) error { return visit(value) })
}

// decoder accepts JSON as servers send it: with duplicate names and invalid UTF-8.
func decoder(in io.Reader) *jsontext.Decoder {
	text := bufio.NewReaderSize(in, chunkSize)
	if mark, _ := text.Peek(len(byteOrderMark)); string(mark) == byteOrderMark {
		_, _ = text.Discard(len(byteOrderMark))
	}
	return jsontext.NewDecoder(text, jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
}

func (it *items) all() error {
	for {
		err := it.value()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

func (it *items) value() error {
	switch kind := it.PeekKind(); {
	case kind == '[' && !it.sequence:
		return it.list()
	case kind == '{' && !it.sequence:
		return it.object()
	}
	value, err := it.ReadValue()
	if err != nil {
		return err
	}
	return it.give(value)
}

func (it *items) give(item jsontext.Value) error {
	it.failed = it.yield(item)
	it.in.meter.Reset()
	return it.failed
}

func (it *items) list() error {
	if _, err := it.ReadToken(); err != nil {
		return err
	}
	for it.PeekKind() != ']' {
		item, err := it.ReadValue()
		if err != nil {
			return err
		}
		if err := it.give(item); err != nil {
			return err
		}
	}
	_, err := it.ReadToken()
	return err
}

// feeder reads for a decoder and remembers read errors that the decoder would hide.
type feeder struct {
	reader io.Reader
	before func() error
	meter  *budget.Meter // counts the bytes read since the last item
	err    error
}

func newFeeder(r io.Reader, b budget.Budget, before func() error) *feeder {
	return &feeder{reader: r, before: before, meter: b.Meter(failure.Network, "an item of the response")}
}

// copies is how many times an item is in memory while it is written: as received,
// unquoted, requoted for the format, and in the output buffer.
const copies = 4

func (f *feeder) Read(p []byte) (int, error) {
	if f.err == nil && f.before != nil {
		f.err = f.before()
	}
	if f.err != nil {
		return 0, f.err
	}
	n, err := f.reader.Read(p)
	if over := f.meter.Spend(copies * n); over != nil {
		n, err = 0, over
	}
	f.err = err
	return n, err
}

// explain returns the read error, or else the syntax error.
func (f *feeder) explain(err error) error {
	if f.err != nil && f.err != io.EOF {
		return f.err
	}
	at := int64(0)
	var syntax *jsontext.SyntacticError
	if errors.As(err, &syntax) {
		at, err = syntax.ByteOffset, syntax.Err
	}
	if strings.Contains(err.Error(), "max depth") {
		return failure.New(failure.Network, "the response is nested deeper than %d levels: byte %d", maxDepth, at+1).
			Hintf("-o raw prints it unchanged")
	}
	if errors.Is(err, io.ErrUnexpectedEOF) {
		return failure.New(failure.Network, "the response ended early: inside the value at byte %d", at+1)
	}
	return failure.New(failure.Network, "the response is not valid JSON: byte %d: %s", at+1, complaint(err)).
		Hintf("-o raw prints it unchanged")
}

// complaint omits the offending text because the decoder may have seen only part of
// it.
func complaint(err error) string {
	text := err.Error()
	if strings.HasPrefix(text, "invalid escape") {
		return "invalid escape sequence in a string"
	}
	if _, behind, named := strings.Cut(text, "character '"); named {
		if _, where, whole := strings.Cut(behind[1:], "' "); whole {
			return "unexpected character " + where
		}
	}
	return text
}

// object yields the items of a wrapper, or the object itself.
func (it *items) object() error {
	found, text, err := it.unwrap(nil)
	if err != nil || found {
		return err
	}
	return it.give(text)
}

// unwrap reads an object. It yields the items of its list, or appends the object to
// text.
func (it *items) unwrap(text jsontext.Value) (found bool, object jsontext.Value, err error) {
	if _, err := it.ReadToken(); err != nil {
		return false, nil, err
	}
	text = append(text, '{')
	var finder convention.ListFinder
	for i := 0; it.PeekKind() != '}'; i++ {
		name, err := it.ReadValue()
		if err != nil {
			return false, nil, err
		}
		if i > 0 {
			text = append(text, ',')
		}
		text = append(append(text, name...), ':')
		role := finder.Member(jsonx.Unquote(name), byte(it.PeekKind()))
		if found, text, err = it.member(role, text); err != nil {
			return false, nil, err
		}
		if found {
			return true, nil, it.skipRest()
		}
	}
	_, err = it.ReadToken()
	return false, append(text, '}'), err
}

// member reads a member's value, as the list of items or into text.
func (it *items) member(role convention.Role, text jsontext.Value) (bool, jsontext.Value, error) {
	switch role {
	case convention.List:
		return true, nil, it.list()
	case convention.Wrapper:
		return it.unwrap(text)
	}
	value, err := it.ReadValue()
	return false, append(text, value...), err
}

// skipRest reads to the end of the object token by token, without buffering.
func (it *items) skipRest() error {
	for depth := it.StackDepth(); it.StackDepth() >= depth; {
		if _, err := it.ReadToken(); err != nil {
			return err
		}
		it.in.meter.Reset()
	}
	return nil
}

// Events converts an event stream (HTML Standard, section 9.2.6) to lines of JSON,
// {"event":…,"id":…,"data":…} for each complete event. data is a JSON value if it
// parses as one, otherwise a string; event and id are omitted if the server sends
// none. Comments and retry times are dropped. An error of r follows the events
// before it.
func Events(r io.Reader, b budget.Budget) io.Reader {
	return &events{from: bufio.NewReader(r), meter: b.Meter(failure.Network, "an event of the response")}
}

type events struct {
	from   *bufio.Reader
	meter  *budget.Meter // counts the bytes of the current event
	out    []byte        // lines not read yet
	begun  bool
	skipLF bool // the last byte was a CR, which already ended the line

	event, id string
	data      []byte
	hasData   bool
}

func (e *events) Read(p []byte) (int, error) {
	for len(e.out) == 0 {
		line, err := e.line()
		if err == nil {
			err = e.take(line)
			if err == nil {
				continue
			}
			return 0, err
		}
		if err != io.EOF || !e.hasData && len(line) == 0 {
			return 0, err
		}
		if err := e.take(line); err != nil {
			return 0, err
		}
		e.dispatch() // the last event, if its blank line is missing: do not lose it
	}
	n := copy(p, e.out)
	e.out = e.out[n:]
	return n, nil
}

// line returns the next line without its CR, LF or CRLF.
func (e *events) line() ([]byte, error) {
	var line []byte
	for {
		c, err := e.from.ReadByte()
		if err != nil {
			return line, err
		}
		second := c == '\n' && e.skipLF
		e.skipLF = c == '\r'
		switch {
		case second:
		case c == '\n', c == '\r':
			return line, nil
		default:
			line = append(line, c)
			if len(line)%4096 == 0 {
				if err := e.meter.Spend(copies * 4096); err != nil {
					return nil, err
				}
			}
		}
	}
}

func (e *events) take(line []byte) error {
	if !e.begun {
		line = bytes.TrimPrefix(line, []byte(byteOrderMark))
		e.begun = true
	}
	if len(line) == 0 {
		e.dispatch()
		return nil
	}
	name, value, _ := bytes.Cut(line, []byte(":"))
	value = bytes.TrimPrefix(value, []byte(" "))
	switch string(name) {
	case "event":
		e.event = string(value)
	case "id":
		e.id = string(value)
	case "data":
		if err := e.meter.Spend(copies * (len(value) + 1)); err != nil {
			return err
		}
		if e.hasData {
			e.data = append(e.data, '\n')
		}
		e.data, e.hasData = append(e.data, value...), true
	}
	return nil
}

// dispatch writes the event as a line. An event without data is ignored.
func (e *events) dispatch() {
	if e.hasData {
		e.out = append(e.out[:0], '{')
		e.field("event", e.event)
		e.field("id", e.id)
		e.out = append(e.out, `"data":`...)
		e.out = append(append(e.out, asValue(e.data)...), "}\n"...)
	}
	e.event, e.data, e.hasData = "", nil, false // the standard says to keep the ID
	e.meter.Reset()
}

func (e *events) field(name, value string) {
	if value != "" {
		e.out = append(e.out, `"`+name+`":`...)
		e.out = append(jsonx.AppendQuote(e.out, value), ',')
	}
}

// asValue returns data as a JSON value on one line.
func asValue(data []byte) []byte {
	var compact bytes.Buffer
	if json.Compact(&compact, data) == nil {
		return compact.Bytes()
	}
	return jsonx.AppendQuote(nil, string(data))
}
