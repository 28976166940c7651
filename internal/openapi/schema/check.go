// Package schema validates JSON values against the schemas of a definition,
// generates samples that match them, and formats type names for display. It does not
// parse definitions and is independent of the source of a value.
package schema

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/epilot-cli/epilot/internal/failure"
	"github.com/epilot-cli/epilot/internal/openapi"
)

// Direction is the direction of a value: a request can omit required readOnly
// properties, a response required writeOnly ones.
type Direction int

const (
	Request Direction = iota
	Response
	Both // all required properties must be present
)

// Fault is one mismatch between a value and its schema.
type Fault struct {
	Path    string // "$", "$.assignments[0]", `$["a b"]`
	Pointer string // the same as an RFC 6901 pointer: "", "/assignments/0", "/a b"
	Message string // `must be one of "api", "journey"; did you mean "api"?`
	Variant string // the likely union variant, may be empty
	Tag     string // what identifies the variant: "token_type: journey", may be empty
}

// String returns the fault on one line that starts with the path.
func (f Fault) String() string {
	variant := f.Variant
	switch {
	case f.Tag != "" && f.Variant != "":
		variant += ", " + f.Tag
	case f.Tag != "":
		variant = f.Tag
	}
	if variant != "" {
		variant = " (" + variant + ")"
	}
	return f.Path + ": " + f.Message + variant
}

// Check returns all faults of a value from Decode, in schema order. OneOf is treated
// as AnyOf: a value that matches two variants is accepted deliberately, because
// servers accept it. For a union without a match, only the faults of the likely
// variant are returned.
func Check(s *openapi.Schema, value any, dir Direction) []Fault {
	return newChecker(dir).check(s, value, root)
}

// checker is the state that one Check needs to terminate on recursive schemas.
type checker struct {
	dir    Direction
	depth  int
	known  map[visit][]Fault
	shapes shapes
	wholes []whole // the composed schemas that contain the current one
	exact  bool    // a value must match exactly one variant of oneOf
}

// whole is a composed schema at a position of the value: a property required by one
// part can be readOnly in another.
type whole struct {
	schema  *openapi.Schema
	pointer string
}

// visit is a composed schema at a position of the value. Meeting it again during its
// own check adds no constraint.
type visit struct {
	schema  *openapi.Schema
	pointer string
}

// maxDepth limits schema nesting; deeper values are not checked.
const maxDepth = 512

func newChecker(dir Direction) *checker {
	return &checker{dir: dir, shapes: shapes{}}
}

func (c *checker) check(s *openapi.Schema, value any, at location) []Fault {
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
	if c.known == nil {
		c.known = map[visit][]Fault{}
	}
	c.known[key] = nil
	c.wholes = append(c.wholes, whole(key))
	faults := c.one(s, value, at)
	c.wholes = c.wholes[:len(c.wholes)-1]
	c.known[key] = faults
	return faults
}

func isComposed(s *openapi.Schema) bool {
	return len(s.AllOf)+len(s.OneOf)+len(s.AnyOf) > 0 || s.Not != nil
}

