package complete

import (
	"slices"
	"strings"

	"github.com/epilot-cli/epilot/internal/operation"
	"github.com/epilot-cli/epilot/internal/schema"
)

// Fields are the keys of the body's fields that go on from what was typed, such
// as "name=" and "address.", the required ones first. Those that the words set
// already are left out, but for lists.
func Fields(op *operation.Operation, given []string, typed string) []Candidate {
	path := ""
	if dot := strings.LastIndexByte(typed, '.'); dot >= 0 {
		path = typed[:dot+1]
	}
	s := FieldSchema(op, strings.TrimSuffix(path, "."))
	must := requiredOf(s)
	var required, rest []Candidate
	for _, part := range s.Parts() {
		for _, p := range part.Properties {
			c := field(path, p, slices.Contains(must, p.Name))
			switch {
			case !writable(p) || isGiven(c, p, given):
			case slices.Contains(must, p.Name):
				required = append(required, c)
			default:
				rest = append(rest, c)
			}
		}
	}
	return distinct(append(required, rest...))
}

// requiredOf are the members that every alternative asks for.
func requiredOf(s *operation.Schema) []string {
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

// writable leaves out what the server sets, and names that the path of -f
// cannot spell without quotes.
func writable(p operation.Property) bool {
	target := p.Schema.Target()
	return (target == nil || !target.ReadOnly) && !strings.ContainsAny(p.Name, ".[]=:@")
}

func field(path string, p operation.Property, required bool) Candidate {
	note := typeOf(p.Schema)
	if required {
		note = "required: " + note
	}
	end := "="
	if hasMembers(p.Schema) {
		end = "."
	}
	return Candidate{Text: path + p.Name + end, Note: note, Open: true}
}

func hasMembers(s *operation.Schema) bool {
	return slices.ContainsFunc(s.Parts(), func(part *operation.Schema) bool { return len(part.Properties) > 0 })
}

func isGiven(c Candidate, p operation.Property, given []string) bool {
	if strings.HasSuffix(c.Text, ".") || slices.Contains(schema.Types(p.Schema), "array") {
		return false
	}
	return slices.ContainsFunc(given, func(word string) bool {
		key, _, _ := strings.Cut(word, "=")
		return strings.TrimSuffix(key, ":")+"=" == c.Text
	})
}

// FieldSchema is what a value at that path of the body must fit, the body's own
// schema for an empty one; nil where it is not said.
func FieldSchema(op *operation.Operation, path string) *operation.Schema {
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

// bodySchema is that of JSON where the operation takes it, else of the first
// media type, such as a form's.
func bodySchema(op *operation.Operation) *operation.Schema {
	if op.Body == nil || len(op.Body.Contents) == 0 {
		return nil
	}
	if content := operation.JSON(op.Body.Contents); content != nil {
		return content.Schema
	}
	return op.Body.Contents[0].Schema
}
