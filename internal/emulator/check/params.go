package check

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/epilot-cli/epilot/internal/openapi"
	"github.com/epilot-cli/epilot/internal/openapi/schema"
)

// paramValue is a parameter's value in each form that its schema allows.
type paramValue struct {
	values      []string            // as sent, without the prefixes of label and matrix
	list        []string            // the elements, if the parameter can be an array
	members     map[string][]string // the members, if it can be an object
	syntaxFault string              // why the value does not match its style, or ""
}

func (g *paramValue) isAbsent() bool {
	return g.syntaxFault == "" && len(g.values)+len(g.list)+len(g.members) == 0
}

// readParam splits the request's value by the parameter's style (OpenAPI 3.1,
// "Style Values"). In a query, it also accepts an array as name[]=a or name[0]=a
// and an object as name[member]=a, whatever the style, because common clients
// send those.
func (c *checker) readParam(p *openapi.Param) *paramValue {
	g := &paramValue{values: c.values(p)}
	if p.In == "path" {
		g.strip(p)
	}
	if mayBe(p.Schema, "array") {
		g.list = Split(p, g.values)
		if p.In == "query" {
			g.list = append(g.list, c.indexed(p.Name)...)
		}
	}
	if mayBe(p.Schema, "object") {
		g.members = c.members(p, g)
	}
	return g
}

// strip removes the prefix of a path style: ".a", ";name=a".
func (g *paramValue) strip(p *openapi.Param) {
	mark := ""
	switch {
	case p.Style == "label":
		mark = "."
	case p.Style == "matrix" && p.Explode && mayBe(p.Schema, "object"):
		mark = ";"
	case p.Style == "matrix":
		mark = ";" + p.Name + "="
	}
	for i, word := range g.values {
		rest, has := strings.CutPrefix(word, mark)
		if !has {
			g.values, g.syntaxFault = nil, fmt.Sprintf("must begin with %q, the mark of its style", mark)
			return
		}
		g.values[i] = rest
	}
}

// mayBe reports whether the schema, or a part of it, allows the type.
func mayBe(s *openapi.Schema, kind string) bool {
	for _, part := range s.Parts() {
		if part.Is(kind) || kind == "array" && part.Items != nil || kind == "object" && len(part.Properties) > 0 {
			return true
		}
	}
	return false
}

// faults validates each reading against the schema. If none is valid, it returns
// the faults of the likeliest.
func (g *paramValue) faults(s *openapi.Schema) []schema.Fault {
	readings := g.readings(s)
	for _, faults := range readings {
		if len(faults) == 0 {
			return nil
		}
	}
	return readings[0]
}

// readings returns the faults of each reading, the likeliest first.
func (g *paramValue) readings(s *openapi.Schema) [][]schema.Fault {
	var found [][]schema.Fault
	if len(g.list) > 0 {
		found = append(found, schema.Check(s, listOf(s, g.list), schema.Request))
	}
	if len(g.members) > 0 {
		found = append(found, schema.Check(s, objectOf(s, g.members), schema.Request))
	}
	switch {
	case g.syntaxFault != "":
		found = append(found, wholeFault(g.syntaxFault))
	case len(g.values) > 1 && len(found) == 0:
		found = append(found, wholeFault(fmt.Sprintf("given %d times, but takes one value", len(g.values))))
	}
	if len(g.values) != 1 {
		return found
	}
	word := schema.CheckText(s, g.values[0])
	if isScalar(s) {
		return append([][]schema.Fault{word}, found...)
	}
	return append(found, word) // can be the JSON text of an array or object
}

// isScalar reports whether the schema allows more than arrays and objects.
func isScalar(s *openapi.Schema) bool {
	return mayBe(s, "string") || mayBe(s, "integer") || mayBe(s, "number") || mayBe(s, "boolean")
}

// wholeFault returns a fault of the complete value.
func wholeFault(message string) []schema.Fault {
	return []schema.Fault{{Path: "$", Message: message}}
}

// listOf converts each string to the type that the element schema asks for.
func listOf(s *openapi.Schema, texts []string) []any {
	items := schema.Items(s)
	list := make([]any, len(texts))
	for i, word := range texts {
		list[i] = schema.ReadText(items, word)
	}
	return list
}

