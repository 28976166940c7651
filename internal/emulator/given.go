package emulator

import (
	"fmt"
	"strings"

	"github.com/epilot-cli/epilot/internal/operation"
	"github.com/epilot-cli/epilot/internal/schema"
)

// given is what a request has for one parameter, in each way in which its
// schema may be read.
type given struct {
	words   []string            // as they came, without the marks of label and matrix
	list    []string            // the elements, where the parameter may be an array
	members map[string][]string // where it may be an object
	fault   string              // why the text has not the form of its style, may be empty
}

func (g *given) isAbsent() bool {
	return g.fault == "" && len(g.words)+len(g.list)+len(g.members) == 0
}

// given takes the request's text apart by the parameter's style (OpenAPI 3.1,
// "Style Values"). In a query, an array may also come as name[]=a or name[0]=a
// and an object as name[member]=a, whatever its style says: common clients send
// them so.
func (c *call) given(p *operation.Param) *given {
	g := &given{words: c.words(p)}
	if p.In == "path" {
		g.strip(p)
	}
	if mayBe(p.Schema, "array") {
		g.list = split(p, g.words)
		if p.In == "query" {
			g.list = append(g.list, c.indexed(p.Name)...)
		}
	}
	if mayBe(p.Schema, "object") {
		g.members = c.members(p, g)
	}
	return g
}

// strip removes what the styles of paths put before a value: ".a", ";name=a".
func (g *given) strip(p *operation.Param) {
	mark := ""
	switch {
	case p.Style == "label":
		mark = "."
	case p.Style == "matrix" && p.Explode && mayBe(p.Schema, "object"):
		mark = ";"
	case p.Style == "matrix":
		mark = ";" + p.Name + "="
	}
	for i, word := range g.words {
		rest, has := strings.CutPrefix(word, mark)
		if !has {
			g.words, g.fault = nil, fmt.Sprintf("must begin with %q, the mark of its style", mark)
			return
		}
		g.words[i] = rest
	}
}

// mayBe reports whether the schema, or a part of it, takes the type by name.
func mayBe(s *operation.Schema, kind string) bool {
	for _, part := range s.Parts() {
		if part.Is(kind) || kind == "array" && part.Items != nil || kind == "object" && len(part.Properties) > 0 {
			return true
		}
	}
	return false
}

// check holds each reading against the schema. Where none fits, the faults are
// those of the likeliest.
func (g *given) check(s *operation.Schema) []schema.Fault {
	readings := g.readings(s)
	for _, faults := range readings {
		if len(faults) == 0 {
			return nil
		}
	}
	return readings[0]
}

// readings are the faults of each reading, the likeliest first.
func (g *given) readings(s *operation.Schema) [][]schema.Fault {
	var found [][]schema.Fault
	if len(g.list) > 0 {
		found = append(found, schema.Check(s, listOf(s, g.list), schema.Request))
	}
	if len(g.members) > 0 {
		found = append(found, schema.Check(s, objectOf(s, g.members), schema.Request))
	}
	switch {
	case g.fault != "":
		found = append(found, whole(g.fault))
	case len(g.words) > 1 && len(found) == 0:
		found = append(found, whole(fmt.Sprintf("given %d times, but takes one value", len(g.words))))
	}
	if len(g.words) != 1 {
		return found
	}
	word := schema.CheckWord(s, g.words[0])
	if isScalar(s) {
		return append([][]schema.Fault{word}, found...)
	}
	return append(found, word) // it may be the JSON text of an array or object
}

// isScalar reports whether the schema takes more than arrays and objects.
func isScalar(s *operation.Schema) bool {
	return mayBe(s, "string") || mayBe(s, "integer") || mayBe(s, "number") || mayBe(s, "boolean")
}

// whole is a fault of all that was given.
func whole(message string) []schema.Fault {
	return []schema.Fault{{Path: "$", Message: message}}
}

// listOf reads each text as the schema of the elements asks for.
func listOf(s *operation.Schema, words []string) []any {
	items := itemsOf(s)
	list := make([]any, len(words))
	for i, word := range words {
		list[i] = schema.ReadWord(items, word)
	}
	return list
}

// itemsOf is the schema of the elements, nil where any are allowed.
func itemsOf(s *operation.Schema) *operation.Schema {
	for _, part := range s.Parts() {
		if part.Items != nil {
			return part.Items
		}
	}
	return nil
}

func objectOf(s *operation.Schema, members map[string][]string) map[string]any {
	object := map[string]any{}
	for name, words := range members {
		member := memberOf(s, name)
		if len(words) == 1 && !mayBe(member, "array") {
			object[name] = schema.ReadWord(member, words[0])
		} else {
			object[name] = listOf(member, words)
		}
	}
	return object
}

// memberOf is the schema of a member, empty where any is allowed.
func memberOf(s *operation.Schema, name string) *operation.Schema {
	shape := schema.Shape(s)
	if member := shape.Property(name); member != nil {
		return member
	}
	if shape.Additional != nil {
		return shape.Additional
	}
	return &operation.Schema{}
}
