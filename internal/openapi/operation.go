// Package openapi defines the plain types shared by the rest of the program: an API,
// its operations, and their parameters, bodies and schemas, in the terms of OpenAPI
// 3. It performs no I/O.
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
	Name       string   // the command-line name: "access-token"
	Title      string   // info.title
	Version    string   // info.version
	Servers    []string // base URLs, the default first; may be empty
	Tags       []string // in document order
	Operations []*Operation
	Components *Components
	Source     string        // "" for the embedded definition, else the source file or URL
	Found      bool          // Source was discovered in a folder, not named by the user
	LeftOut    []Problem     // operations that cannot be called, in document order
	Notes      []Problem     // parts that are interpreted differently from how they are written
	Digest     func() string // hex SHA-256 of the source text; nil if not needed
}

// Problem is a part of a document that could not be read.
type Problem struct {
	ID      string // of the operation left out, if known
	Method  string // upper case; "" for all operations of the path
	Path    string // "" if unrelated to an operation
	Message string // "pets.yaml:7:24: $ref … cannot be resolved"
}

// String returns the problem on one line.
func (p Problem) String() string {
	if p.Path == "" {
		return p.Message
	}
	return strings.TrimLeft(p.Method+" "+p.Path, " ") + ": " + p.Message
}

// Operation is one method on one path.
//
// Operations of the embedded catalog are loaded lazily: until Load, only ID, Method,
// Path, Line, Tags and Deprecated are set. API.Find returns a loaded operation.
type Operation struct {
	ID           string // operationId
	Method       string // upper case
	Path         string // template: "/v1/entity/{slug}"
	Line         string // one-line summary
	Description  string // the document's description; empty in the embedded catalog
	Tags         []string
	Deprecated   bool
	DestroysMany bool     // affects many objects or an account; scripts must confirm explicitly
	Servers      []string // non-empty if the operation or its path overrides the API's
	Security     Security
	Params       []*Param // merged from the path and the operation, which has precedence
	Body         *Body    // nil: the operation has no request body
	Responses    []*Response

	// Mentions returns the names and enum values of the request, for searching; nil
	// unless the operation was read from the facts.
	Mentions func() string

	loading    sync.Once
	complete   func(*Operation)
	describing sync.Once
	describe   func(*Operation)
	example    func(*Operation) string
}

// Security specifies whether a call sends a token.
type Security int

const (
	Required Security = iota // a token must be sent
	Optional                 // sent if available ("security" includes {})
	Public                   // "security: []": none is sent
)

// Param is a parameter object. Style and Explode are always set: the OpenAPI
// defaults of the location are filled in.
type Param struct {
	Name          string
	In            string // path, query, header or cookie
	Style         string // simple, label, matrix, form, spaceDelimited, pipeDelimited, deepObject
	Explode       bool
	AllowReserved bool
	Required      bool
	Deprecated    bool
	MediaType     string // set if the parameter has "content": the media type of its value
	Schema        *Schema
	Description   string
	Example       string // JSON, may be empty
}

// IsReserved reports whether OpenAPI requires the parameter to be ignored (Parameter
// Object, name): the definition describes these headers elsewhere.
func (p *Param) IsReserved() bool {
	if p.In != "header" {
		return false
	}
	switch strings.ToLower(p.Name) {
	case "accept", "content-type", "authorization":
		return true
	}
	return false
}

// Body is a request body object.
type Body struct {
	Required    bool
	Description string
	Contents    []*Content // in document order
}

// JSON returns the schema of a JSON body, or nil if there is none.
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
	Encoding  []Encoding // of form properties
}

// Encoding is an encoding object: how a form serializes one property.
type Encoding struct {
	Property  string
	MediaType string // contentType: one or more, separated by commas; "" if unspecified
	Style     string // form, spaceDelimited, pipeDelimited or deepObject; "" if unspecified
	Explode   bool
}

// EncodingOf returns the encoding of a property, or nil.
func (c *Content) EncodingOf(property string) *Encoding {
	for i := range c.Encoding {
		if c.Encoding[i].Property == property {
			return &c.Encoding[i]
		}
	}
	return nil
}

// Example is a named example with a JSON value.
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

// Find returns the loaded operation with this ID, or nil.
func (a *API) Find(id string) *Operation {
	for _, op := range a.Operations {
		if op.ID == id {
			return op.Load()
		}
	}
	return nil
}

// Named returns the loaded operation that a typed name refers to, or nil: the
// operation with that ID, else one whose ID has a leading "$" or dashes, else the
// only one with another spelling, such as list-access-tokens. Leading characters are
// lost on a command line: a shell expands $name as a variable, and a leading dash
// makes a flag.
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

// spelled returns the only operation whose ID has this fold.
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

// lostInFront lists the leading characters that a command line may strip from an ID.
const lostInFront = "$-"

// PlainName returns the ID without the characters that a command line may strip, if
// Named still finds the operation, else the ID.
func (a *API) PlainName(op *Operation) string {
	plain := strings.TrimLeft(op.ID, lostInFront)
	if plain == op.ID || plain == "" || a.named(plain) != op {
		return op.ID
	}
	return plain
}

// CallName returns the ID as typed on a command line: a leading dash would make it a
// flag.
func (a *API) CallName(op *Operation) string {
	if strings.HasPrefix(op.ID, "-") {
		return a.PlainName(op)
	}
	return op.ID
}

// AllServers returns the base URLs of the API and its operations without duplicates.
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

// Defer postpones the expensive parts of the operation to a function that Load calls
// once. It must be called before the operation is shared.
func (o *Operation) Defer(complete func(*Operation)) {
	o.complete = complete
}

// Load completes a lazily loaded operation and returns it. It is safe for concurrent
// use; later calls cost nothing.
func (o *Operation) Load() *Operation {
	if o.complete != nil {
		o.loading.Do(func() { o.complete(o) })
	}
	return o
}

// DeferTexts postpones parameter and property descriptions, which a call does not
// need, to a function that Described calls once. The example function is called each
// time. DeferTexts must be called before the operation is shared.
func (o *Operation) DeferTexts(describe func(*Operation), example func(*Operation) string) {
	o.describe, o.example = describe, example
}

// Example returns the arguments of a call in shell syntax, or "" if only the schema
// describes them.
func (o *Operation) Example() string {
	if o.example == nil {
		return ""
	}
	return o.example(o)
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

// PathParams returns the path parameters in template order.
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

// Param returns the parameter with this name and location, or nil. An empty location
// matches the first parameter with the name.
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

// Success returns the first 2XX response, else the default response, else nil.
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
