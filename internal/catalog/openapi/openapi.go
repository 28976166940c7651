// Package openapi reads OpenAPI 3.0 and 3.1 documents, and fragments of them,
// into the types of package operation. It is lenient where published documents
// are careless and the meaning is plain, and strict where guessing could send
// a wrong request. It reads no file and checks no value against a schema.
package openapi

import (
	"cmp"
	"net/url"
	"strings"

	"github.com/epilot-cli/epilot/internal/document"
	"github.com/epilot-cli/epilot/internal/operation"
)

// Parse reads a whole document, JSON or YAML, as the API of that name. The
// source, a file or a URL, is what messages name and relative server URLs are
// resolved against; it may be empty. Everything in the document is read, so
// that a mistake anywhere in it is told now. Errors are of kind Usage and say
// where in the text they are.
//
// Where neither an operation nor the document has "security", a token is
// Required if the document declares an http bearer scheme or no scheme at all:
// a document that says nothing about security has forgotten it more often than
// it is public.
func Parse(name, source string, text []byte) (*operation.API, error) {
	parsed, err := document.Parse(cmp.Or(withoutQuery(source), name), text)
	if err != nil {
		return nil, err
	}
	d := newDocument(parsed)
	if err := d.checkVersion(); err != nil {
		return nil, err
	}
	api := &operation.API{Name: name, Source: source, Components: d.components}
	if err := d.head(api); err != nil {
		return nil, err
	}
	if err := d.readPaths(api); err != nil {
		return nil, err
	}
	return api, d.readSchemas()
}

// head reads what stands around the paths.
func (d *tree) head(api *operation.API) error {
	r := d.reader(d.root, "")
	r.object(func(name string) {
		switch name {
		case "info":
			r.info(api)
		case "servers":
			api.Servers = absolute(r.servers(), api.Source)
		case "tags":
			r.list(func() { api.Tags = appendName(api.Tags, r.nameOf()) })
		case "security":
			d.security = r.security()
		default:
			r.skip()
		}
	})
	return r.err
}

func (r *reader) info(api *operation.API) {
	r.object(func(name string) {
		switch name {
		case "title":
			api.Title = title(r.text())
		case "version":
			api.Version = r.word()
		default:
			r.skip()
		}
	})
}

// title drops the words "OpenAPI 3.0" that some tools add to a title.
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

// withoutQuery is a source as messages name it: the query of a URL may hold
// a signature.
func withoutQuery(source string) string {
	u, err := url.Parse(source)
	if err != nil || u.Host == "" {
		return source
	}
	u.User, u.RawQuery, u.Fragment = nil, "", ""
	return u.String()
}
