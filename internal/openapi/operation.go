// Package operation holds the plain types that the rest of the program speaks
// in: an API, its operations, their parameters, bodies and schemas, in the
// terms of OpenAPI 3. It reads nothing and sends nothing.
package openapi

import (
	"slices"
	"strings"
	"sync"

	"github.com/epilot-cli/epilot/internal/httpx"
	"github.com/epilot-cli/epilot/internal/suggest"
)

// API is one OpenAPI document: https://spec.openapis.org/oas/v3.1.1#openapi-object.
type API struct {
	Name       string   // the word on the command line: "access-token"
	Title      string   // info.title
	Version    string   // info.version
	Servers    []string // base URLs, the first is the default; may be empty
	Tags       []string // in the document's order
	Operations []*Operation
	Components *Components
	Source     string        // "" for the embedded definition, else the file or URL it was read from
	Found      bool          // Source was found in a folder; nobody named it
	LeftOut    []Problem     // operations that cannot be called, in the document's order
	Notes      []Problem     // parts that are read otherwise than they are written
	Digest     func() string // hex SHA-256 of the text it was read from; nil where nobody asks for it
}

// Problem is a part of a document that could not be read.
type Problem struct {
	ID      string // of an operation that is left out, as far as it is known
	Method  string // upper case; "" for all operations of the path
	Path    string // "" where it is about no operation
	Message string // "pets.yaml:7:24: $ref … leads nowhere"
}

// String is the problem on one line.
func (p Problem) String() string {
	if p.Path == "" {
		return p.Message
	}
	return strings.TrimLeft(p.Method+" "+p.Path, " ") + ": " + p.Message
}

// Operation is one method on one path.
//
// An operation of the embedded catalog is listed before it is read: until Load
// it has its ID, Method, Path, Line, Tags and Deprecated, and nothing else.
// API.Find returns it loaded.
type Operation struct {
	ID           string // operationId
	Method       string // upper case
	Path         string // template: "/v1/entity/{slug}"
	Line         string // what it does, one line
	Description  string // the document's own text; empty in the embedded catalog
	Tags         []string
	Deprecated   bool
	DestroysMany bool     // many objects or an account; a script has to say that it means it
	Servers      []string // non-empty where the operation or its path overrides the API's
	Security     Security
	Params       []*Param // the path's and the operation's merged, the operation's win
	Body         *Body    // nil: the operation takes no body
	Responses    []*Response
	Example      string // arguments of a call, as a shell reads them; "" where only the schema says

	// Mentions are the names and enum values of the request, for a search; nil
	// where the operation was not read from facts.
	Mentions func() string

	loading    sync.Once
	complete   func(*Operation)
	describing sync.Once
	describe   func(*Operation)
}

// Security says whether a call carries a token.
type Security int

const (
	Required Security = iota // a token must be sent
	Optional                 // sent when there is one ("security" lists {} beside a scheme)
	Public                   // "security: []": none is sent
)

// Param is a parameter object. Style is never empty: the OpenAPI default of
// the location is filled in, and Explode with it.
type Param struct {
	Name          string
	In            string // path, query, header or cookie
	Style         string // simple, label, matrix, form, spaceDelimited, pipeDelimited, deepObject
	Explode       bool
	AllowReserved bool
	Required      bool
	Deprecated    bool
	MediaType     string // set where the parameter has "content": its text is a document of this type
	Schema        *Schema
	Description   string
	Example       string // JSON text, may be empty
}

// Body is a request body object.
type Body struct {
	Required    bool
	Description string
	Contents    []*Content // in the document's order
}

// JSON is the schema of the body where it is JSON; nil where there is none, or
// no body.
func (b *Body) JSON() *Schema {
	if b == nil {
		return nil
	}
	if content := JSON(b.Contents); content != nil {
		return content.Schema
	}
	return nil
}

// Content is a media type object.
type Content struct {
	MediaType string
	Schema    *Schema // may be nil
	Examples  []Example
	Encoding  []Encoding // of the properties of a form
}

// Encoding is an encoding object: how a form carries one property.
type Encoding struct {
	Property  string
	MediaType string // contentType: one or several, with commas; "" where it is not said
	Style     string // form, spaceDelimited, pipeDelimited or deepObject; "" where nothing of it is said
	Explode   bool
}

// EncodingOf is what is said of a property, nil for nothing.
func (c *Content) EncodingOf(property string) *Encoding {
	for i := range c.Encoding {
		if c.Encoding[i].Property == property {
			return &c.Encoding[i]
		}
	}
	return nil
}

// Example is a named example, its value as JSON text.
type Example struct {
	Name  string
	Value string
}

