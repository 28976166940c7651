// Package complete lists the completions for the arguments of an operation: the keys
// of its parameters and body fields, and the values that a schema lists. It is
// independent of shells and flags, performs no I/O, and looks at the typed prefix
// only to choose the level of the keys.
package complete

import (
	"cmp"
	"slices"
	"strings"

	"github.com/epilot-cli/epilot/internal/jsonx"
	"github.com/epilot-cli/epilot/internal/openapi"
	"github.com/epilot-cli/epilot/internal/openapi/params"
	"github.com/epilot-cli/epilot/internal/openapi/schema"
)

// Candidate is one completion.
type Candidate struct {
	Text string
	Note string // description, may be empty
	Open bool   // incomplete argument: more follows, such as the value after "key="
	Type string // the attribute type of an entity's field, "" if unknown or not a field
}

// Values returns the values listed by the schema: enumerations, constants and
// booleans, including those of its alternatives and of list elements. It is nil if
// any value is allowed.
func Values(s *openapi.Schema) []Candidate {
	var found []Candidate
	for _, part := range s.Parts() {
		found = append(found, ownValues(part)...)
		if part.Items != nil {
			found = append(found, elements(part.Items)...)
		}
	}
	return distinct(found)
}

// elements returns the values of a list's elements. Nested lists cannot be written
// in one argument.
func elements(s *openapi.Schema) []Candidate {
	var found []Candidate
	for _, part := range s.Parts() {
		found = append(found, ownValues(part)...)
	}
	return found
}

func ownValues(s *openapi.Schema) []Candidate {
	texts := s.Enum
	if s.Const != "" {
		texts = []string{s.Const}
	}
	if len(texts) == 0 && s.Is("boolean") {
		texts = []string{"true", "false"}
	}
	var found []Candidate
	for _, text := range texts {
		if text == "null" {
			continue // an argument is never null
		}
		note := ""
		if text == s.Default {
			note = "default"
		}
		found = append(found, Candidate{Text: jsonx.Unquote(text), Note: note})
	}
	return found
}

func distinct(all []Candidate) []Candidate {
	seen := map[string]bool{}
	var found []Candidate
	for _, c := range all {
		if c.Text != "" && !seen[c.Text] {
			seen[c.Text] = true
			found = append(found, c)
		}
	}
	return found
}

const longestType = 48 // maximum length of a type in a note, in characters

// typeOf returns a type name short enough for a note.
func typeOf(s *openapi.Schema) string {
	name := []rune(schema.TypeName(s))
	if len(name) > longestType {
		return string(name[:longestType-1]) + "…"
	}
	return string(name)
}

// Describe returns the type, format and limits of a schema's values, for a hint.
func Describe(s *openapi.Schema) string {
	parts := []string{typeOf(s)}
	for _, part := range s.Parts() {
		if part.Format != "" {
			parts = append(parts, part.Format)
		}
		if part.Minimum != "" {
			parts = append(parts, "min "+part.Minimum)
		}
		if part.Maximum != "" {
			parts = append(parts, "max "+part.Maximum)
		}
	}
	return strings.Join(parts, ", ")
}

// Keys returns "key=" for each parameter that is not set yet, required ones first. A
// list can be repeated and comes last.
func Keys(op *openapi.Operation, positional, named []string) []Candidate {
	op.Described()
	in := params.Input{Positional: positional, Named: wellFormed(op, named)}
	var found []Candidate
	for _, p := range params.Missing(op, in) {
		found = append(found, keyOf(op, p, "required"))
	}
	for _, p := range params.Optional(op, in) {
		found = append(found, keyOf(op, p, ""))
	}
	for _, p := range op.Params {
		if slices.Contains(schema.Types(p.Schema), "array") && isNamed(op, p, in.Named) {
			found = append(found, keyOf(op, p, "again"))
		}
	}
	return distinct(found)
}

// wellFormed drops arguments that name no parameter: an incomplete command line can
// contain anything.
func wellFormed(op *openapi.Operation, named []string) []string {
	return slices.DeleteFunc(slices.Clone(named), func(word string) bool {
		key, _, _ := strings.Cut(word, "=")
		p, _ := params.Find(op, key)
		return p == nil || !strings.Contains(word, "=")
	})
}

