package manual

import (
	"fmt"
	"slices"
	"strings"

	"github.com/epilot-cli/epilot/internal/operation"
	"github.com/epilot-cli/epilot/internal/schema"
	"github.com/epilot-cli/epilot/internal/term"
)

// deepest is how far a tree goes into nested objects; deeper ones are named.
const deepest = 4

// tree is a schema as an indented outline: a property a line, with its type;
// the variants of a union below "one of".
func tree(s *operation.Schema, palette *term.Palette) []string {
	if s == nil {
		return []string{anything}
	}
	o := &outline{palette: palette, told: map[string]telling{}}
	depth := 0
	if target := s.Target(); !o.opens(target) || target.Is("array") {
		o.line(0, "%s", clean(schema.TypeName(s)+facts(target)))
		depth = 1
	}
	o.inside(s, depth)
	return o.lines
}

// outline remembers the components it is in, so that a cycle ends, and those
// that it told, so that the variants of a union name what they share.
type outline struct {
	palette *term.Palette
	lines   []string
	path    []string
	told    map[string]telling
	typed   map[string]bool // members that another part of an allOf gives a type
}

// telling is how a component was told: its depth, for deeper ones are cut
// shorter, and the lines it took.
type telling struct{ depth, lines int }

// shortPart is how many lines a component has at most that is told again.
const shortPart = 4

// again reports whether the component is told already, as fully as here.
func (o *outline) again(name string, depth int) bool {
	before, told := o.told[name]
	return slices.Contains(o.path, name) || told && before.depth <= depth && before.lines > shortPart
}

func (o *outline) line(depth int, format string, args ...any) {
	o.lines = append(o.lines, strings.Repeat("  ", depth)+fmt.Sprintf(format, args...))
}

// opens reports whether there is something to show inside the schema.
func (o *outline) opens(s *operation.Schema) bool {
	return len(s.Properties) > 0 || len(s.AllOf) > 0 || len(s.OneOf) > 0 || len(s.AnyOf) > 0 ||
		s.Items != nil && o.opens(s.Items.Target()) || s.Additional != nil && o.opens(s.Additional.Target())
}

func (o *outline) inside(s *operation.Schema, depth int) {
	if s == nil || depth >= deepest {
		return
	}
	if s.Ref == "" {
		o.parts(s, depth)
		return
	}
	if o.again(s.Ref, depth) {
		o.line(depth, "… %s again", clean(s.Ref))
		return
	}
	start := len(o.lines)
	o.path = append(o.path, s.Ref)
	o.parts(s.Target(), depth)
	o.path = o.path[:len(o.path)-1]
	o.told[s.Ref] = telling{depth, len(o.lines) - start}
}

func (o *outline) parts(s *operation.Schema, depth int) {
	if len(s.AllOf) > 0 {
		outer := o.typed
		o.typed = typedMembers(s)
		defer func() { o.typed = outer }()
	}
	for _, part := range s.AllOf {
		o.head(s, part, depth)
		o.inside(part, depth)
	}
	o.properties(s, depth)
	o.variants(s, depth)
	if s.Items != nil {
		o.inside(s.Items, depth)
	}
	if s.Additional != nil && o.opens(s.Additional.Target()) {
		o.line(depth, "<any name>")
		o.inside(s.Additional, depth+1)
	}
}

// head names a component that gives its members to the schema beside others.
func (o *outline) head(s, part *operation.Schema, depth int) {
	alone := len(s.AllOf) == 1 && len(s.Properties) == 0
	if part.Ref != "" && !alone && depth < deepest && !o.again(part.Ref, depth) && o.opens(part.Target()) {
		o.line(depth, "… %s", clean(part.Ref))
	}
}

// typedMembers are the members that the parts of an allOf say something about.
// Many documents list a member twice, once with nothing but a description.
func typedMembers(s *operation.Schema) map[string]bool {
	typed := map[string]bool{}
	for _, part := range slices.Concat(s.AllOf, []*operation.Schema{s}) {
		for _, property := range part.Target().Properties {
			if schema.TypeName(property.Schema) != anything {
				typed[property.Name] = true
			}
		}
	}
	return typed
}

// anything is the type of a schema that says nothing.
const anything = "any"

func (o *outline) properties(s *operation.Schema, depth int) {
	var shown []operation.Property
	width := 0
	for _, p := range s.Properties {
		if !o.typed[p.Name] || schema.TypeName(p.Schema) != anything {
			shown = append(shown, p)
			width = max(width, len(clean(p.Name)))
		}
	}
	outer := o.typed
	o.typed = nil // what is inside a property is no part of this allOf
	for _, p := range shown {
		o.property(p, width, slices.Contains(s.Required, p.Name), depth)
	}
	o.typed = outer
}

func (o *outline) property(p operation.Property, width int, required bool, depth int) {
	name, target := clean(p.Name), p.Schema.Target()
	o.line(depth, "%s%s  %s%s", o.palette.Key(name), strings.Repeat(" ", width-len(name)),
		clean(schema.TypeName(p.Schema)+facts(target)), mark(required, ", required"))
	if o.opens(target) && !scalars(target) {
		o.inside(p.Schema, depth+1)
	}
}

// variants lists the alternatives of a union, unless its type name says all.
func (o *outline) variants(s *operation.Schema, depth int) {
	variants := append(append([]*operation.Schema{}, s.OneOf...), s.AnyOf...)
	if len(variants) == 0 {
		return
	}
	o.line(depth, "one of")
	for _, variant := range variants {
		o.line(depth+1, "- %s", clean(schema.TypeName(variant)+facts(variant.Target())))
		o.inside(variant, depth+2)
	}
}

// scalars reports whether a union has only variants with nothing inside.
func scalars(s *operation.Schema) bool {
	variants := append(append([]*operation.Schema{}, s.OneOf...), s.AnyOf...)
	if len(variants) == 0 || len(s.Properties) > 0 || len(s.AllOf) > 0 {
		return false
	}
	for _, variant := range variants {
		if (&outline{}).opens(variant.Target()) {
			return false
		}
	}
	return true
}