// Response is a response object; Status is "200", "4XX" or "default".
type Response struct {
	Status      string
	Description string
	Contents    []*Content
}

// Find returns the operation of that id, loaded, or nil.
func (a *API) Find(id string) *Operation {
	for _, op := range a.Operations {
		if op.ID == id {
			return op.Load()
		}
	}
	return nil
}

// Named returns the operation that somebody means who types the name, loaded, or
// nil: the one of that id, else one whose id has "$" or dashes in front of it,
// else the only one of which it is another spelling, such as list-access-tokens.
// What stands in front is lost on a command line, where a shell takes $name for a
// variable, and a name that begins with a dash is a flag.
func (a *API) Named(name string) *Operation {
	if op := a.named(name); op != nil {
		return op.Load()
	}
	return nil
}

func (a *API) named(name string) *Operation {
	var named *Operation
	for _, op := range a.Operations {
		switch {
		case op.ID == name:
			return op
		case named == nil && name != "" && strings.TrimLeft(op.ID, lostInFront) == name:
			named = op
		}
	}
	if named != nil || name == "" {
		return named
	}
	return a.spelled(suggest.Fold(name))
}

// spelled is the only operation whose id has that fold.
func (a *API) spelled(fold string) (found *Operation) {
	for _, op := range a.Operations {
		switch {
		case suggest.Fold(op.ID) != fold:
		case found != nil:
			return nil
		default:
			found = op
		}
	}
	return found
}

// lostInFront are the characters that a command line may take from an id.
const lostInFront = "$-"

// PlainName is the id of an operation without what a command line may take from
// it, where Named finds the operation by that, else the id.
func (a *API) PlainName(op *Operation) string {
	plain := strings.TrimLeft(op.ID, lostInFront)
	if plain == op.ID || plain == "" || a.named(plain) != op {
		return op.ID
	}
	return plain
}

// CallName is the id of an operation as it stands on a command line: one that
// begins with a dash would be a flag.
func (a *API) CallName(op *Operation) string {
	if strings.HasPrefix(op.ID, "-") {
		return a.PlainName(op)
	}
	return op.ID
}

// AllServers are the base URLs of the API and of its operations, each once.
func (a *API) AllServers() []string {
	found := slices.Clone(a.Servers)
	for _, op := range a.Operations {
		for _, server := range op.Load().Servers {
			if !slices.Contains(found, server) {
				found = append(found, server)
			}
		}
	}
	return found
}

// Defer leaves what is costly about the operation to a function that Load
// runs once. It is called before the operation is shared.
func (o *Operation) Defer(complete func(*Operation)) {
	o.complete = complete
}

// Load completes an operation that was only listed, and returns it. It may be
// called at any time, by several goroutines; after the first it costs nothing.
func (o *Operation) Load() *Operation {
	if o.complete != nil {
		o.loading.Do(func() { o.complete(o) })
	}
	return o
}

// DeferTexts leaves the descriptions of parameters and properties, which a call
// does not need, to a function that Described runs once. It is called before the
// operation is shared.
func (o *Operation) DeferTexts(describe func(*Operation)) {
	o.describe = describe
}

// Described loads an operation with the descriptions of its parameters and
// properties, and returns it.
func (o *Operation) Described() *Operation {
	o.Load()
	if o.describe != nil {
		o.describing.Do(func() { o.describe(o) })
	}
	return o
}

// PathParams are the path parameters in the order of the template.
func (o *Operation) PathParams() []*Param {
	var found []*Param
	for rest := o.Path; ; {
		_, after, open := strings.Cut(rest, "{")
		name, tail, closed := strings.Cut(after, "}")
		if !open || !closed {
			return found
		}
		if p := o.Param(name, "path"); p != nil {
			found = append(found, p)
		}
		rest = tail
	}
}

// Param returns the parameter of that name and location; an empty location
// takes the first of the name. It returns nil where there is none.
func (o *Operation) Param(name, in string) *Param {
	for _, p := range o.Params {
		if p.Name == name && (in == "" || p.In == in) {
			return p
		}
	}
	return nil
}

// JSON returns the first content whose media type is JSON, or nil.
func JSON(contents []*Content) *Content {
	for _, c := range contents {
		if httpx.IsJSON(c.MediaType) {
			return c
		}
	}
	return nil
}

// Success returns the first 2XX response, else the default one, else nil.
func (o *Operation) Success() *Response {
	var fallback *Response
	for _, r := range o.Responses {
		if strings.HasPrefix(r.Status, "2") {
			return r
		}
		if r.Status == "default" {
			fallback = r
		}
	}
	return fallback
}
