package schema

import (
	"slices"

	"github.com/epilot-cli/epilot/internal/operation"
)

// union tries the variants of the first union in turn until one gives a value
// that fits the whole schema.
func (m *sampler) union(s, merged *operation.Schema) string {
	variants, rest := firstUnion(merged)
	first := ""
	for _, v := range shuffled(m.chance, variants) {
		if slices.Contains(m.path, v.Target()) {
			continue
		}
		text := m.variant(s, &rest, merged.Discriminator, v)
		if fits(s, text, m.dir) {
			return text
		}
		first = or(first, text)
	}
	if first != "" {
		return first
	}
	return m.plain(s, &rest)
}

func (m *sampler) variant(s, rest *operation.Schema, d *operation.Discriminator, v *operation.Schema) string {
	both := merge(*rest, m.shapes.flatten(v))
	if word := m.discriminating(d, v); word != "" {
		tag := operation.Property{Name: d.Property, Schema: &operation.Schema{Const: word}}
		both = merge(both, &operation.Schema{Properties: []operation.Property{tag}, Required: []string{d.Property}})
	}
	m.left--
	if m.left < 0 || len(m.path) > maxLevels {
		return m.last(&both)
	}
	if text, ok := m.documented(s, &both); ok {
		return text
	}
	m.path = append(m.path, v.Target())
	defer func() { m.path = m.path[:len(m.path)-1] }()
	return m.union(s, &both)
}

// firstUnion splits a schema in the variants of its first union and the rest.
func firstUnion(s *operation.Schema) ([]*operation.Schema, operation.Schema) {
	rest := *s
	switch {
	case len(s.OneOf) > 0:
		rest.OneOf, rest.Discriminator = nil, nil
		return s.OneOf, rest
	case len(s.AnyOf) > 0:
		rest.AnyOf, rest.Discriminator = nil, nil
		return s.AnyOf, rest
	case len(s.AllOf) > 0:
		rest.AllOf = nil
		rest = merge(rest, s.AllOf[0])
		rest.AllOf = append(rest.AllOf, s.AllOf[1:]...)
		return firstUnion(&rest)
	}
	return nil, rest
}

// discriminating is the value, as JSON text, that the discriminator wants in
// the variant. One that is only the variant's name must be a value that the
// variant takes: careless documents leave the mapping to an enum.
func (m *sampler) discriminating(d *operation.Discriminator, v *operation.Schema) string {
	if d == nil || v.Ref == "" {
		return ""
	}
	word := ""
	for value, name := range d.Mapping {
		if name == v.Ref && (word == "" || value < word) {
			word = value
		}
	}
	if word != "" {
		return quoteJSON(word)
	}
	name := quoteJSON(v.Ref)
	if property := m.shapes.flatten(v).Property(d.Property); property != nil && !fits(property, name, m.dir) {
		return ""
	}
	return name
}
