package schema

import (
	"slices"

	"github.com/epilot-cli/epilot/internal/operation"
)

// merge adds to a schema what another one says about the same value.
func merge(s operation.Schema, more *operation.Schema) operation.Schema {
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

// mergeUnions keeps a second union as a part of allOf: both must fit.
func mergeUnions(s operation.Schema, more *operation.Schema) operation.Schema {
	s.AllOf = append(slices.Clip(s.AllOf), more.AllOf...)
	if len(s.OneOf)+len(s.AnyOf) == 0 {
		s.OneOf, s.AnyOf, s.Discriminator = more.OneOf, more.AnyOf, more.Discriminator
	} else if len(more.OneOf)+len(more.AnyOf) > 0 {
		s.AllOf = append(s.AllOf, &operation.Schema{OneOf: more.OneOf, AnyOf: more.AnyOf, Discriminator: more.Discriminator})
	}
	return s
}

func mergeLimits(s operation.Schema, more *operation.Schema) operation.Schema {
	if s.Minimum == "" || more.Minimum != "" && parseDecimal(more.Minimum).compare(parseDecimal(s.Minimum)) > 0 {
		s.Minimum, s.ExclusiveMinimum = more.Minimum, more.ExclusiveMinimum
	}
	if s.Maximum == "" || more.Maximum != "" && parseDecimal(more.Maximum).compare(parseDecimal(s.Maximum)) < 0 {
		s.Maximum, s.ExclusiveMaximum = more.Maximum, more.ExclusiveMaximum
	}
	return s
}

func mergeProperties(list, more []operation.Property) []operation.Property {
	list = slices.Clone(list)
	for _, p := range more {
		i := slices.IndexFunc(list, func(q operation.Property) bool { return q.Name == p.Name })
		if i < 0 {
			list = append(list, p)
			continue
		}
		list[i].Schema = both(list[i].Schema, p.Schema)
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
	if len(list) == 1 && list[0] == "null" { // nullable of OpenAPI 3.0 beside allOf
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

func both(a, b *operation.Schema) *operation.Schema {
	switch {
	case a == nil || a == b:
		return b
	case b == nil:
		return a
	}
	return &operation.Schema{AllOf: []*operation.Schema{a, b}}
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
