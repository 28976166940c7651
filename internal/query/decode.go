package query

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/epilot-cli/epilot/internal/budget"
	"github.com/epilot-cli/epilot/internal/failure"
)

// maxNames limits how many member names are shared between objects: enough for any
// schema, little for a document that uses names as data.
const maxNames = 4096

// shaper builds the values that an engine works on.
type shaper interface {
	object() (value any, into members, err error)
	number(text string) any
	null() any
}

// members is an object being read.
type members interface {
	Set(name string, value any)
}

type reader struct {
	from    *jsontext.Decoder
	shape   shaper
	meter   *budget.Meter
	names   map[string]string
	scratch []byte
}

// decode reads one JSON text; the value is nil if there is none. The size is what the
// text and the value take in memory, in bytes. A duplicate name
// replaces the earlier value, as in JavaScript. The decoder rejects more than 10,000
// levels, so that recursion over the value is safe.
func decode(ctx context.Context, input []byte, shape shaper) (value any, size int64, err error) {
	input = bytes.TrimPrefix(input, []byte("\xef\xbb\xbf"))
	if len(bytes.TrimSpace(input)) == 0 {
		return nil, 0, nil
	}
	r := &reader{from: tokens(input), shape: shape, meter: budget.Of(ctx).Values(failure.Network, "the response"), names: map[string]string{}}
	if value, err = r.value(); err == nil {
		err = r.end()
	}
	if err != nil {
		return nil, 0, broken(input, err)
	}
	return value, int64(len(input)) + r.meter.Spent(), nil
}

// Memory of values in addition to their text, in bytes.
const (
	valueSize  = 64
	objectSize = 256
	memberSize = 64
)

func tokens(input []byte) *jsontext.Decoder {
	return jsontext.NewDecoder(bytes.NewBuffer(input),
		jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
}

func (r *reader) value() (any, error) {
	switch kind := r.from.PeekKind(); kind {
	case '{':
		return r.object()
	case '[':
		return r.array()
	default:
		raw, err := r.from.ReadValue()
		if err != nil {
			return nil, err
		}
		return r.scalar(kind, raw), r.meter.Spend(valueSize + len(raw))
	}
}

func (r *reader) scalar(kind jsontext.Kind, raw []byte) any {
	switch kind {
	case '"':
		return string(r.unquote(raw))
	case '0':
		return r.shape.number(string(raw))
	case 'n':
		return r.shape.null()
	default:
		return kind == 't'
	}
}

func (r *reader) object() (any, error) {
	if _, err := r.from.ReadToken(); err != nil {
		return nil, err
	}
	if err := r.meter.Spend(objectSize); err != nil {
		return nil, err
	}
	object, into, err := r.shape.object()
	if err != nil {
		return nil, err
	}
	for r.from.PeekKind() != '}' {
		name, err := r.name()
		if err != nil {
			return nil, err
		}
		value, err := r.value()
		if err != nil {
			return nil, err
		}
		into.Set(name, value)
		if err := r.meter.Spend(memberSize); err != nil {
			return nil, err
		}
	}
	_, err = r.from.ReadToken()
	return object, err
}

func (r *reader) array() (any, error) {
	if err := r.meter.Spend(valueSize); err != nil {
		return nil, err
	}
	if _, err := r.from.ReadToken(); err != nil {
		return nil, err
	}
	items := []any{}
	for r.from.PeekKind() != ']' {
		item, err := r.value()
		if err != nil {
			return nil, err
		}
		items = append(items, item)
	}
	_, err := r.from.ReadToken()
	return items, err
}

func (r *reader) name() (string, error) {
	raw, err := r.from.ReadValue()
	if err != nil {
		return "", err
	}
	text := r.unquote(raw)
	if shared, known := r.names[string(text)]; known {
		return shared, nil
	}
	name := string(text)
	if len(r.names) < maxNames {
		r.names[name] = name
	}
	return name, nil
}

// unquote returns the text of a string that the decoder has already accepted:
// remaining errors become U+FFFD. The bytes are only valid until the next call.
func (r *reader) unquote(raw []byte) []byte {
	r.scratch, _ = jsontext.AppendUnquote(r.scratch[:0], raw)
	return r.scratch
}

func (r *reader) end() error {
	_, err := r.from.ReadToken()
	if errors.Is(err, io.EOF) {
		return nil
	}
	if err == nil {
		err = failure.New(failure.Network, "the response holds several JSON values, JSONata takes one")
	}
	return err
}

// broken reports where the input stops being JSON.
func broken(input []byte, err error) error {
	var wrong *jsontext.SyntacticError
	if !errors.As(err, &wrong) {
		return err
	}
	if errors.Is(err, io.ErrUnexpectedEOF) {
		return failure.New(failure.Network, "the response ended early: %w", wrong.Err)
	}
	if strings.Contains(wrong.Err.Error(), "max depth") {
		return failure.New(failure.Network, "the response is nested deeper than %d levels", budget.MaxDepth).
			Hintf("-o raw without --jsonata prints it unchanged")
	}
	before := input[:min(int(wrong.ByteOffset), len(input))]
	line := 1 + bytes.Count(before, []byte{'\n'})
	column := 1 + utf8.RuneCount(before[1+bytes.LastIndexByte(before, '\n'):])
	return failure.New(failure.Network, "the response is not valid JSON: line %d, column %d: %w",
		line, column, wrong.Err)
}
