// Package openapi reads OpenAPI 3.0 and 3.1 documents, and fragments of them,
// into the types of package operation. It is lenient where published documents
// are careless and the meaning is plain, and strict where guessing could send
// a wrong request. It reads no file and checks no value against a schema.
package reader

import (
	"cmp"
	"net/url"
	"strings"

	"github.com/epilot-cli/epilot/internal/openapi"
	"github.com/epilot-cli/epilot/internal/openapi/document"
)

// Parse reads a document, JSON or YAML, as the API of that name. The source, a
// file or a URL, is what messages name and relative server URLs are resolved
// against; it may be empty. Errors are of kind Usage and say where in the text
// they are.
//
// Documents are read leniently: an operation that cannot be read is left out,
// with the reason in API.LeftOut, and what is read otherwise than it is written
// is in API.Notes. Everything is read now. A document of which no operation can
// be read is an error.
//
// Where neither an operation nor the document has "security", a token is
// Required if the document declares an http bearer scheme or no scheme at all:
// a document that says nothing about security has forgotten it more often than
// it is public.
func Parse(name, source string, text []byte) (*openapi.API, error) {
	return ParseFiles(name, source, text, nil)
}

// ParseFiles is Parse for a document that may refer to other files. open reads
// one, whose name is relative to the document's folder and below it, with
// slashes.
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

// head reads what stands around the paths.
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
