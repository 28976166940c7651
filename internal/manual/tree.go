package manual

import (
	"strings"

	"github.com/epilot-cli/epilot/internal/operation"
	"github.com/epilot-cli/epilot/internal/schema"
)

// deepest is how far a tree goes into nested objects; deeper ones are named.
const deepest = 4

// tree writes a schema as an indented outline: a property a line, with its
// type; the variants of a union below "one of".
func (p *Page) tree(s *operation.Schema) {
	if s == nil {
		p.line("  any")
		return
	}
	o := &outline{page: p}
	if target := s.Target(); !o.opens(target) {
		p.line("  %s", clean(schema.TypeName(s)+facts(target)))
	}
	o.inside(s, 1)
}

// outline remembers the components it is in, so that a cycle ends.
type outline struct {
	page *Page
	path []string
}

// opens reports whether there is something to show inside the schema.
func (o *outline) opens(s *operation.Schema) bool {
	return len(s.Properties) > 0 || len(s.AllOf) > 0 || len(s.OneOf) > 0 || len(s.AnyOf) > 0 ||
		s.Items != nil && o.opens(s.Items.Target()) || s.Additional != nil && o.opens(s.Additional.Target())
}

func (o *outline) inside(s *operation.Schema, depth int) {
	if s == nil || depth > deepest {
		return
	}
	if s.Ref != "" {
		for _, name := range o.path {
			if name == s.Ref {
				o.page.line("%s… %s again", pad(depth), clean(s.Ref))
				return
			}
		}
		o.path = append(o.path, s.Ref)
		defer func() { o.path = o.path[:len(o.path)-1] }()
	}
	target := s.Target()
	for _, part := range target.AllOf {
		o.inside(part, depth)
	}
	o.properties(target, depth)
	o.variants(target, depth)
	if target.Items != nil {
		o.inside(target.Items, depth)
	}
	if target.Additional != nil && o.opens(target.Additional.Target()) {
		o.page.line("%s<any name>", pad(depth))
		o.inside(target.Additional, depth+1)
	}
}

func (o *outline) properties(s *operation.Schema, depth int) {
	width := 0
	for _, property := range s.Properties {
		width = max(width, len(property.Name))
	}
	for _, property := range s.Properties {
		target := property.Schema.Target()
		o.page.line("%s%s%s  %s%s", pad(depth), o.page.palette.Key(clean(property.Name)),
			strings.Repeat(" ", width-len(property.Name)),
			clean(schema.TypeName(property.Schema)+facts(target)),
			mark(contains(s.Required, property.Name), ", required"))
		if o.opens(target) && !scalars(target) {
			o.inside(property.Schema, depth+1)
		}
	}
}

// variants lists the alternatives of a union, unless its type name says all.
func (o *outline) variants(s *operation.Schema, depth int) {
	variants := append(append([]*operation.Schema{}, s.OneOf...), s.AnyOf...)
	if len(variants) == 0 {
		return
	}
	o.page.line("%sone of", pad(depth))
	for _, variant := range variants {
		o.page.line("%s- %s", pad(depth+1), clean(schema.TypeName(variant)+facts(variant.Target())))
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

// facts are the limits and the default of a value, for a line of a tree.
func facts(s *operation.Schema) string {
	var found []string
	if s.Format != "" {
		found = append(found, s.Format)
	}
	if s.Minimum != "" {
		found = append(found, "min "+s.Minimum)
	}
	if s.Maximum != "" {
		found = append(found, "max "+s.Maximum)
	}
	if s.Default != "" {
		found = append(found, "default "+s.Default)
	}
	if s.ReadOnly {
		found = append(found, "read-only")
	}
	if s.Deprecated {
		found = append(found, "deprecated")
	}
	if len(found) == 0 {
		return ""
	}
	return " (" + strings.Join(found, ", ") + ")"
}

func pad(depth int) string { return strings.Repeat("  ", depth) }

func contains(names []string, name string) bool {
	for _, n := range names {
		if n == name {
			return true
		}
	}
	return false
}
