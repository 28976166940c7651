package render

import (
	"bufio"
	"bytes"
	"encoding/json"
	"io"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/epilot-cli/epilot/internal/budget"
	"github.com/epilot-cli/epilot/internal/failure"
)

// Events reads an event stream (HTML Standard, section 9.2.6) and returns it as
// lines of JSON: {"event":…,"id":…,"data":…} for each event, once it is whole.
// The data is a JSON value where it reads as one, else a string; event and id
// are left out where the server names none. Comments and retry times are
// dropped. An error of r comes after the events before it.
func Events(r io.Reader, b budget.Budget) io.Reader {
	return &events{from: bufio.NewReader(r), meter: b.Meter(failure.Network, "an event of the response")}
}

type events struct {
	from   *bufio.Reader
	meter  *budget.Meter // of the event that is read
	out    []byte        // lines that were not read yet
	begun  bool
	skipLF bool // after a CR, which ends a line by itself

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
		e.dispatch() // the last one, which lacks its blank line: better shown than lost
	}
	n := copy(p, e.out)
	e.out = e.out[n:]
	return n, nil
}

// line returns the next line without its end: CR, LF or both.
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

// dispatch writes the event's line. One without data is none.
func (e *events) dispatch() {
	if e.hasData {
		e.out = append(e.out[:0], '{')
		e.field("event", e.event)
		e.field("id", e.id)
		e.out = append(e.out, `"data":`...)
		e.out = append(append(e.out, asValue(e.data)...), "}\n"...)
	}
	e.event, e.data, e.hasData = "", nil, false // the id stays, says the standard
	e.meter.Reset()
}

func (e *events) field(name, value string) {
	if value != "" {
		e.out = append(e.out, `"`+name+`":`...)
		e.out = append(append(e.out, quote(value)...), ',')
	}
}

// asValue is the data as a JSON value on one line.
func asValue(data []byte) []byte {
	var compact bytes.Buffer
	if json.Compact(&compact, data) == nil {
		return compact.Bytes()
	}
	return quote(string(data))
}

func quote(text string) []byte {
	quoted, err := jsontext.AppendQuote(nil, strings.ToValidUTF8(text, "\ufffd"))
	if err != nil {
		return []byte(`""`) // cannot be: the text is UTF-8
	}
	return quoted
}
