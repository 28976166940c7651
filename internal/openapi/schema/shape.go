package schema

import (
	"slices"
	"strings"

	"github.com/epilot-cli/epilot/internal/openapi"
)

// shapes caches schemas with allOf merged, by the original schema.
type shapes map[*openapi.Schema]*openapi.Schema

// flatten merges a schema with all parts of its allOf. The result is for display,
// not for validation: parts that cannot be merged are left out.
func (m shapes) flatten(s *openapi.Schema) *openapi.Schema {
	s = s.Target()
	switch {
	case s == nil:
		return &openapi.Schema{}
	case len(s.AllOf) == 0:
		return s
	case m[s] != nil:
		return m[s]
	}
	m[s] = &openapi.Schema{} // result for a recursive allOf
	merged := *s
	merged.AllOf = nil
	for _, part := range s.AllOf {
		merged = merge(merged, m.flatten(part))
	}
	m[s] = &merged
	return &merged
}

// values returns the JSON values that a variant allows for the property, including
// those of all inner variants of a union.
func (m shapes) values(variant *openapi.Schema, name string, depth int) []string {
	merged := m.flatten(variant)
	if own := allowed(m.flatten(merged.Property(name))); len(own) > 0 || depth > maxComposition {
		return own
	}
	var texts []string
	for _, inner := range slices.Concat(merged.OneOf, merged.AnyOf) {
		own := m.values(inner, name, depth+1)
		if len(own) == 0 {
			return nil
		}
		texts = append(texts, own...)
	}
	return texts
}

// types returns the types that any of the variants allows.
func (m shapes) types(variants []*openapi.Schema) []string {
	var list []string
	m.collectTypes(variants, 0, &list)
	return list
}

// typeList returns the types of the variants for a message.
func (m shapes) typeList(variants []*openapi.Schema) string {
	return or(orList(m.types(variants)), "of another type")
}

func (m shapes) collectTypes(variants []*openapi.Schema, depth int, list *[]string) {
	if depth > maxComposition {
		return
	}
	for _, v := range variants {
		merged := m.flatten(v)
		for _, name := range merged.Types {
			if !slices.Contains(*list, name) {
				*list = append(*list, name)
			}
		}
		m.collectTypes(slices.Concat(merged.OneOf, merged.AnyOf), depth+1, list)
	}
}

// Types returns the types of a schema and its alternatives without duplicates, in
// definition order; nil if any type is allowed.
func Types(s *openapi.Schema) []string {
	var names []string
	seen := map[string]bool{}
	for _, part := range s.Parts() {
		for _, name := range part.Types {
			if !seen[name] {
				seen[name] = true
				names = append(names, name)
			}
		}
	}
	return names
}

// Items returns the schema of an array's elements, or nil if unspecified.
func Items(s *openapi.Schema) *openapi.Schema {
	for _, part := range s.Parts() {
		if part.Items != nil {
			return part.Items
		}
	}
	return nil
}

// Member returns the schema of an object's member, or nil if unspecified. If
// alternatives declare different schemas, any of them may match.
func Member(s *openapi.Schema, name string) *openapi.Schema {
	var found []*openapi.Schema
	var additional *openapi.Schema
	for _, part := range s.Parts() {
		if member := part.Property(name); member != nil {
			found = append(found, member)
		}
		if additional == nil {
			additional = part.Additional
		}
	}
	switch len(found) {
	case 0:
		return additional
	case 1:
		return found[0]
	}
	return &openapi.Schema{AnyOf: found}
}

// Declares reports whether an object's schema names the member.
func Declares(s *openapi.Schema, name string) bool {
	for _, part := range s.Parts() {
		if part.Property(name) != nil {
			return true
		}
	}
	return false
}

// Shape returns the schema with references resolved and allOf merged, for display
// rather than validation. It is never nil.
func Shape(s *openapi.Schema) *openapi.Schema { return shapes{}.flatten(s) }

// Variant is one alternative of a union.
type Variant struct {
	Name   string          // "JourneyTokenParameters", or a description
	Schema *openapi.Schema // the alternative merged with the common parts
}

// Variants returns the alternatives of the schema's first union, or nil. Further
// unions are part of each alternative. The discriminator property has a single value
// in each.
func Variants(s *openapi.Schema) []Variant {
	m := &sampler{dir: Request, shapes: shapes{}}
	merged := m.shapes.flatten(s)
	variants, rest := firstUnion(merged)
	var all []Variant
	for _, v := range variants {
		both := merge(rest, m.shapes.flatten(v))
		if word := m.discriminating(merged.Discriminator, v); word != "" {
			tag := openapi.Property{Name: merged.Discriminator.Property, Schema: &openapi.Schema{Const: word}}
			both = merge(both, &openapi.Schema{Properties: []openapi.Property{tag}, Required: []string{tag.Name}})
		}
		all = append(all, Variant{variantTitle(v), &both})
	}
	return all
}