func objectOf(s *openapi.Schema, members map[string][]string) map[string]any {
	object := map[string]any{}
	for name, texts := range members {
		member := memberOf(s, name)
		if len(texts) == 1 && !mayBe(member, "array") {
			object[name] = schema.ReadText(member, texts[0])
		} else {
			object[name] = listOf(member, texts)
		}
	}
	return object
}

// memberOf returns the schema of a member, empty if any is allowed.
func memberOf(s *openapi.Schema, name string) *openapi.Schema {
	shape := schema.Shape(s)
	if member := shape.Property(name); member != nil {
		return member
	}
	if shape.Additional != nil {
		return shape.Additional
	}
	return &openapi.Schema{}
}

// Split splits an array by its style.
func Split(p *openapi.Param, texts []string) []string {
	switch {
	case len(texts) == 0, p.Style == "form" && p.Explode, p.Style == "deepObject":
		return texts
	case p.Style == "matrix" && p.Explode:
		return strings.Split(texts[0], ";"+p.Name+"=")
	}
	separator := separator(p)
	return strings.Split(strings.Join(texts, separator), separator)
}

// separator returns the delimiter within one value.
func separator(p *openapi.Param) string {
	switch {
	case p.Style == "spaceDelimited":
		return " "
	case p.Style == "pipeDelimited":
		return "|"
	case p.Style == "label" && p.Explode:
		return "."
	case p.Style == "matrix" && p.Explode:
		return ";"
	}
	return ","
}

// indexed returns the values of name[] and of name[0], name[1] and so on.
func (c *checker) indexed(name string) []string {
	var texts []string
	for _, key := range c.queryKeys() {
		index, isIndex := bracketed(key, name)
		if isIndex && strings.Trim(index, "0123456789") == "" {
			texts = append(texts, c.Query[key]...)
		}
	}
	return texts
}

// queryKeys returns the keys in list order: name[2] before name[10].
func (c *checker) queryKeys() []string {
	keys := make([]string, 0, len(c.Query))
	for key := range c.Query {
		keys = append(keys, key)
	}
	slices.SortFunc(keys, func(a, b string) int {
		if len(a) != len(b) {
			return len(a) - len(b)
		}
		return strings.Compare(a, b)
	})
	return keys
}

// bracketed returns the content of the brackets in name[…].
func bracketed(key, name string) (string, bool) {
	rest, has := strings.CutPrefix(key, name+"[")
	inside, closed := strings.CutSuffix(rest, "]")
	return inside, has && closed
}

// members splits an object into members. An object that spreads over the query
// takes every key that no other parameter declares.
func (c *checker) members(p *openapi.Param, g *paramValue) map[string][]string {
	found := map[string][]string{}
	if p.In == "query" {
		for key, texts := range c.Query {
			if name, isMember := bracketed(key, p.Name); isMember {
				found[name] = texts
			} else if p.Style == "form" && p.Explode && !c.isDeclared(key) {
				found[key] = texts
			}
		}
	}
	if len(g.values) > 0 && !spreads(p) {
		parts := strings.Split(strings.Join(g.values, separator(p)), separator(p))
		if p.Explode {
			g.syntaxFault = pairs(parts, found)
		} else {
			g.syntaxFault = alternating(parts, found)
		}
	}
	if g.syntaxFault != "" {
		return nil
	}
	return found
}

// spreads reports whether each member of an object is a query key.
func spreads(p *openapi.Param) bool {
	return p.Style == "deepObject" || p.Style == "form" && p.Explode
}

// isDeclared reports whether a documented parameter has this query key.
func (c *checker) isDeclared(key string) bool {
	name, _, _ := strings.Cut(key, "[")
	return c.Op.Param(name, "query") != nil
}

// pairs parses R=100,G=200 into found and returns the fault, if any.
func pairs(parts []string, found map[string][]string) string {
	for _, part := range parts {
		name, value, paired := strings.Cut(part, "=")
		if !paired {
			return "must be pairs such as name=value, but " + strconv.Quote(name) + " has no value"
		}
		found[name] = append(found[name], value)
	}
	return ""
}

// alternating parses R,100,G,200 into found and returns the fault, if any.
func alternating(parts []string, found map[string][]string) string {
	if len(parts)%2 != 0 {
		return "must be names and values in turn, but " + strconv.Quote(parts[len(parts)-1]) + " has no value"
	}
	for i := 0; i < len(parts); i += 2 {
		found[parts[i]] = append(found[parts[i]], parts[i+1])
	}
	return ""
}
