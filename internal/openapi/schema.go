package openapi

import (
	"regexp"
	"sync"
)

// Schema is a schema object: the subset of JSON Schema that OpenAPI 3.0 and 3.1
// share. Numbers and values keep the JSON text of the document.
//
// A schema with a Ref is only a reference: Target resolves it.
type Schema struct {
	Ref string // component name: "TokenParameters"

	Types       []string // empty: any; 3.0's nullable adds "null"
	Format      string
	Title       string
	Description string
	Enum        []string // JSON values
	Const       string   // JSON value, or ""
	Default     string
	Example     string

	Pattern              string
	MinLength, MaxLength *int
	Minimum, Maximum     string // number literals, or ""
	ExclusiveMinimum     bool   // Minimum itself is excluded
	ExclusiveMaximum     bool
	MultipleOf           string
	Items                *Schema
	MinItems, MaxItems   *int
	UniqueItems          bool
	Properties           []Property // in document order
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
	expression *expression // nil until SetPattern
}

// Property is a named member of an object schema.
type Property struct {
	Name        string
	Schema      *Schema
	Description string // written by us; the schema contains the document's
}

// Discriminator names the property whose value selects the union variant, and the
// component for each value mapped by the document.
type Discriminator struct {
	Property string
	Mapping  map[string]string // value → component name
}

// expression is a lazily compiled pattern.
type expression struct {
	pattern string
	compile func() *regexp.Regexp
}

func newExpression(pattern string) *expression {
	return &expression{pattern, sync.OnceValue(func() *regexp.Regexp {
		compiled, _ := regexp.Compile(pattern)
		return compiled
	})}
}

// SetPattern sets the pattern so that Expression compiles it only once.
func (s *Schema) SetPattern(pattern string) {
	s.Pattern, s.expression = pattern, newExpression(pattern)
}

// Expression returns the compiled pattern, or nil if there is none or if RE2 cannot
// compile the ECMA 262 syntax.
func (s *Schema) Expression() *regexp.Regexp {
	if s.Pattern == "" {
		return nil
	}
	e := s.expression
	if e == nil || e.pattern != s.Pattern { // the pattern was set without SetPattern
		e = newExpression(s.Pattern)
	}
	return e.compile()
}

// Reference returns a schema that refers to the named component.
func Reference(name string, components *Components) *Schema {
	return &Schema{Ref: name, components: components}
}

// Target follows references to the first schema that is not a reference. If a name
// is unknown or refers to itself, it returns an empty schema, which allows anything.
// A nil schema has a nil target.
func (s *Schema) Target() *Schema {
	for range maxReferences {
		if s == nil || s.Ref == "" {
			return s
		}
		s = s.components.Schema(s.Ref)
	}
	return &Schema{}
}

// maxReferences bounds a chain of references.
const maxReferences = 64

// Parts returns the schema and all schemas that it composes with allOf, oneOf and
// anyOf, without duplicates: a composition may be recursive.
func (s *Schema) Parts() []*Schema {
	if s = s.Target(); s == nil {
		return nil
	}
	if len(s.AllOf)+len(s.OneOf)+len(s.AnyOf) == 0 { // most schemas; this runs for each field of each row
		return []*Schema{s}
	}
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

// Is reports whether the schema's types include name.
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

// Components contains an API's named schemas and reads each on first use, so that a
// call pays only for the schemas it needs. It is safe for concurrent use.
type Components struct {
	names func() []string
	read  func(name string) *Schema

	mu    sync.Mutex
	known map[string]*Schema
}

// NewComponents returns components read by the given function, which returns nil for
// an unknown name.
func NewComponents(names []string, read func(name string) *Schema) *Components {
	return LazyComponents(func() []string { return names }, read)
}

// LazyComponents returns components whose names are read on demand too.
func LazyComponents(names func() []string, read func(name string) *Schema) *Components {
	return &Components{names: names, read: read, known: map[string]*Schema{}}
}

// Names returns the component names in document order.
func (c *Components) Names() []string { return c.names() }

// Schema returns the named schema, or an empty schema if the name is unknown.
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
