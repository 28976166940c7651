package reader

import (
	"bytes"
	"fmt"
	"slices"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/epilot-cli/epilot/internal/openapi"
)

const (
	maxDepth      = 1000 // nested schemas
	maxReferences = 64   // references that lead to references
	maxSteps      = 50   // in one reference: each step scans everything below it
)

// references resolves references: within the document, or to lines of the catalog's
// files.
type references interface {
	reference(ref string) (*openapi.Schema, error)
	value(ref string) (raw jsontext.Value, at jsontext.Pointer, in references, err error)
	note(message string)
	notef(at jsontext.Pointer, format string, args ...any)
	schemaName(ref string) string // of a discriminator mapping
	where(at jsontext.Pointer) string
	countsSiblings() bool
	known(at jsontext.Pointer) any // the value previously read for a reference, or nil
	remember(at jsontext.Pointer, read any)
}

// follow reads the next object or the target of its $ref. A target is read once
// however often it is referenced: a small document can reference a large response a
// hundred thousand times.
func follow[T any](r *reader, read func(*reader) T) (result T) {
	raw := r.value()
	at, in := r.at+r.tokens.StackPointer(), r.refs
	for count := range maxReferences {
		ref := referenceOf(raw)
		if r.err != nil {
			return result
		}
		if ref == "" {
			return readAt(r, raw, at, in, count > 0, read)
		}
		var err error
		if raw, at, in, err = in.value(ref); err != nil {
			r.failf("%w", err)
			return result
		}
		if before, ok := in.known(at).(T); ok {
			return before
		}
	}
	r.failf("$ref refers to itself")
	return result
}

// followOrSkip is follow for optional parts: an unreadable one is empty.
func followOrSkip[T any](r *reader, read func(*reader) T) (result T) {
	if r.err != nil {
		return result
	}
	if result = follow(r, read); r.err != nil {
		r.refs.note(r.err.Error())
		r.err = nil
	}
	return result
}

func readAt[T any](r *reader, raw jsontext.Value, at jsontext.Pointer, in references, referred bool, read func(*reader) T) T {
	inner := newReader(raw, at, in)
	result := read(inner)
	if r.err = inner.err; r.err == nil && referred {
		in.remember(at, result)
	}
	return result
}

// referenceOf returns the $ref of an object, or "".
func referenceOf(raw jsontext.Value) string {
	if !bytes.Contains(raw, []byte(`"$ref"`)) {
		return ""
	}
	var ref string
	r := newReader(raw, "", nil)
	r.object(func(name string) {
		if name == "$ref" {
			ref = r.text()
			return
		}
		r.skip()
	})
	return ref
}

// Fragments parses single operations and schemas whose references are bare names: of
// components in schemas, and of names known to Response in responses. The format is
// that of OpenAPI 3.1, except that "security" can be the string "optional" or
// "public".
type Fragments struct {
	Name       string // for messages
	Components *openapi.Components
	Response   func(name string) (fragment string, known bool)
}

// Operation parses an operation object into op.
func (f *Fragments) Operation(op *openapi.Operation, fragment string) error {
	r := newReader([]byte(fragment), "", f)
	r.operation(op)
	return r.err
}

// Schema parses a schema object.
func (f *Fragments) Schema(fragment string) (*openapi.Schema, error) {
	r := newReader([]byte(fragment), "", f)
	s := r.schema()
	return s, r.err
}

// Head parses the object that names an API: title, version, servers and tags.
func (f *Fragments) Head(api *openapi.API, fragment string) error {
	r := newReader([]byte(fragment), "", f)
	r.object(func(name string) {
		switch name {
		case "title":
			api.Title = r.text()
		case "version":
			api.Version = r.text()
		case "servers":
			api.Servers = r.servers()
		case "tags":
			api.Tags = r.texts()
		default:
			r.skip()
		}
	})
	return r.err
}

func (f *Fragments) reference(name string) (*openapi.Schema, error) {
	return openapi.Reference(name, f.Components), nil
}

func (f *Fragments) value(name string) (jsontext.Value, jsontext.Pointer, references, error) {
	fragment, known := f.Response(name)
	if !known {
		return nil, "", f, fmt.Errorf("unknown response %q", name)
	}
	return jsontext.Value(fragment), "", f, nil
}

func (f *Fragments) note(string) {}

func (f *Fragments) notef(jsontext.Pointer, string, ...any) {}

func (f *Fragments) schemaName(name string) string { return name }

func (f *Fragments) countsSiblings() bool { return true }

// known caches nothing: a call reads few responses, each once, and possibly
// concurrently.
func (f *Fragments) known(jsontext.Pointer) any { return nil }

func (f *Fragments) remember(jsontext.Pointer, any) {}

func (f *Fragments) where(at jsontext.Pointer) string { return f.Name + " " + string(at) }

// sendRequired removes readOnly from the required properties of schemas that only
// requests use. readOnly means that a response has the property and a request can
// omit it; in a schema that no response uses, required properties must be sent.
func sendRequired(api *openapi.API) {
	sent, received := schemaSet{}, schemaSet{}
	for _, op := range api.Operations {
		if op.Body != nil {
			sent.addContents(op.Body.Contents)
		}
		for _, response := range op.Responses {
			received.addContents(response.Contents)
		}
	}
	for s := range sent {
		if !received[s] {
			sendRequiredOf(s, received)
		}
	}
}

func sendRequiredOf(s *openapi.Schema, received schemaSet) {
	var required []string
	for _, part := range s.Parts() {
		required = append(required, part.Required...)
	}
	for _, part := range s.Parts() {
		for i, p := range part.Properties {
			target := p.Schema.Target()
			if target == nil || received[part] || !target.ReadOnly && !p.Schema.ReadOnly || !slices.Contains(required, p.Name) {
				continue
			}
			own := *target // the schema may be shared
			own.ReadOnly = false
			part.Properties[i].Schema = &own
		}
	}
}

// schemaSet is a set of schemas, with references resolved.
type schemaSet map[*openapi.Schema]bool

func (set schemaSet) addContents(contents []*openapi.Content) {
	for _, content := range contents {
		set.add(content.Schema)
	}
}

func (set schemaSet) add(s *openapi.Schema) {
	s = s.Target()
	if s == nil || set[s] {
		return
	}
	set[s] = true
	set.add(s.Items)
	set.add(s.Additional)
	for _, p := range s.Properties {
		set.add(p.Schema)
	}
	for _, group := range [][]*openapi.Schema{s.AllOf, s.OneOf, s.AnyOf} {
		for _, part := range group {
			set.add(part)
		}
	}
}
