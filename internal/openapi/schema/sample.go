package schema

import (
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/epilot-cli/epilot/internal/jsonx"
	"github.com/epilot-cli/epilot/internal/openapi"
)

// SampleOptions say what a sample is like.
type SampleOptions struct {
	Direction Direction  // without the readOnly properties of a Request, or the writeOnly ones of a Response
	Full      bool       // every property, rather than those that must be there
	Realistic bool       // the name of a property says what its text may be: "city", "currency"
	Own       bool       // Realistic, and a text without a better value has the property's own words
	Name      string     // of what the sample is a value of, for Realistic
	AtLeast   int        // properties of the outermost object, where it requires fewer
	Random    *rand.Rand // any valid value, drawn from here; nil: the same sample every time
}

// SampleWith returns a JSON text that fits the schema whenever one can be
// found, "{}" where there is no schema. With Random, each optional property is
// there by chance, and equal states of Random give equal samples.
func SampleWith(s *openapi.Schema, o SampleOptions) string {
	if s == nil {
		return "{}"
	}
	known := shapes{}
	for range maxDraws {
		if text := o.sampler(known).sample(s); o.Random == nil && !o.Full || fits(s, text, o.Direction) {
			return text
		}
		if o.Random == nil {
			break
		}
	}
	return o.fallback(s, known)
}

// maxDraws is how often chance may fail to meet a schema.
const maxDraws = 4

func (o SampleOptions) sampler(known shapes) *sampler {
	return &sampler{
		dir: o.Direction, full: o.Full || o.Random != nil, realistic: o.Realistic || o.Own || o.Random != nil,
		own:    o.Own,
		chance: o.Random, shapes: known, left: maxWork, name: o.Name, least: o.AtLeast,
	}
}

// fallback is the least sample, or the full one where that does not fit either.
func (o SampleOptions) fallback(s *openapi.Schema, known shapes) string {
	o.Random, o.Full, o.AtLeast = nil, false, 0
	least := o.sampler(known).sample(s)
	if fits(s, least, o.Direction) {
		return least
	}
	o.Full = true
	return o.sampler(known).sample(s)
}

// SampleFor returns a JSON text that fits the schema whenever one can be found:
// the least that is valid, or, when full, one with every property. A Request
// has no readOnly properties, a Response no writeOnly ones. Examples, defaults
// and enums of the document come first where they are valid. The same schema
// always gives the same text.
func SampleFor(s *openapi.Schema, full bool, dir Direction) string {
	return SampleWith(s, SampleOptions{Direction: dir, Full: full})
}

