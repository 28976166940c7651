// Package schema checks JSON values against the schemas of a definition, makes
// samples that fit them, and names their types for people. It does not read
// definitions, and does not know where a value came from.
package schema

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"sort"
	"strconv"
	"strings"

	"github.com/epilot-cli/epilot/internal/openapi"
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

// Check returns every fault of a value that Decode made, in the order of the
// schema. OneOf means the same as AnyOf: a value that fits two variants is
// accepted on purpose, because servers accept it. Of a union that does not
// fit, only the faults of the variant that was meant are returned.
func Check(s *openapi.Schema, value any, dir Direction) []Fault {
	return newChecker(dir).check(s, value, root)
}

// checker carries what one Check needs to end on recursive schemas.
type checker struct {
	dir      Direction
	depth    int
	known    map[visit][]Fault
	patterns map[string]*regexp.Regexp
	shapes   shapes
	wholes   []whole // the composed schemas that the current one is a part of
	exact    bool    // of oneOf a value may fit one variant only
}

// whole is a composed schema at a place of the value: what one part requires
// another may call readOnly.
type whole struct {
	schema  *openapi.Schema
	pointer string
}

// visit is a composed schema at a place of the value. Meeting one again while
// it is being checked means that the schema says nothing new there.
type visit struct {
	schema  *openapi.Schema
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

// one checks what a schema itself says and what it is composed of.
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

// location is where in a value a check is, in both notations.
type location struct{ path, pointer string }

var root = location{path: "$"}

func (p location) member(name string) location {
	path := p.path + "." + name
	if !isWord(name) {
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

// isWord reports whether a name needs no quotes behind a dot.
func isWord(name string) bool {
	for i := range len(name) {
		letter := 'a' <= name[i]|0x20 && name[i]|0x20 <= 'z'
		if !letter && name[i] != '_' && (i == 0 || name[i] < '0' || name[i] > '9') {
			return false
		}
	}
	return name != ""
}

func quote(text string) string { return strconv.Quote(text) }

// typeOf is the JSON Schema name of a value's type.
func typeOf(value any) string {
	switch v := value.(type) {
	case nil:
		return "null"
	case bool:
		return "boolean"
	case string:
		return "string"
	case json.Number:
		if parseDecimal(string(v)).isInteger() {
			return "integer"
		}
		return "number"
	case []any:
		return "array"
	}
	return "object"
}

func hasType(s *openapi.Schema, value any) bool {
	name := typeOf(value)
	return len(s.Types) == 0 || s.Is(name) || name == "integer" && s.Is("number")
}

// orList is "a", "a or b", "a, b or c".
func orList(texts []string) string {
	if len(texts) < 2 {
		return strings.Join(texts, "")
	}
	last := len(texts) - 1
	return strings.Join(texts[:last], ", ") + " or " + texts[last]
}

// canonical is the same text for equal values.
func canonical(value any) string {
	switch v := value.(type) {
	case nil:
		return "null"
	case bool:
		return strconv.FormatBool(v)
	case string:
		return strconv.Quote(v)
	case json.Number:
		return parseDecimal(string(v)).key()
	case []any:
		parts := make([]string, len(v))
		for i, element := range v {
			parts[i] = canonical(element)
		}
		return "[" + strings.Join(parts, ",") + "]"
	case map[string]any:
		return canonicalObject(v)
	}
	return ""
}

func canonicalObject(object map[string]any) string {
	parts := make([]string, 0, len(object))
	for name, member := range object {
		parts = append(parts, strconv.Quote(name)+":"+canonical(member))
	}
	slices.Sort(parts)
	return "{" + strings.Join(parts, ",") + "}"
}

func names(object map[string]any) []string {
	list := make([]string, 0, len(object))
	for name := range object {
		list = append(list, name)
	}
	sort.Strings(list)
	return list
}

// allowed are the JSON texts of a schema's const or enum.
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
		return at.fault("must have at least %s, has %d", count(*least, noun), n)
	}
	if most != nil && n > *most {
		return at.fault("must have at most %s, has %d", count(*most, noun), n)
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

// missing are the required names that the object does not have and that this
// direction asks for.
func (c *checker) missing(s *openapi.Schema, object map[string]any, at location) []string {
	var list []string
	for _, name := range s.Required {
		if _, ok := object[name]; !ok && !c.exempt(s, name, at) {
			list = append(list, name)
		}
	}
	return list
}

// exempt looks at the schema and at all that it is a part of.
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

// isOneWay reports whether a property goes the other way only.
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
