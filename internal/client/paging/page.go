package paging

import (
	"bytes"
	"io"
	"net/http"
	"slices"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/epilot-cli/epilot/internal/convention"
	"github.com/epilot-cli/epilot/internal/openapi"
	"github.com/epilot-cli/epilot/internal/openapi/schema"
)

// Page is one response: a list, and what stands around it.
type Page struct {
	Response *http.Response // its body is read for a list, and to be closed otherwise
	Items    [][]byte       // JSON texts as they came

	path   []string   // the members that lead to the list; empty where it is the response, nil for no list
	levels [][]member // the members at each step of the path
	beside []member   // those that may tell of pages, once they were looked for
	cut    bool       // Options.MaxItems ended the list within this page
}

// IsList reports whether the response is a list. Only the first one may be none.
func (p *Page) IsList() bool { return p.path != nil }

type member struct {
	name string
	raw  []byte
}

// read finds the list in an answer: at the path, or where path is nil at the
// likeliest place. hint is a member's name, may be "".
func read(text []byte, path []string, hint string) (*Page, bool) {
	text = bytes.TrimPrefix(bytes.TrimSpace(text), []byte("\xef\xbb\xbf"))
	if path == nil {
		var found bool
		if path, found = locate(text, hint); !found {
			return nil, false
		}
	}
	p := &Page{path: path}
	for _, name := range path {
		members, ok := objectOf(text)
		if !ok {
			return nil, false
		}
		p.levels = append(p.levels, members)
		if text = value(members, name); text == nil || string(text) == "null" {
			return p, len(p.levels) == len(path) // a page without the list has no items
		}
	}
	var ok bool
	p.Items, ok = arrayItems(text)
	return p, ok
}

// locate returns the path of the list, never nil where there is one.
func locate(text []byte, hint string) ([]string, bool) {
	if first(text) == '[' {
		return []string{}, true
	}
	members, ok := objectOf(text)
	if !ok {
		return nil, false
	}
	for _, name := range append(convention.ListWrappers(), hint) {
		switch raw := value(members, name); first(raw) {
		case '[':
			return []string{name}, true
		case '{':
			if inner, found := locate(raw, ""); found && convention.IsListWrapper(inner[0]) {
				return append([]string{name}, inner...), true
			}
		}
	}
	for _, m := range members {
		if first(m.raw) == '[' {
			return []string{m.name}, true
		}
	}
	return nil, false
}

// arrayOf is the member of the operation's response that is its list, "" where
// the definition does not say.
func arrayOf(op *openapi.Operation) string {
	success := op.Success()
	if success == nil {
		return ""
	}
	content := openapi.JSON(success.Contents)
	if content == nil {
		return ""
	}
	for _, p := range schema.Shape(content.Schema).Properties {
		if slices.Contains(schema.Types(p.Schema), "array") {
			return p.Name
		}
	}
	return ""
}

// replaced is the response with another body.
func replaced(resp *http.Response, body io.ReadCloser) *http.Response {
	other := *resp
	other.Header = resp.Header.Clone()
	other.Header.Del("Content-Length")
	other.ContentLength = -1
	other.Body = body
	return &other
}

// body is a body that was read already, and how it ended.
type body struct {
	text []byte
	end  error
	from *bytes.Reader
}

func (g *body) Read(p []byte) (int, error) {
	if g.from == nil {
		g.from = bytes.NewReader(g.text)
	}
	n, err := g.from.Read(p)
	if err == io.EOF && g.end != nil {
		err = g.end
	}
	return n, err
}

func (g *body) Close() error { return nil }

func first(raw []byte) byte {
	if len(raw) == 0 {
		return 0
	}
	return raw[0]
}

func value(members []member, name string) []byte {
	for _, m := range members {
		if m.name == name && name != "" {
			return m.raw
		}
	}
	return nil
}

// decoder lets pass what is no fault of a list: the reader of the answer will
// say what it thinks of it.
func decoder(text []byte) *jsontext.Decoder {
	return jsontext.NewDecoder(bytes.NewBuffer(text), jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
}

// next is the text of the next value, as it stands in the text.
func next(dec *jsontext.Decoder, text []byte) ([]byte, error) {
	raw, err := dec.ReadValue()
	if err != nil {
		return nil, err
	}
	end := int(dec.InputOffset())
	return text[end-len(raw) : end], nil
}

func objectOf(text []byte) ([]member, bool) {
	if first(text) != '{' {
		return nil, false
	}
	dec := decoder(text)
	_, err := dec.ReadToken()
	members := []member{}
	for err == nil && dec.PeekKind() != '}' {
		var name jsontext.Token
		if name, err = dec.ReadToken(); err != nil {
			break
		}
		m := member{name: name.String()}
		m.raw, err = next(dec, text)
		members = append(members, m)
	}
	return members, err == nil
}

func arrayItems(text []byte) ([][]byte, bool) {
	if first(text) != '[' {
		return nil, false
	}
	dec := decoder(text)
	_, err := dec.ReadToken()
	items := [][]byte{}
	for err == nil && dec.PeekKind() != ']' {
		var item []byte
		if item, err = next(dec, text); err == nil {
			items = append(items, item)
		}
	}
	if err == nil {
		_, err = dec.ReadToken()
	}
	return items, err == nil
}
