package openapi

import (
	"fmt"

	"github.com/epilot-cli/epilot/internal/operation"
	"github.com/go-json-experiment/json/jsontext"
)

// Fragments reads single operations and schemas in which references are bare
// names: a schema's that of a component, a response's one that Response knows.
// They have the form of OpenAPI 3.1, and "security" may be the word "optional"
// or "public".
type Fragments struct {
	Name       string // for messages
	Components *operation.Components
	Response   func(name string) (fragment string, known bool)
}

// Operation reads an operation object. What it says is added to op.
func (f *Fragments) Operation(op *operation.Operation, fragment string) error {
	r := newReader([]byte(fragment), "", f)
	r.operation(op)
	return r.err
}

// Schema reads a schema object.
func (f *Fragments) Schema(fragment string) (*operation.Schema, error) {
	r := newReader([]byte(fragment), "", f)
	s := r.schema()
	return s, r.err
}

// Head reads the object that names an API: title, version, servers and tags.
func (f *Fragments) Head(api *operation.API, fragment string) error {
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

func (f *Fragments) reference(name string) (*operation.Schema, error) {
	return operation.Reference(name, f.Components), nil
}

func (f *Fragments) value(name string) (jsontext.Value, jsontext.Pointer, error) {
	fragment, known := f.Response(name)
	if !known {
		return nil, "", fmt.Errorf("there is no response %q", name)
	}
	return jsontext.Value(fragment), "", nil
}

func (f *Fragments) schemaName(name string) string { return name }

func (f *Fragments) countsSiblings() bool { return true }

// A call reads few responses, each once, and several goroutines may read at
// the same time: nothing is kept.
func (f *Fragments) known(jsontext.Pointer) any { return nil }

func (f *Fragments) remember(jsontext.Pointer, any) {}

func (f *Fragments) where(at jsontext.Pointer) string { return f.Name + " " + string(at) }