// sampler makes one sample.
type sampler struct {
	dir       Direction
	full      bool
	realistic bool
	own       bool       // a text has the words of its name
	chance    *rand.Rand // nil: the same sample every time
	shapes    shapes
	path      []*openapi.Schema // the schemas that the current value is part of
	name      string            // of the property that the value belongs to
	least     int               // properties that the outermost object has
	avoid     []string          // optional properties that are left out
	left      int               // values that may still be made
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

func (m *sampler) sample(s *openapi.Schema) string {
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
func (m *sampler) last(s *openapi.Schema) string {
	switch {
	case s.Is("null"):
		return "null"
	case s.Is("array"):
		return "[]"
	case len(allowed(s)) > 0:
		return allowed(s)[0]
	case s.Is("string"):
		return m.anyText()
	}
	return "{}"
}

// anyText is a text where nothing says what it may be.
func (m *sampler) anyText() string { return jsonx.Quote(or(m.nameless(), "string")) }

// documented takes a value from the document. The least object is not there:
// examples show optional properties too.
func (m *sampler) documented(s, merged *openapi.Schema) (string, bool) {
	if !m.wantsAll() && len(merged.Properties) > 0 {
		return "", false
	}
	for _, text := range m.values(merged) {
		if text == "" || !fits(s, text, m.dir) || m.full && text == "null" || m.own && text == `"string"` {
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
func (m *sampler) values(s *openapi.Schema) []string {
	if m.chance == nil {
		return slices.Concat([]string{s.Const, s.Example, s.Default}, s.Enum)
	}
	return append([]string{s.Const}, shuffled(m.chance, s.Enum)...)
}

// fits reports whether the JSON text is valid for the schema.
func fits(s *openapi.Schema, text string, dir Direction) bool {
	value, err := Decode([]byte(text))
	return err == nil && len(Check(s, value, dir)) == 0
}

// fitsExactly is fits by the letter of oneOf: a sample that fits two variants
// does not show which one is meant, and strict servers refuse it.
func fitsExactly(s *openapi.Schema, text string, dir Direction) bool {
	value, err := Decode([]byte(text))
	if err != nil {
		return false
	}
	c := newChecker(dir)
	c.exact = true
	return len(c.check(s, value, root)) == 0
}

// plain makes a value of the first type of a schema without unions.
func (m *sampler) plain(s, merged *openapi.Schema) string {
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
func (m *sampler) untyped(s, merged *openapi.Schema) string {
	for _, text := range append(slices.Clone(allowed(merged)), "{}", m.text(s, merged), m.number(s, merged)) {
		if fits(s, text, m.dir) {
			return text
		}
	}
	return "{}"
}

func (m *sampler) object(s *openapi.Schema) string {
	wanted := m.wanted(s)
	var members []string
	for _, p := range s.Properties {
		if !wanted[p.Name] {
			continue
		}
		members = append(members, jsonx.Quote(p.Name)+":"+m.member(p.Name, p.Schema))
	}
	return "{" + strings.Join(append(members, m.extra(s, len(members))...), ",") + "}"
}

// member makes the value of a property.
func (m *sampler) member(name string, s *openapi.Schema) string {
	outer := m.name
	m.name = name
	defer func() { m.name = outer }()
	return m.sample(s)
}

// wanted are the properties that the sample has: the required ones, the others
// where all are wanted, and else as many of them as the least number asks for.
func (m *sampler) wanted(s *openapi.Schema) map[string]bool {
	names := map[string]bool{}
	for _, p := range s.Properties {
		if slices.Contains(s.Required, p.Name) && (!m.skips(p.Schema) || m.dir == Request && IsSent(p.Schema, true)) {
			names[p.Name] = true
		}
	}
	least := 0
	if len(m.path) == 1 {
		least = m.least
	}
	if s.MinProps != nil {
		least = max(least, *s.MinProps)
	}
	for _, p := range s.Properties {
		if (m.wantsAll() && m.likes() || len(names) < least) && !slices.Contains(m.avoid, p.Name) && !m.skips(p.Schema) && m.isWorthwhile(p.Schema) {
			names[p.Name] = true
		}
	}
	return names
}

// IsSent reports whether a request has the property of an object: one that is
// not readOnly. Servers set ids and times; a list or an object that is required
// and readOnly at once is one that the definition's author expects in requests
// all the same.
func IsSent(property *openapi.Schema, required bool) bool {
	merged := Shape(property)
	if !merged.ReadOnly && (property == nil || !property.ReadOnly) {
		return true
	}
	return required && (merged.Is("array") || merged.Is("object") || len(merged.Properties) > 0)
}

// isWorthwhile leaves out what is deprecated or would only repeat itself.
func (m *sampler) isWorthwhile(s *openapi.Schema) bool {
	target := s.Target()
	return target != nil && !s.Deprecated && !target.Deprecated && !slices.Contains(m.path, target)
}

func (m *sampler) skips(property *openapi.Schema) bool {
	merged := m.shapes.flatten(property)
	return m.dir == Request && merged.ReadOnly || m.dir == Response && merged.WriteOnly
}

// extra makes the members that no property describes: required ones, as many
// as the least number asks for, and one to show that there may be any.
func (m *sampler) extra(s *openapi.Schema, have int) []string {
	var members []string
	for _, name := range s.Required {
		if s.Property(name) == nil && !s.Closed {
			members = append(members, jsonx.Quote(name)+":"+m.additional(s))
		}
	}
	wanted := 0
	if s.MinProps != nil {
		wanted = min(*s.MinProps, maxElements) - have - len(members)
	}
	if s.Additional != nil && m.wantsAll() && len(s.Properties) == 0 && m.isWorthwhile(s.Additional) {
		wanted = max(wanted, 1)
	}
	if s.Closed {
		return members
	}
	for i := range wanted {
		members = append(members, `"key`+strconv.Itoa(i+1)+`":`+m.additional(s))
	}
	return members
}

func (m *sampler) additional(s *openapi.Schema) string {
	if s.Additional == nil {
		return m.anyText()
	}
	return m.sample(s.Additional)
}

// maxElements bounds what a large minItems or minProperties asks for.
const maxElements = 100

func (m *sampler) array(s *openapi.Schema) string {
	wanted := 0
	if s.MinItems != nil {
		wanted = min(*s.MinItems, maxElements)
	}
	if m.wantsAll() && s.Items != nil && m.isWorthwhile(s.Items) && (s.MaxItems == nil || *s.MaxItems > 0) {
		wanted = max(wanted, 1)
	}
	wanted = m.length(s, wanted)
	elements := make([]string, wanted)
	for i := range elements {
		elements[i] = m.anyText()
		if s.Items != nil {
			elements[i] = m.sample(s.Items)
		}
		if s.UniqueItems && i > 0 {
			elements[i] = m.another(s.Items, elements[i], i)
		}
	}
	return "[" + strings.Join(elements, ",") + "]"
}

// another makes the i-th of several different values, where that is simple.
func (m *sampler) another(items *openapi.Schema, text string, i int) string {
	merged := m.shapes.flatten(items)
	if values := allowed(merged); i < len(values) {
		return values[i]
	}
	number := strconv.Itoa(i)
	candidates := []string{number + text, strings.TrimSuffix(text, `"`) + number + `"`, number, `"` + number + `"`}
	if lowest, err := strconv.Atoi(text); err == nil {
		candidates = append([]string{strconv.Itoa(lowest + i)}, candidates...)
	}
	for _, candidate := range candidates {
		if candidate != text && fits(items, candidate, m.dir) {
			return candidate
		}
	}
	return text
}
