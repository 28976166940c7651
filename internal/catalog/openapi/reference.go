package openapi

import (
	"bytes"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/epilot-cli/epilot/internal/operation"
)

const (
	maxDepth      = 1000 // schemas within schemas
	maxReferences = 64   // references that lead to references
	maxSteps      = 50   // of a reference: each costs a look at all that is below
)

// references is what the references of a text lead to: into the same document,
// or to lines of the catalog's own files.
type references interface {
	reference(ref string) (*operation.Schema, error)
	value(ref string) (raw jsontext.Value, at jsontext.Pointer, err error)
	schemaName(ref string) string // of a discriminator's mapping
	where(at jsontext.Pointer) string
	countsSiblings() bool
	known(at jsontext.Pointer) any // what was read there for a reference before, or nil
	remember(at jsontext.Pointer, read any)
}

// follow reads the object that comes next, or the one that its $ref leads to.
// That is read once however often it is referred to: a small document may
// refer to a large response a hundred thousand times.
func follow[T any](r *reader, read func(*reader) T) (result T) {
	raw := r.value()
	at := r.at + r.tokens.StackPointer()
	for count := range maxReferences {
		ref := referenceOf(raw)
		if r.err != nil {
			return result
		}
		if ref == "" {
			return readAt(r, raw, at, count > 0, read)
		}
		var err error
		if raw, at, err = r.refs.value(ref); err != nil {
			r.failf("%w", err)
			return result
		}
		if before, ok := r.refs.known(at).(T); ok {
			return before
		}
	}
	r.failf("$ref leads back to itself")
	return result
}

func readAt[T any](r *reader, raw jsontext.Value, at jsontext.Pointer, referred bool, read func(*reader) T) T {
	inner := newReader(raw, at, r.refs)
	result := read(inner)
	if r.err = inner.err; r.err == nil && referred {
		r.refs.remember(at, result)
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
