package schema

import (
	"slices"

	"github.com/epilot-cli/epilot/internal/jsonx"
	"github.com/epilot-cli/epilot/internal/openapi"
)

// union tries the variants of the first union until one yields a value that matches
// the complete schema.
func (m *sampler) union(s, merged *openapi.Schema) string {
	variants, rest := firstUnion(merged)
	first, fitting := "", ""
	for _, v := range shuffled(m.chance, variants) {
		if slices.Contains(m.path, v.Target()) {
			continue
		}
		text := m.variant(s, &rest, merged.Discriminator, v)
		switch {
		case fitsExactly(s, text, m.dir):
			return text
		case fits(s, text, m.dir):
			if alone := m.variantAlone(s, &rest, merged, v, variants); fitsExactly(s, alone, m.dir) {
				return alone
			}
			if marked := m.variantMarked(s, &rest, v, variants); marked != "" {
				return marked
			}
			fitting = or(fitting, text)
		}
		first = or(first, text)
	}
	if first != "" {
		return or(fitting, first)
	}
	return m.plain(s, &rest)
}

// variantAlone generates a value without the optional properties that other variants
// require: with them, it would match those too.
func (m *sampler) variantAlone(s, rest, merged *openapi.Schema, v *openapi.Schema, variants []*openapi.Schema) string {
	before := m.avoid
	defer func() { m.avoid = before }()
	m.avoid = slices.Clone(before)
	own := m.shapes.flatten(v).Required
	for _, other := range variants {
		for _, name := range m.shapes.flatten(other).Required {
			if !slices.Contains(own, name) {
				m.avoid = append(m.avoid, name)
			}
		}
	}
	return m.variant(s, rest, merged.Discriminator, v)
}

// variantMarked generates an object with an optional property unique to the variant,
// because an empty object matches all variants. It returns "" if there is no such
// property.
func (m *sampler) variantMarked(s, rest, v *openapi.Schema, variants []*openapi.Schema) string {
	own := m.shapes.flatten(v)
	for _, p := range own.Properties {
		shared := slices.ContainsFunc(variants, func(other *openapi.Schema) bool {
			return other != v && m.shapes.flatten(other).Property(p.Name) != nil
		})
		if shared || m.skips(p.Schema) {
			continue
		}
		both := merge(*rest, own)
		both.Required = append(slices.Clone(both.Required), p.Name)
		if text := m.object(&both); fitsExactly(s, text, m.dir) {
			return text
		}
	}
	return ""
}

func (m *sampler) variant(s, rest *openapi.Schema, d *openapi.Discriminator, v *openapi.Schema) string {
	both := merge(*rest, m.shapes.flatten(v))
	if word := m.discriminating(d, v); word != "" {
		tag := openapi.Property{Name: d.Property, Schema: &openapi.Schema{Const: word}}
		both = merge(both, &openapi.Schema{Properties: []openapi.Property{tag}, Required: []string{d.Property}})
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

// firstUnion splits a schema into the variants of its first union and the rest.
func firstUnion(s *openapi.Schema) ([]*openapi.Schema, openapi.Schema) {
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

// discriminating returns the discriminator value of the variant as JSON. If it is
// only the variant's name, the variant must accept it: careless documents omit the
// mapping and rely on an enum.
func (m *sampler) discriminating(d *openapi.Discriminator, v *openapi.Schema) string {
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
		return jsonx.Quote(word)
	}
	name := jsonx.Quote(v.Ref)
	if property := m.shapes.flatten(v).Property(d.Property); property != nil && !fits(property, name, m.dir) {
		return ""
	}
	return name
}
