package openapi

import (
	"fmt"
	"net/url"
	"strings"

	"github.com/epilot-cli/epilot/internal/document"
	"github.com/epilot-cli/epilot/internal/operation"
	"github.com/go-json-experiment/json/jsontext"
)

// tree is a whole document. Its references are JSON pointers into itself.
type tree struct {
	text       *document.Document
	root       *node
	siblings   bool // 3.1: what stands beside a $ref counts
	security   operation.Security
	components *operation.Components
	schemas    map[string]*operation.Schema
	wanted     []string // schemas that were referred to by a pointer, still to be read
	read       map[jsontext.Pointer]any
}

func newDocument(text *document.Document) *tree {
	t := &tree{
		text:    text,
		root:    &node{raw: text.JSON},
		schemas: map[string]*operation.Schema{},
		read:    map[jsontext.Pointer]any{},
	}
	t.security = t.silentSecurity()
	names := t.root.child("components").child("schemas").names()
	t.components = operation.NewComponents(names, func(name string) *operation.Schema { return t.schemas[name] })
	return t
}

func (t *tree) reader(n *node, at jsontext.Pointer) *reader {
	return newReader(n.raw, at, t)
}

func (t *tree) where(at jsontext.Pointer) string { return t.text.Where(string(at)) }

func (t *tree) countsSiblings() bool { return t.siblings }

func (t *tree) known(at jsontext.Pointer) any { return t.read[at] }

func (t *tree) remember(at jsontext.Pointer, read any) { t.read[at] = read }

// reference returns the schema that stands for a $ref, whose target is read
// later: schemas may contain themselves.
func (t *tree) reference(ref string) (*operation.Schema, error) {
	_, at, err := t.find(ref)
	if err != nil {
		return nil, err
	}
	name := componentName(at)
	if _, known := t.schemas[name]; !known && strings.HasPrefix(name, "#") {
		t.schemas[name] = nil
		t.wanted = append(t.wanted, name)
	}
	return operation.Reference(name, t.components), nil
}

func (t *tree) value(ref string) (jsontext.Value, jsontext.Pointer, error) {
	n, at, err := t.find(ref)
	if err != nil {
		return nil, "", err
	}
	return n.raw, at, nil
}

func (t *tree) schemaName(ref string) string {
	if at, local := pointer(ref); local {
		return componentName(at)
	}
	return ref
}

// find returns what a reference leads to.
func (t *tree) find(ref string) (*node, jsontext.Pointer, error) {
	at, local := pointer(ref)
	if !local {
		return nil, "", fmt.Errorf("$ref %q leaves the document: only references that begin with #/ can be followed", ref)
	}
	if strings.Count(string(at), "/") > maxSteps {
		return nil, "", fmt.Errorf("a $ref has more than %d steps", maxSteps)
	}
	n := t.root.find(at)
	if n == nil {
		return nil, "", fmt.Errorf("$ref %q leads nowhere", ref)
	}
	return n, at, nil
}

// pointer returns the JSON pointer of a local reference, a URI fragment of
// RFC 6901 section 6.
func pointer(ref string) (jsontext.Pointer, bool) {
	fragment, local := strings.CutPrefix(ref, "#/")
	if !local {
		return "", false
	}
	if plain, err := url.PathUnescape(fragment); err == nil {
		fragment = plain
	}
	at := jsontext.Pointer("/" + fragment)
	return at, at.IsValid()
}

// componentName is the name under which the schema at a pointer is known: that
// of the component, or for a schema elsewhere "#" and the pointer.
func componentName(at jsontext.Pointer) string {
	if at.Parent() == "/components/schemas" {
		return at.LastToken()
	}
	return "#" + string(at)
}

// readSchemas reads the components, then what pointers lead to.
func (t *tree) readSchemas() error {
	root := jsontext.Pointer("/components/schemas")
	for _, name := range t.components.Names() {
		if err := t.readSchema(name, root.AppendToken(name)); err != nil {
			return err
		}
	}
	for len(t.wanted) > 0 {
		name := t.wanted[0]
		t.wanted = t.wanted[1:]
		if err := t.readSchema(name, jsontext.Pointer(name[1:])); err != nil {
			return err
		}
	}
	return nil
}

func (t *tree) readSchema(name string, at jsontext.Pointer) error {
	r := t.reader(t.root.find(at), at)
	t.schemas[name] = r.schema()
	return r.err
}
