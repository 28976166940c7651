// Package schema checks JSON values against the schemas of a definition, makes
// samples that fit them, and names their types for people. It does not read
// definitions, and does not know where a value came from.
package schema

import (
	"regexp"

	"github.com/epilot-cli/epilot/internal/operation"
)

// Direction says which way a value goes: a request need not have the readOnly
// properties that are required, a response not the writeOnly ones.
type Direction int

const (
	Request Direction = iota
	Response
	Both // everything that is required must be there
)

// Fault is one way in which a value does not fit its schema.
type Fault struct {
	Path    string // "$", "$.assignments[0]", `$["a b"]`
	Pointer string // the same as RFC 6901 has it: "", "/assignments/0", "/a b"
	Message string // `must be one of "api", "journey"; did you mean "api"?`
	Variant string // the union variant that was meant, may be empty
	Tag     string // what says that it was meant: "token_type: journey", may be empty
}

// String is the fault in one line, which begins with the path.
func (f Fault) String() string {
	meant := f.Variant
	switch {
	case f.Tag != "" && f.Variant != "":
		meant += ", " + f.Tag
	case f.Tag != "":
		meant = f.Tag
	}
	if meant != "" {
		meant = " (" + meant + ")"
	}
	return f.Path + ": " + f.Message + meant
}

// Check returns every fault of a value that Decode made, in the order of the
// schema. OneOf means the same as AnyOf: a value that fits two variants is
// accepted on purpose, because servers accept it. Of a union that does not
// fit, only the faults of the variant that was meant are returned.
func Check(s *operation.Schema, value any, dir Direction) []Fault {
	return newChecker(dir).check(s, value, root)
}

// checker carries what one Check needs to end on recursive schemas.
type checker struct {
	dir      Direction
	depth    int
	known    map[visit][]Fault
	patterns map[string]*regexp.Regexp
	shapes   shapes
}

// visit is a composed schema at a place of the value. Meeting one again while
// it is being checked means that the schema says nothing new there.
type visit struct {
	schema  *operation.Schema
	pointer string
}

// maxDepth bounds schemas within schemas; what lies deeper is not checked.
const maxDepth = 512

func newChecker(dir Direction) *checker {
	return &checker{
		dir:      dir,
		known:    map[visit][]Fault{},
		patterns: map[string]*regexp.Regexp{},
		shapes:   shapes{},
	}
}

func (c *checker) check(s *operation.Schema, value any, at place) []Fault {
	s = s.Target()
	if s == nil || c.depth >= maxDepth {
		return nil
	}
	c.depth++
	defer func() { c.depth-- }()
	if !isComposed(s) {
		return c.one(s, value, at)
	}
	key := visit{s, at.pointer}
	if faults, seen := c.known[key]; seen {
		return faults
	}
	c.known[key] = nil
	faults := c.one(s, value, at)
	c.known[key] = faults
	return faults
}

func isComposed(s *operation.Schema) bool {
	return len(s.AllOf)+len(s.OneOf)+len(s.AnyOf) > 0 || s.Not != nil
}

// one checks what a schema itself says and what it is composed of.
func (c *checker) one(s *operation.Schema, value any, at place) []Fault {
	if value == nil && s.Is("null") {
		return nil
	}
	if !hasType(s, value) {
		return at.fault("must be %s, not %s", orList(s.Types), typeOf(value))
	}
	faults := c.enum(s, value, at)
	switch v := value.(type) {
	case map[string]any:
		faults = append(faults, c.object(s, v, at)...)
	case []any:
		faults = append(faults, c.array(s, v, at)...)
	case string:
		faults = append(faults, c.text(s, v, at)...)
	default:
		faults = append(faults, checkNumber(s, v, at)...)
	}
	return distinct(append(faults, c.composed(s, value, at)...))
}

func (c *checker) composed(s *operation.Schema, value any, at place) []Fault {
	var faults []Fault
	for _, part := range s.AllOf {
		faults = append(faults, c.check(part, value, at)...)
	}
	faults = append(faults, c.union(s, s.OneOf, value, at)...)
	faults = append(faults, c.union(s, s.AnyOf, value, at)...)
	if s.Not != nil && len(c.check(s.Not, value, at)) == 0 {
		faults = append(faults, at.fault("must not be %s", TypeName(s.Not))...)
	}
	return faults
}

// distinct drops what two parts of an allOf say alike.
func distinct(faults []Fault) []Fault {
	if len(faults) < 2 {
		return faults
	}
	seen := make(map[Fault]bool, len(faults))
	kept := faults[:0:0]
	for _, f := range faults {
		if !seen[f] {
			seen[f] = true
			kept = append(kept, f)
		}
	}
	return kept
}