func isNamed(op *openapi.Operation, p *openapi.Param, named []string) bool {
	return slices.ContainsFunc(named, func(word string) bool {
		key, _, _ := strings.Cut(word, "=")
		found, _ := params.Find(op, key)
		return found == p
	})
}

func keyOf(op *openapi.Operation, p *openapi.Param, mark string) Candidate {
	note := p.In
	if mark != "" {
		note += ", " + mark
	}
	if p.Deprecated {
		note += ", deprecated"
	}
	return Candidate{Text: params.Key(op, p) + "=", Note: note + ": " + cmp.Or(p.Description, typeOf(p.Schema)), Open: true}
}

// Schema returns the schema of the parameter with this key; nil if there is no such
// parameter or no schema.
func Schema(op *openapi.Operation, key string) *openapi.Schema {
	p, path := params.Find(op, key)
	if p == nil {
		return nil
	}
	s := p.Schema
	for _, name := range path {
		s = schema.Member(s, name)
	}
	return s
}

// Fields returns the body field keys that continue the typed prefix, such as "name="
// and "address.", required ones first. Fields that are already set are left out,
// except lists.
func Fields(op *openapi.Operation, already []string, typed string) []Candidate {
	path := ""
	if dot := strings.LastIndexByte(typed, '.'); dot >= 0 {
		path = typed[:dot+1]
	}
	s := FieldSchema(op.Described(), strings.TrimSuffix(path, "."))
	must := requiredOf(s)
	var required, rest []Candidate
	for _, part := range s.Parts() {
		for _, p := range part.Properties {
			c := field(path, p, slices.Contains(must, p.Name))
			switch {
			case !writable(p) || isSet(c, p, already):
			case slices.Contains(must, p.Name):
				required = append(required, c)
			default:
				rest = append(rest, c)
			}
		}
	}
	return distinct(append(required, rest...))
}

// requiredOf returns the members that all alternatives require.
func requiredOf(s *openapi.Schema) []string {
	variants := schema.Variants(s)
	if len(variants) == 0 {
		return schema.Shape(s).Required
	}
	must := slices.Clone(variants[0].Schema.Required)
	for _, v := range variants[1:] {
		must = slices.DeleteFunc(must, func(name string) bool { return !slices.Contains(v.Schema.Required, name) })
	}
	return must
}

// writable reports whether a request sets the property and the -f path syntax can
// spell its name without quotes.
func writable(p openapi.Property) bool {
	target := p.Schema.Target()
	return (target == nil || !target.ReadOnly) && !strings.ContainsAny(p.Name, ".[]=:@")
}

func field(path string, p openapi.Property, required bool) Candidate {
	note := cmp.Or(p.Description, typeOf(p.Schema))
	if required {
		note = "required: " + note
	}
	end := "="
	if hasMembers(p.Schema) {
		end = "."
	}
	return Candidate{Text: path + p.Name + end, Note: note, Open: true}
}

func hasMembers(s *openapi.Schema) bool {
	return slices.ContainsFunc(s.Parts(), func(part *openapi.Schema) bool { return len(part.Properties) > 0 })
}

func isSet(c Candidate, p openapi.Property, already []string) bool {
	if strings.HasSuffix(c.Text, ".") || slices.Contains(schema.Types(p.Schema), "array") {
		return false
	}
	return slices.ContainsFunc(already, func(word string) bool {
		key, _, _ := strings.Cut(word, "=")
		return strings.TrimSuffix(key, ":")+"=" == c.Text
	})
}

// FieldSchema returns the schema of the value at a path of the body, or of the body
// itself for an empty path; nil if unspecified.
func FieldSchema(op *openapi.Operation, path string) *openapi.Schema {
	s := bodySchema(op)
	if path == "" {
		return s
	}
	for _, step := range strings.Split(path, ".") {
		name, element, inList := strings.Cut(step, "[")
		if s = schema.Member(s, name); inList {
			s = schema.Items(s)
		}
		if strings.Contains(element, "[") {
			return nil
		}
	}
	return s
}

// bodySchema returns the JSON schema if the operation accepts JSON, else the schema
// of the first media type, such as a form.
func bodySchema(op *openapi.Operation) *openapi.Schema {
	if op.Body == nil || len(op.Body.Contents) == 0 {
		return nil
	}
	if content := openapi.JSON(op.Body.Contents); content != nil {
		return content.Schema
	}
	return op.Body.Contents[0].Schema
}
