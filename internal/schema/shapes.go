package schema

import (
	"slices"

	"github.com/epilot-cli/epilot/internal/operation"
)

// shapes remembers schemas with their allOf merged in, by the original.
type shapes map[*operation.Schema]*operation.Schema

// flatten returns one schema for a schema and all parts of its allOf. It is
// for looking at, not for checking: what cannot be merged is left out.
func (m shapes) flatten(s *operation.Schema) *operation.Schema {
	s = s.Target()
	switch {
	case s == nil:
		return &operation.Schema{}
	case len(s.AllOf) == 0:
		return s
	case m[s] != nil:
		return m[s]
	}
	m[s] = &operation.Schema{} // what an allOf finds that leads back here
	merged := *s
	merged.AllOf = nil
	for _, part := range s.AllOf {
		merged = merge(merged, m.flatten(part))
	}
	m[s] = &merged
	return &merged
}

// values are the JSON texts that a variant allows for the property; those of
// all inner variants where it is a union itself.
func (m shapes) values(variant *operation.Schema, name string, depth int) []string {
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

// types are the types that any of the variants allows.
func (m shapes) types(variants []*operation.Schema) []string {
	var list []string
	m.collectTypes(variants, 0, &list)
	return list
}

// typeList is the types of variants for a message.
func (m shapes) typeList(variants []*operation.Schema) string {
	return or(orList(m.types(variants)), "of another type")
}

func (m shapes) collectTypes(variants []*operation.Schema, depth int, list *[]string) {
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
