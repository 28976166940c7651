package render

import (
	"bufio"
	"errors"
	"io"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/epilot-cli/epilot/internal/budget"
	"github.com/epilot-cli/epilot/internal/convention"
	"github.com/epilot-cli/epilot/internal/failure"
)

// items takes JSON text apart, one item after another. It holds one item at a
// time, and no more of a wrapper than stands before its list.
type items struct {
	*jsontext.Decoder
	in       *feeder
	sequence bool
	yield    func(item jsontext.Value) error
	failed   error // of yield
}

// eachItem calls yield for each item; it may keep the text only until it
// returns. before is called before each read: what is known should be shown
// then, for the next item may be long in coming.
func eachItem(r io.Reader, l Layout, before func() error, yield func(jsontext.Value) error) error {
	in := newFeeder(r, l.Budget, before)
	it := &items{Decoder: decoder(in), in: in, sequence: l.Sequence, yield: yield}
	err := it.all()
	if err == nil || it.failed != nil {
		return it.failed
	}
	return in.explain(err)
}

// Each calls visit for each of the values that stand in a row, such as NDJSON
// has them. The text is good until it returns. Errors are those of Write.
func Each(r io.Reader, b budget.Budget, visit func(value []byte) error) error {
	return eachItem(r, Layout{Sequence: true, Budget: b}, nil, func(value jsontext.Value) error { return visit(value) })
}

// decoder reads texts as they are sent: with names that stand twice, and
// strings that are not UTF-8.
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

// feeder reads for a decoder, and remembers an error that its own would hide.
type feeder struct {
	reader io.Reader
	before func() error
	meter  *budget.Meter // of what was read since the last item
	err    error
}

func newFeeder(r io.Reader, b budget.Budget, before func() error) *feeder {
	return &feeder{reader: r, before: before, meter: b.Meter(failure.Network, "an item of the response")}
}

// copies is how often the text of an item is in memory while it is written: as
// it came, without its quotes, with those of the format, in the output.
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

// explain returns the error of the reader, or what is wrong with the text.
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
	return failure.New(failure.Network, "the response is not the JSON it claims to be: byte %d: %s", at+1, complaint(err)).
		Hintf("-o raw shows it as it came")
}

// complaint leaves out what was met: the decoder may have seen only a part.
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

// object gives the items of a wrapper, or the object itself.
func (it *items) object() error {
	found, text, err := it.unwrap()
	if err != nil || found {
		return err
	}
	return it.give(text)
}

// unwrap reads an object. It gives the items of the first list that stands
// under the name of a wrapper, or returns the object's text. What has an id is
// a thing, whatever else it has.
func (it *items) unwrap() (found bool, text jsontext.Value, err error) {
	if _, err := it.ReadToken(); err != nil {
		return false, nil, err
	}
	text = append(text, '{')
	for isObject := false; it.PeekKind() != '}'; {
		name, err := it.ReadValue()
		if err != nil {
			return false, nil, err
		}
		if len(text) > 1 {
			text = append(text, ',')
		}
		text = append(append(text, name...), ':')
		word := unquote(name)
		isObject = isObject || word == "id" || word == "_id"
		found, text, err = it.member(word, !isObject, text)
		if err != nil {
			return false, nil, err
		}
		if found {
			return true, nil, it.skipRest()
		}
	}
	_, err = it.ReadToken()
	return false, append(text, '}'), err
}

// member reads a member's value: as the list of the items, or to the text.
func (it *items) member(name string, may bool, text jsontext.Value) (bool, jsontext.Value, error) {
	kind := it.PeekKind()
	switch {
	case may && kind == '[' && convention.IsListWrapper(name):
		return true, nil, it.list()
	case may && kind == '{' && name == "hits": // hits.hits, as search engines have it
		found, inner, err := it.unwrap()
		return found, append(text, inner...), err
	}
	value, err := it.ReadValue()
	return false, append(text, value...), err
}

// skipRest reads to the end of the object, token by token: nothing is held.
func (it *items) skipRest() error {
	for depth := it.StackDepth(); it.StackDepth() >= depth; {
		if _, err := it.ReadToken(); err != nil {
			return err
		}
		it.in.meter.Reset()
	}
	return nil
}

// unquote is the text of a JSON string; what is not UTF-8 in it is replaced.
func unquote(quoted jsontext.Value) string {
	text, _ := jsontext.AppendUnquote(nil, quoted) // an error tells of a replacement
	return string(text)
}