// variantTitle returns the name of an alternative, else its type, else its required
// properties: many unions differ only in those.
func variantTitle(v *openapi.Schema) string {
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

// merge adds another schema's constraints on the same value to a schema.
func merge(s openapi.Schema, more *openapi.Schema) openapi.Schema {
	s.Types = mergeTypes(s.Types, more.Types)
	s.Format, s.Pattern = or(s.Format, more.Format), or(s.Pattern, more.Pattern)
	s.Const, s.Default, s.Example = or(s.Const, more.Const), or(s.Default, more.Default), or(s.Example, more.Example)
	s.Title, s.MultipleOf = or(s.Title, more.Title), or(s.MultipleOf, more.MultipleOf)
	s.MinLength, s.MaxLength = larger(s.MinLength, more.MinLength), smaller(s.MaxLength, more.MaxLength)
	s.MinItems, s.MaxItems = larger(s.MinItems, more.MinItems), smaller(s.MaxItems, more.MaxItems)
	s.MinProps, s.MaxProps = larger(s.MinProps, more.MinProps), smaller(s.MaxProps, more.MaxProps)
	s.Enum = mergeEnums(s.Enum, more.Enum)
	s = mergeLimits(s, more)
	s.Items, s.Additional = both(s.Items, more.Items), both(s.Additional, more.Additional)
	s.UniqueItems, s.Closed = s.UniqueItems || more.UniqueItems, s.Closed || more.Closed
	s.ReadOnly, s.WriteOnly = s.ReadOnly || more.ReadOnly, s.WriteOnly || more.WriteOnly
	s.Properties = mergeProperties(s.Properties, more.Properties)
	for _, name := range more.Required {
		if !slices.Contains(s.Required, name) {
			s.Required = append(slices.Clip(s.Required), name)
		}
	}
	return mergeUnions(s, more)
}

// mergeUnions keeps a second union as a part of allOf: both must match.
func mergeUnions(s openapi.Schema, more *openapi.Schema) openapi.Schema {
	s.AllOf = append(slices.Clip(s.AllOf), more.AllOf...)
	if len(s.OneOf)+len(s.AnyOf) == 0 {
		s.OneOf, s.AnyOf, s.Discriminator = more.OneOf, more.AnyOf, more.Discriminator
	} else if len(more.OneOf)+len(more.AnyOf) > 0 {
		s.AllOf = append(s.AllOf, &openapi.Schema{OneOf: more.OneOf, AnyOf: more.AnyOf, Discriminator: more.Discriminator})
	}
	return s
}

func mergeLimits(s openapi.Schema, more *openapi.Schema) openapi.Schema {
	if s.Minimum == "" || more.Minimum != "" && parseDecimal(more.Minimum).compare(parseDecimal(s.Minimum)) > 0 {
		s.Minimum, s.ExclusiveMinimum = more.Minimum, more.ExclusiveMinimum
	}
	if s.Maximum == "" || more.Maximum != "" && parseDecimal(more.Maximum).compare(parseDecimal(s.Maximum)) < 0 {
		s.Maximum, s.ExclusiveMaximum = more.Maximum, more.ExclusiveMaximum
	}
	return s
}

func mergeProperties(list, more []openapi.Property) []openapi.Property {
	list = slices.Clone(list)
	for _, p := range more {
		i := slices.IndexFunc(list, func(q openapi.Property) bool { return q.Name == p.Name })
		if i < 0 {
			list = append(list, p)
			continue
		}
		list[i].Schema = both(list[i].Schema, p.Schema)
		list[i].Description = or(list[i].Description, p.Description)
	}
	return list
}

func mergeTypes(list, more []string) []string {
	if len(list) == 0 {
		return more
	}
	if len(more) == 0 {
		return list
	}
	if len(list) == 1 && list[0] == "null" { // nullable of OpenAPI 3.0 next to allOf
		return append(slices.Clone(more), list...)
	}
	var shared []string
	for _, name := range list {
		switch {
		case slices.Contains(more, name):
			shared = append(shared, name)
		case name == "number" && slices.Contains(more, "integer"):
			shared = append(shared, "integer")
		case name == "integer" && slices.Contains(more, "number"):
			shared = append(shared, name)
		}
	}
	return shared
}

func mergeEnums(list, more []string) []string {
	if len(list) == 0 {
		return more
	}
	if len(more) == 0 {
		return list
	}
	shared := slices.DeleteFunc(slices.Clone(list), func(text string) bool { return !slices.Contains(more, text) })
	if len(shared) == 0 {
		return list
	}
	return shared
}

func both(a, b *openapi.Schema) *openapi.Schema {
	switch {
	case a == nil || a == b:
		return b
	case b == nil:
		return a
	}
	return &openapi.Schema{AllOf: []*openapi.Schema{a, b}}
}

func or(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

func larger(a, b *int) *int {
	if a == nil || b != nil && *b > *a {
		return b
	}
	return a
}

func smaller(a, b *int) *int {
	if a == nil || b != nil && *b < *a {
		return b
	}
	return a
}
