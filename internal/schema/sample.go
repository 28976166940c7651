package schema

import (
	"math/rand/v2"
	"slices"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/epilot-cli/epilot/internal/operation"
)

// Sample returns a JSON text that fits the schema whenever one can be found:
// the least that is valid, or, when full, one with every property. Examples,
// defaults and enums of the document come first where they are valid. The same
// schema always gives the same text.
func Sample(s *operation.Schema, full bool) string { return SampleFor(s, full, Both) }

// SampleFor is Sample without the readOnly properties of a Request, or the
// writeOnly ones of a Response.
func SampleFor(s *operation.Schema, full bool, dir Direction) string {
	return SampleWith(s, SampleOptions{Direction: dir, Full: full})
}

// sampler makes one sample.
type sampler struct {
	dir       Direction
	full      bool
	realistic bool
	chance    *rand.Rand // nil: the same sample every time
	shapes    shapes
	path      []*operation.Schema // the schemas that the current value is part of
	name      string              // of the property that the value belongs to
	left      int                 // values that may still be made
}

const (
	maxWork   = 3000 // values, those of rejected variants included
	fullWork  = 400  // values after which only what is required is made
	maxLevels = 12   // levels of values; from fullLevels on only what is required
	fullLevel = 5
)

// wantsAll reports whether optional parts are made here.
func (m *sampler) wantsAll() bool {
	return m.full && len(m.path) <= fullLevel && m.left > maxWork-fullWork
}

func (m *sampler) sample(s *operation.Schema) string {
	target := s.Target()
	m.left--
	if target == nil || m.left < 0 || len(m.path) > maxLevels {
		return m.last(m.shapes.flatten(target))
	}
	merged := m.shapes.flatten(target)
	if text, ok := m.documented(target, merged); ok {
		return text
	}
	m.path = append(m.path, target)
	defer func() { m.path = m.path[:len(m.path)-1] }()
	return m.union(target, merged)
}

// last is what ends a recursion: null or something empty.
func (m *sampler) last(s *operation.Schema) string {
	switch {
	case s.Is("null"):
		return "null"
	case s.Is("array"):
		return "[]"
	case len(allowed(s)) > 0:
		return allowed(s)[0]
	case s.Is("string"):
		return `"string"`
	}
	return "{}"
}

// documented takes a value from the document. The least object is not there:
// examples show optional properties too.
func (m *sampler) documented(s, merged *operation.Schema) (string, bool) {
	if !m.wantsAll() && len(merged.Properties) > 0 {
		return "", false
	}
	for _, text := range m.values(merged) {
		if text == "" || !fits(s, text, m.dir) || m.full && text == "null" {
			continue
		}
		value := jsontext.Value(text)
		if value.Compact() == nil {
			return string(value), true
		}
	}
	return "", false
}

// values are those that the document names, the likeliest first.
func (m *sampler) values(s *operation.Schema) []string {
	if m.chance == nil {
		return slices.Concat([]string{s.Const, s.Example, s.Default}, s.Enum)
	}
	return append([]string{s.Const}, shuffled(m.chance, s.Enum)...)
}

// fits reports whether the JSON text is valid for the schema.
func fits(s *operation.Schema, text string, dir Direction) bool {
	value, err := Decode([]byte(text))
	return err == nil && len(Check(s, value, dir)) == 0
}

// plain makes a value of the first type of a schema without unions.
func (m *sampler) plain(s, merged *operation.Schema) string {
	for _, name := range shuffled(m.chance, ownTypes(merged)) {
		switch name {
		case "object":
			return m.object(merged)
		case "array":
			return m.array(merged)
		case "string":
			return m.text(s, merged)
		case "integer", "number":
			return m.number(s, merged)
		case "boolean":
			return m.truth()
		case "any":
			return m.untyped(s, merged)
		}
	}
	return m.last(merged)
}

// untyped is for a schema that names no type.
func (m *sampler) untyped(s, merged *operation.Schema) string {
	for _, text := range append(slices.Clone(allowed(merged)), "{}", m.text(s, merged), m.number(s, merged)) {
		if fits(s, text, m.dir) {
			return text
		}
	}
	return "{}"
}
