package openapi

import (
	"sync"
)

// Schema is a schema object: the parts of JSON Schema that OpenAPI 3.0 and 3.1
// share. Numbers and values are kept as the JSON text of the document.
//
// A schema with a Ref is only a name: Target leads to what it stands for.
type Schema struct {
	Ref string // component name: "TokenParameters"

	Types       []string // empty: any; 3.0's nullable adds "null"
	Format      string
	Title       string
	Description string
	Enum        []string // JSON texts
	Const       string   // JSON text, "" for none
	Default     string
	Example     string

	Pattern              string
	MinLength, MaxLength *int
	Minimum, Maximum     string // number text, "" for none
	ExclusiveMinimum     bool   // Minimum itself is excluded
	ExclusiveMaximum     bool
	MultipleOf           string
	Items                *Schema
	MinItems, MaxItems   *int
	UniqueItems          bool
	Properties           []Property // in the document's order
	Required             []string
	Additional           *Schema // additionalProperties as a schema
	Closed               bool    // additionalProperties: false
	MinProps, MaxProps   *int
	AllOf, OneOf, AnyOf  []*Schema
	Not                  *Schema
	Discriminator        *Discriminator
	ReadOnly, WriteOnly  bool
	Deprecated           bool

	components *Components
}

// Property is a named member of an object schema.
type Property struct {
	Name        string
	Schema      *Schema
	Description string // ours; that of the document is the schema's
}

// Discriminator names the property whose value chooses the variant of a union,
// and the component for each value where the document maps them.
type Discriminator struct {
	Property string
	Mapping  map[string]string // value → component name
}

// Reference returns a schema that stands for the named component.
func Reference(name string, components *Components) *Schema {
	return &Schema{Ref: name, components: components}
}

// Target follows references until a schema that is not one. It returns an
// empty schema, which allows anything, where a name is unknown or leads back
// to itself. A nil schema has a nil target.
func (s *Schema) Target() *Schema {
	for range maxReferences {
		if s == nil || s.Ref == "" {
			return s
		}
		s = s.components.Schema(s.Ref)
	}
	return &Schema{}
}

// maxReferences bounds a chain of references that are nothing but references.
const maxReferences = 64

// Parts are the schema and all that it is composed of by allOf, oneOf and
// anyOf, each once: a composition may lead back to itself.
func (s *Schema) Parts() []*Schema {
	var all []*Schema
	seen := map[*Schema]bool{}
	var visit func(*Schema)
	visit = func(s *Schema) {
		s = s.Target()
		if s == nil || seen[s] {
			return
		}
		seen[s] = true
		all = append(all, s)
		for _, group := range [][]*Schema{s.AllOf, s.OneOf, s.AnyOf} {
			for _, part := range group {
				visit(part)
			}
		}
	}
	visit(s)
	return all
}

// Is reports whether the schema names the type, alone or among others.
func (s *Schema) Is(name string) bool {
	for _, t := range s.Types {
		if t == name {
			return true
		}
	}
	return false
}

// Property returns the schema of a member, or nil.
func (s *Schema) Property(name string) *Schema {
	for _, p := range s.Properties {
		if p.Name == name {
			return p.Schema
		}
	}
	return nil
}

// Components holds an API's named schemas and reads each when it is first
// asked for, so that a call pays only for the schemas it meets. It is safe for
// use by several goroutines.
type Components struct {
	names func() []string
	read  func(name string) *Schema

	mu    sync.Mutex
	known map[string]*Schema
}

// NewComponents returns components that are read with the function, which
// returns nil for a name it does not know.
func NewComponents(names []string, read func(name string) *Schema) *Components {
	return LazyComponents(func() []string { return names }, read)
}

// LazyComponents returns components whose names too are asked for when they are
// wanted.
func LazyComponents(names func() []string, read func(name string) *Schema) *Components {
	return &Components{names: names, read: read, known: map[string]*Schema{}}
}

// Names are the component names in the document's order.
func (c *Components) Names() []string { return c.names() }

// Schema returns the named schema, or an empty one where there is none.
func (c *Components) Schema(name string) *Schema {
	c.mu.Lock()
	defer c.mu.Unlock()
	if s, ok := c.known[name]; ok {
		return s
	}
	s := c.read(name)
	if s == nil {
		s = &Schema{}
	}
	c.known[name] = s
	return s
}
