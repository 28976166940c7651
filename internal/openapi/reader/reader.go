// Package reader parses OpenAPI 3.0 and 3.1 documents, and fragments of them, into
// the types of package openapi. It is lenient if a published document is careless
// but its intent is clear, and strict if guessing could send a wrong request. It
// reads no files and does not validate values against schemas.
package reader

import (
	"bytes"
	"cmp"
	"errors"
	"io"
	"net/url"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/epilot-cli/epilot/internal/failure"
	"github.com/epilot-cli/epilot/internal/openapi"
	"github.com/epilot-cli/epilot/internal/openapi/document"
)

// Parse parses a JSON or YAML document as the API with this name. The source, a file
// or URL, appears in messages and is the base for relative server URLs; it may be
// empty. Errors are of kind Usage and give the position in the text.
//
// Documents are parsed leniently: unreadable operations are left out, with the
// reason in API.LeftOut, and parts interpreted differently from how they are written
// are listed in API.Notes. Everything is parsed up front. A document without a
// readable operation is an error.
//
// If neither an operation nor the document has "security", a token is Required if
// the document declares an http bearer scheme or no scheme at all: a document
// without any security is more often incomplete than public.
func Parse(name, source string, text []byte) (*openapi.API, error) {
	return ParseFiles(name, source, text, nil)
}

// ParseFiles is Parse for a document that can reference other files. open reads a
// file in or below the document's folder, named relative to it with slashes.
func ParseFiles(name, source string, text []byte, open func(name string) ([]byte, error)) (*openapi.API, error) {
	parsed, err := document.ParseLenient(cmp.Or(withoutQuery(source), name), text)
	if err != nil {
		return nil, err
	}
	l := newLibrary(parsed, source, open)
	if err := l.main.checkVersion(); err != nil {
		return nil, err
	}
	api := &openapi.API{Name: name, Source: source, Components: l.components}
	if err := l.main.head(api); err != nil {
		return nil, err
	}
	if err := l.readPaths(api); err != nil {
		return nil, err
	}
	l.readSchemas()
	sendRequired(api)
	api.Notes = l.problems
	return api, nil
}

// head reads everything except the paths.
func (t *tree) head(api *openapi.API) error {
	r := t.reader(t.root, "")
	r.object(func(name string) {
		switch name {
		case "info":
			r.info(api)
		case "servers":
			api.Servers = absolute(r.servers(), api.Source)
		case "tags":
			r.list(func() { api.Tags = appendName(api.Tags, r.nameOf()) })
		case "security":
			t.security = r.security()
		default:
			r.skip()
		}
	})
	if len(t.root.child("servers").names()) == 0 {
		api.Servers = absolute([]string{"/"}, api.Source) // OpenAPI 3.1.1, section 4.8.1.1
	}
	return r.err
}

func (r *reader) info(api *openapi.API) {
	r.object(func(name string) {
		switch name {
		case "title":
			api.Title = title(r.text())
		case "version":
			api.Version = r.literal()
		default:
			r.skip()
		}
	})
}

// title strips "OpenAPI 3.0", which some tools add to a title.
func title(text string) string {
	text, _, _ = strings.Cut(plain(text), " - OpenAPI")
	return text
}

// nameOf reads an object's "name".
func (r *reader) nameOf() string {
	var found string
	r.object(func(name string) {
		if name == "name" {
			found = r.text()
			return
		}
		r.skip()
	})
	return found
}

func appendName(names []string, name string) []string {
	if name == "" {
		return names
	}
	return append(names, name)
}

// withoutQuery returns a source for messages: the query of a URL can contain a
// signature.
func withoutQuery(source string) string {
	u, err := url.Parse(source)
	if err != nil || u.Host == "" {
		return source
	}
	u.User, u.RawQuery, u.Fragment = nil, "", ""
	return u.String()
}

// reader reads one JSON value, token by token. It stops at the first error and keeps
// it. Values of an unexpected type are skipped: real documents contain many, and
// none of them changes a request.
type reader struct {
	tokens *jsontext.Decoder
	refs   references
	at     jsontext.Pointer // position of the value in its document
	depth  int
	err    error
}

func newReader(raw []byte, at jsontext.Pointer, refs references) *reader {
	tokens := jsontext.NewDecoder(bytes.NewBuffer(raw),
		jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
	return &reader{tokens: tokens, refs: refs, at: at}
}

// failf records the error with the position of the last value read.
func (r *reader) failf(format string, args ...any) {
	if r.err == nil {
		err := failure.New(failure.Usage, format, args...)
		r.err = atPosition(r.refs.where(r.at+r.tokens.StackPointer()), err)
	}
}

// notef records a part that is interpreted differently from how it is written.
func (r *reader) notef(format string, args ...any) {
	r.refs.notef(r.at+r.tokens.StackPointer(), format, args...)
}

func atPosition(where string, err *failure.Error) *failure.Error {
	err.Message = where + ": " + err.Message
	return err
}

func (r *reader) kind() jsontext.Kind {
	if r.err != nil {
		return 0
	}
	return r.tokens.PeekKind()
}

// token reads a token of the upcoming kind. After an error it returns false and an
// invalid token.
func (r *reader) token() (jsontext.Token, bool) {
	if r.err != nil {
		return jsontext.Null, false
	}
	token, err := r.tokens.ReadToken()
	r.keep(err)
	return token, err == nil
}

// value reads a complete value as raw JSON.
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

// object calls member for each member name; member must read the value. It reports
// whether the value is an object.
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

// list calls item for each item; item must read it.
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

// scalar reads the text of a string or number.
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

// literal reads a string, or a number, true or false as typed: YAML parses an unquoted
// version, name or ID as one.
func (r *reader) literal() string {
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

// json reads any value as compact JSON.
func (r *reader) json() string {
	value := r.value()
	if err := value.Compact(jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true)); err != nil {
		r.keep(err)
	}
	return string(value)
}

func (r *reader) texts() []string {
	var texts []string
	r.list(func() { texts = appendName(texts, r.literal()) })
	return texts
}

func (r *reader) jsons() []string {
	var texts []string
	r.list(func() { texts = append(texts, r.json()) })
	return texts
}

// node is a value in a document. Its members are parsed on first use. A nil node has
// none.
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

// find returns the value at a pointer below the node, or nil.
func (n *node) find(at jsontext.Pointer) *node {
	for name := range at.Tokens() {
		n = n.child(name)
	}
	return n
}

// names returns the member names in document order.
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
		n.members[name] = &node{raw: n.part(r)} // the last of duplicate members counts
	}
	if r.kind() == '{' {
		r.object(keep)
		return
	}
	r.list(func() { keep(strconv.Itoa(len(n.order))) })
}

// part returns the next value as a slice of the node's text, without copying.
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
