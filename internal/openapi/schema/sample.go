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

// SampleOptions configures a sample.
type SampleOptions struct {
	Direction Direction  // omit readOnly properties of a Request, or writeOnly ones of a Response
	Full      bool       // all properties, not only the required ones
	Realistic bool       // choose strings by property name: "city", "currency"
	Own       bool       // with Realistic: derive strings without a better value from the property name
	Name      string     // name of the sampled value, for Realistic
	AtLeast   int        // minimum number of properties of the outermost object
	Random    *rand.Rand // source of random valid values; nil: the same sample every time
}

// SampleWith returns JSON that matches the schema if one can be found, or "{}"
// without a schema. With Random, optional properties are included at random, and
// equal states of Random produce equal samples.
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

// maxDraws is the maximum number of random attempts.
const maxDraws = 4

func (o SampleOptions) sampler(known shapes) *sampler {
	return &sampler{
		dir: o.Direction, full: o.Full || o.Random != nil, realistic: o.Realistic || o.Own || o.Random != nil,
		own:    o.Own,
		chance: o.Random, shapes: known, left: maxWork, name: o.Name, least: o.AtLeast,
	}
}

// fallback returns the minimal sample, or the full one if the minimal one is invalid
// too.
func (o SampleOptions) fallback(s *openapi.Schema, known shapes) string {
	o.Random, o.Full, o.AtLeast = nil, false, 0
	least := o.sampler(known).sample(s)
	if fits(s, least, o.Direction) {
		return least
	}
	o.Full = true
	return o.sampler(known).sample(s)
}

// SampleFor returns JSON that matches the schema if one can be found: the minimal
// valid value or, if full, one with all properties. A Request omits readOnly
// properties, a Response writeOnly ones. Valid examples, defaults and enums of the
// document are preferred. The result is deterministic.
func SampleFor(s *openapi.Schema, full bool, dir Direction) string {
	return SampleWith(s, SampleOptions{Direction: dir, Full: full})
}

// sampler generates one sample.
type sampler struct {
	dir       Direction
	full      bool
	realistic bool
	own       bool       // derive strings from the property name
	chance    *rand.Rand // nil: deterministic
	shapes    shapes
	path      []*openapi.Schema // the schemas that contain the current value
	name      string            // name of the current property
	least     int               // minimum number of properties of the outermost object
	avoid     []string          // optional properties to omit
	left      int               // number of values that may still be generated
}

const (
	maxWork   = 3000 // values, including those of rejected variants
	fullWork  = 400  // values after which only required parts are generated
	maxLevels = 12   // nesting levels; from fullLevels on, only required parts
	fullLevel = 5
)

// wantsAll reports whether optional parts are generated here.
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

// last returns the value that ends a recursion: null or an empty value.
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

// anyText returns a string for an unconstrained property.
func (m *sampler) anyText() string { return jsonx.Quote(or(m.nameless(), "string")) }

// documented returns a value from the document. It is not used for minimal objects:
// examples include optional properties.
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

// values returns the values listed in the document, most likely first.
func (m *sampler) values(s *openapi.Schema) []string {
	if m.chance == nil {
		return slices.Concat([]string{s.Const, s.Example, s.Default}, s.Enum)
	}
	return append([]string{s.Const}, shuffled(m.chance, s.Enum)...)
}

// fits reports whether the JSON is valid for the schema.
func fits(s *openapi.Schema, text string, dir Direction) bool {
	value, err := Decode([]byte(text))
	return err == nil && len(Check(s, value, dir)) == 0
}

// fitsExactly is fits with strict oneOf: a sample that matches two variants is
// ambiguous, and strict servers reject it.
func fitsExactly(s *openapi.Schema, text string, dir Direction) bool {
	value, err := Decode([]byte(text))
	if err != nil {
		return false
	}
	c := newChecker(dir)
	c.exact = true
	return len(c.check(s, value, root)) == 0
}

// plain generates a value of the first type of a schema without unions.
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

// untyped generates a value for a schema without a type.
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

// member generates the value of a property.
func (m *sampler) member(name string, s *openapi.Schema) string {
	outer := m.name
	m.name = name
	defer func() { m.name = outer }()
	return m.sample(s)
}

// wanted returns the properties of the sample: the required ones, plus all others in
// a full sample or as many as minProperties requires.
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

// IsSent reports whether a request includes the property, that is, whether it is not
// readOnly. Servers set IDs and timestamps; but a list or object that is both
// required and readOnly is evidently expected in requests.
func IsSent(property *openapi.Schema, required bool) bool {
	merged := Shape(property)
	if !merged.ReadOnly && (property == nil || !property.ReadOnly) {
		return true
	}
	return required && (merged.Is("array") || merged.Is("object") || len(merged.Properties) > 0)
}

// isWorthwhile leaves out deprecated and recursive properties.
func (m *sampler) isWorthwhile(s *openapi.Schema) bool {
	target := s.Target()
	return target != nil && !s.Deprecated && !target.Deprecated && !slices.Contains(m.path, target)
}

func (m *sampler) skips(property *openapi.Schema) bool {
	merged := m.shapes.flatten(property)
	return m.dir == Request && merged.ReadOnly || m.dir == Response && merged.WriteOnly
}

// extra generates members without a declared property: the required ones, as many as
// minProperties requires, and one to show that others are allowed.
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

// maxElements limits the effect of a large minItems or minProperties.
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

// another generates the i-th of several distinct values, if that is simple.
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
