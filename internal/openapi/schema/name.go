package schema

import (
	"slices"
	"strings"

	"github.com/epilot-cli/epilot/internal/openapi"
)

// maxNesting limits the type name of nested arrays and unions.
const maxNesting = 6

// TypeName returns the type for a table of parameters: `string`, `"api" |
// "journey"[]`, `string | integer`, or the component name of an object or of a union
// that contains one.
func TypeName(s *openapi.Schema) string { return typeName(shapes{}, s, 0) }

func typeName(m shapes, s *openapi.Schema, depth int) string {
	if depth > maxNesting {
		return "any"
	}
	return strings.Join(typeNames(m, s, depth), " | ")
}

func typeNames(m shapes, s *openapi.Schema, depth int) []string {
	t := m.flatten(s)
	if variants := slices.Concat(t.OneOf, t.AnyOf); len(variants) > 0 {
		return unionNames(m, s, variants, depth)
	}
	names := slices.Clone(allowed(t))
	for _, name := range ownTypes(t) {
		switch {
		case name == "null" && slices.Contains(names, name), name != "null" && len(allowed(t)) > 0:
		case name == "object":
			names = append(names, or(component(s), name))
		case name == "array":
			names = append(names, arrayName(m, t, depth))
		default:
			names = append(names, name)
		}
	}
	return names
}

// ownTypes infers the type that many schemas omit.
func ownTypes(t *openapi.Schema) []string {
	switch {
	case len(t.Types) > 0:
		return t.Types
	case len(t.Properties) > 0 || t.Additional != nil:
		return []string{"object"}
	case t.Items != nil:
		return []string{"array"}
	}
	return []string{"any"}
}

func unionNames(m shapes, s *openapi.Schema, variants []*openapi.Schema, depth int) []string {
	if name := component(s); name != "" && slices.Contains(m.types(variants), "object") {
		return []string{name}
	}
	var names []string
	for _, v := range variants {
		if name := typeName(m, v, depth+1); !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}

func arrayName(m shapes, t *openapi.Schema, depth int) string {
	if t.Items == nil {
		return "array"
	}
	element := typeName(m, t.Items, depth+1)
	if len(allowed(m.flatten(t.Items))) == 0 && strings.Contains(element, " | ") {
		element = "(" + element + ")"
	}
	return element + "[]"
}

// component returns the name of a reference, including one that is the only part of
// an allOf, the OpenAPI 3.0 idiom for a reference with a description.
func component(s *openapi.Schema) string {
	for range maxComposition {
		if s == nil || s.Ref != "" {
			break
		}
		if len(s.AllOf) != 1 || len(s.Properties) > 0 {
			return ""
		}
		s = s.AllOf[0]
	}
	if s == nil {
		return ""
	}
	return s.Ref
}
