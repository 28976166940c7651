package schema

import (
	"slices"
	"strings"

	"github.com/epilot-cli/epilot/internal/operation"
)

// Shape is the schema with its references followed and the parts of its allOf
// merged: for looking at, not for checking. It is never nil.
func Shape(s *operation.Schema) *operation.Schema { return shapes{}.flatten(s) }

// Variant is one alternative of a union.
type Variant struct {
	Name   string            // "JourneyTokenParameters", or what it takes
	Schema *operation.Schema // the alternative, and all that holds for each of them
}

// Variants are the alternatives of the schema's first union, nil where there is
// none. A further union is part of each alternative. The property that the
// discriminator names has but one value in each.
func Variants(s *operation.Schema) []Variant {
	m := &sampler{dir: Request, shapes: shapes{}}
	merged := m.shapes.flatten(s)
	variants, rest := firstUnion(merged)
	var all []Variant
	for _, v := range variants {
		both := merge(rest, m.shapes.flatten(v))
		if word := m.discriminating(merged.Discriminator, v); word != "" {
			tag := operation.Property{Name: merged.Discriminator.Property, Schema: &operation.Schema{Const: word}}
			both = merge(both, &operation.Schema{Properties: []operation.Property{tag}, Required: []string{tag.Name}})
		}
		all = append(all, Variant{variantTitle(v), &both})
	}
	return all
}

// variantTitle is the name of an alternative, else its type, else what it asks
// for: many unions only say which properties may be left out.
func variantTitle(v *operation.Schema) string {
	target := Shape(v)
	name := or(variantName(v), target.Title)
	switch {
	case name != "":
		return name
	case len(target.Required) > 0 && !slices.Contains(target.Types, "array"):
		return "with " + strings.Join(target.Required, ", ")
	}
	return TypeName(v)
}
