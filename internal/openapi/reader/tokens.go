package reader

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strconv"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/epilot-cli/epilot/internal/failure"
)

// reader reads one JSON value, token by token. After an error it reads nothing
// more and keeps the first. A value of another type than expected is skipped:
// real documents hold many, and none of them changes a request.
type reader struct {
	tokens *jsontext.Decoder
	refs   references
	at     jsontext.Pointer // where the value stands in its document
	depth  int
	err    error
}

func newReader(raw []byte, at jsontext.Pointer, refs references) *reader {
	tokens := jsontext.NewDecoder(bytes.NewBuffer(raw),
		jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
	return &reader{tokens: tokens, refs: refs, at: at}
}

// failf keeps the error, with the place of the value that was read last.
func (r *reader) failf(format string, args ...any) {
	if r.err == nil {
		err := failure.New(failure.Usage, format, args...)
		r.err = atPlace(r.refs.where(r.at+r.tokens.StackPointer()), err)
	}
}

// notef tells of something that is read otherwise than it is written.
func (r *reader) notef(format string, args ...any) {
	r.refs.note(r.refs.where(r.at+r.tokens.StackPointer()) + ": " + fmt.Sprintf(format, args...))
}

func atPlace(where string, err *failure.Error) *failure.Error {
	err.Message = where + ": " + err.Message
	return err
}

func (r *reader) kind() jsontext.Kind {
	if r.err != nil {
		return 0
	}
	return r.tokens.PeekKind()
}

// token reads a token of the kind that comes next. It returns false after an
// error: the token is none then.
func (r *reader) token() (jsontext.Token, bool) {
	if r.err != nil {
		return jsontext.Null, false
	}
	token, err := r.tokens.ReadToken()
	r.keep(err)
	return token, err == nil
}

// value reads a whole value as it stands in the text.
func (r *reader) value() jsontext.Value {
	if r.err != nil {
		return nil
	}
	value, err := r.tokens.ReadValue()
	r.keep(err)
	return value.Clone()
}

func (r *reader) skip() {
	if r.err == nil {
		r.keep(r.tokens.SkipValue())
	}
}

func (r *reader) keep(err error) {
	if errors.Is(err, io.EOF) {
		err = io.ErrUnexpectedEOF
	}
	if err != nil {
		r.err = failure.New(failure.Usage, "not valid JSON: %w", err)
	}
}

// object calls member with the name of each member; member reads its value.
// It reports whether the value is an object.
func (r *reader) object(member func(name string)) bool {
	if r.kind() != '{' {
		r.skip()
		return false
	}
	for r.token(); r.err == nil && r.kind() != '}'; {
		if name, ok := r.token(); ok {
			member(name.String())
		}
	}
	r.token()
	return true
}

// list calls item at each item; item reads it.
func (r *reader) list(item func()) {
	if r.kind() != '[' {
		r.skip()
		return
	}
	for r.token(); r.err == nil && r.kind() != ']'; {
		item()
	}
	r.token()
}

func (r *reader) text() string { return r.scalar('"') }

// scalar reads the text of a string or a number.
func (r *reader) scalar(kind jsontext.Kind) string {
	if r.kind() != kind {
		r.skip()
		return ""
	}
	token, ok := r.token()
	if !ok {
		return ""
	}
	return token.String()
}

// word reads a string, or a number, true or false as it is typed: YAML takes an
// unquoted version, name or id for one.
func (r *reader) word() string {
	switch r.kind() {
	case '0':
		return r.number()
	case 't', 'f':
		return strconv.FormatBool(r.flag())
	}
	return r.text()
}

func (r *reader) number() string { return r.scalar('0') }

func (r *reader) count() *int {
	n, err := strconv.Atoi(r.number())
	if err != nil || n < 0 {
		return nil
	}
	return &n
}

func (r *reader) flag() bool {
	kind := r.kind()
	if kind != 't' && kind != 'f' {
		r.skip()
		return false
	}
	_, ok := r.token()
	return ok && kind == 't'
}

// json reads any value as compact JSON text.
func (r *reader) json() string {
	value := r.value()
	if err := value.Compact(jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true)); err != nil {
		r.keep(err)
	}
	return string(value)
}

func (r *reader) texts() []string {
	var texts []string
	r.list(func() { texts = appendName(texts, r.word()) })
	return texts
}

func (r *reader) jsons() []string {
	var texts []string
	r.list(func() { texts = append(texts, r.json()) })
	return texts
}

// node is a value in a document. Its members are found when one is first asked
// for. A nil node has none.
type node struct {
	raw     jsontext.Value
	order   []string
	members map[string]*node
}

func (n *node) child(name string) *node {
	if n == nil {
		return nil
	}
	n.expand()
	return n.members[name]
}

// find returns what is at the pointer below the node, or nil.
func (n *node) find(at jsontext.Pointer) *node {
	for name := range at.Tokens() {
		n = n.child(name)
	}
	return n
}

// names are the members' names in the document's order.
func (n *node) names() []string {
	if n == nil {
		return nil
	}
	n.expand()
	return n.order
}

func (n *node) expand() {
	if n.members != nil {
		return
	}
	n.members = map[string]*node{}
	r := newReader(n.raw, "", nil)
	keep := func(name string) {
		if n.members[name] == nil {
			n.order = append(n.order, name)
		}
		n.members[name] = &node{raw: n.part(r)} // of two members of a name the last counts
	}
	if r.kind() == '{' {
		r.object(keep)
		return
	}
	r.list(func() { keep(strconv.Itoa(len(n.order))) })
}

// part reads the next value as a part of the node's text, not a copy of it.
func (n *node) part(r *reader) jsontext.Value {
	if r.err != nil {
		return nil
	}
	value, err := r.tokens.ReadValue()
	if r.keep(err); err != nil {
		return nil
	}
	end := int(r.tokens.InputOffset())
	return n.raw[end-len(value) : end]
}