// one checks a schema's own keywords and its compositions.
func (c *checker) one(s *openapi.Schema, value any, at location) []Fault {
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

func (c *checker) composed(s *openapi.Schema, value any, at location) []Fault {
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

// distinct drops faults that two parts of an allOf report alike.
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

// location is the current position in a value, in both notations.
type location struct{ path, pointer string }

var root = location{path: "$"}

func (p location) member(name string) location {
	path := p.path + "." + name
	if !isIdentifier(name) {
		path = p.path + "[" + quote(name) + "]"
	}
	escaped := strings.ReplaceAll(strings.ReplaceAll(name, "~", "~0"), "/", "~1")
	return location{path: path, pointer: p.pointer + "/" + escaped}
}

func (p location) element(index int) location {
	text := strconv.Itoa(index)
	return location{path: p.path + "[" + text + "]", pointer: p.pointer + "/" + text}
}

func (p location) fault(format string, args ...any) []Fault {
	return []Fault{{Path: p.path, Pointer: p.pointer, Message: fmt.Sprintf(format, args...)}}
}

// isIdentifier reports whether a name needs no quotes after a dot.
func isIdentifier(name string) bool {
	for i := range len(name) {
		letter := 'a' <= name[i]|0x20 && name[i]|0x20 <= 'z'
		if !letter && name[i] != '_' && (i == 0 || name[i] < '0' || name[i] > '9') {
			return false
		}
	}
	return name != ""
}

func quote(text string) string { return strconv.Quote(text) }

func hasType(s *openapi.Schema, value any) bool {
	name := typeOf(value)
	return len(s.Types) == 0 || s.Is(name) || name == "integer" && s.Is("number")
}

// orList returns "a", "a or b" or "a, b or c".
func orList(texts []string) string {
	if len(texts) < 2 {
		return strings.Join(texts, "")
	}
	last := len(texts) - 1
	return strings.Join(texts[:last], ", ") + " or " + texts[last]
}

// allowed returns the JSON values of a schema's const or enum.
func allowed(s *openapi.Schema) []string {
	if s.Const != "" {
		return []string{s.Const}
	}
	return s.Enum
}

func (c *checker) array(s *openapi.Schema, array []any, at location) []Fault {
	faults := size(len(array), s.MinItems, s.MaxItems, "element", at)
	if s.UniqueItems {
		faults = append(faults, unique(array, at)...)
	}
	if s.Items == nil {
		return faults
	}
	for i, element := range array {
		faults = append(faults, c.check(s.Items, element, at.element(i))...)
	}
	return faults
}

func size(n int, least, most *int, noun string, at location) []Fault {
	if least != nil && n < *least {
		return at.fault("must have at least %s, has %d", failure.Count(*least, noun), n)
	}
	if most != nil && n > *most {
		return at.fault("must have at most %s, has %d", failure.Count(*most, noun), n)
	}
	return nil
}

func unique(array []any, at location) []Fault {
	first := make(map[string]int, len(array))
	var faults []Fault
	for i, element := range array {
		key := canonical(element)
		if j, seen := first[key]; seen {
			faults = append(faults, at.element(i).fault("must be unique, is the same as element %d", j)...)
			continue
		}
		first[key] = i
	}
	return faults
}

func (c *checker) object(s *openapi.Schema, object map[string]any, at location) []Fault {
	var faults []Fault
	for _, name := range c.missing(s, object, at) {
		faults = append(faults, at.fault("%s is required", quote(name))...)
	}
	faults = append(faults, size(len(object), s.MinProps, s.MaxProps, "property", at)...)
	for _, p := range s.Properties {
		if member, ok := object[p.Name]; ok {
			faults = append(faults, c.check(p.Schema, member, at.member(p.Name))...)
		}
	}
	return append(faults, c.additional(s, object, at)...)
}

// missing returns the names that are required in this direction and that the object
// lacks.
func (c *checker) missing(s *openapi.Schema, object map[string]any, at location) []string {
	var list []string
	for _, name := range s.Required {
		if _, ok := object[name]; !ok && !c.exempt(s, name, at) {
			list = append(list, name)
		}
	}
	return list
}

// exempt checks the schema and all schemas that it is part of.
func (c *checker) exempt(s *openapi.Schema, name string, at location) bool {
	if c.dir == Both {
		return false
	}
	if c.isOneWay(s.Property(name)) {
		return true
	}
	for _, outer := range c.wholes {
		if outer.pointer == at.pointer && c.isOneWay(c.shapes.flatten(outer.schema).Property(name)) {
			return true
		}
	}
	return false
}

// isOneWay reports whether a property exists only in the other direction.
func (c *checker) isOneWay(property *openapi.Schema) bool {
	if property == nil {
		return false
	}
	merged := c.shapes.flatten(property)
	if c.dir == Request {
		return property.ReadOnly || merged.ReadOnly
	}
	return property.WriteOnly || merged.WriteOnly
}

func (c *checker) additional(s *openapi.Schema, object map[string]any, at location) []Fault {
	if !s.Closed && s.Additional == nil {
		return nil
	}
	var faults []Fault
	for _, name := range names(object) {
		switch {
		case s.Property(name) != nil:
		case s.Closed:
			faults = append(faults, at.member(name).fault("%s", unknown(name, s))...)
		default:
			faults = append(faults, c.check(s.Additional, object[name], at.member(name))...)
		}
	}
	return faults
}

func unknown(name string, s *openapi.Schema) string {
	texts := make([]string, len(s.Properties))
	for i, p := range s.Properties {
		texts[i] = p.Name
	}
	if len(texts) == 0 {
		return "is not allowed: this object has no properties"
	}
	listed := slices.Clone(texts[:min(len(texts), maxListed)])
	for i := range listed {
		listed[i] = strconv.Quote(listed[i])
	}
	return "is not a property here; allowed are " + strings.Join(listed, ", ") + closest(name, texts)
}
