package schema

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/epilot-cli/epilot/internal/jsonx"
	"github.com/epilot-cli/epilot/internal/openapi"
)

// union checks that at least one variant matches.
func (c *checker) union(s *openapi.Schema, variants []*openapi.Schema, value any, at location) []Fault {
	if len(variants) == 0 {
		return nil
	}
	if v, tag := discriminated(s, variants, value); v != nil {
		return named(c.check(v, value, at), v, tag)
	}
	found := make([][]Fault, len(variants))
	fitting := 0
	for i, v := range variants {
		if found[i] = c.check(v, value, at); len(found[i]) > 0 {
			continue
		}
		if fitting++; !c.exact || len(s.OneOf) == 0 {
			return nil
		}
	}
	switch fitting {
	case 0:
		return c.blame(s, variants, found, value, at)
	case 1:
		return nil
	}
	return at.fault("fits %d variants of one", fitting)
}

// blame returns the faults of the likely variant when none matches.
func (c *checker) blame(s *openapi.Schema, variants []*openapi.Schema, found [][]Fault, value any, at location) []Fault {
	if !anyHasType(variants, value) {
		return at.fault("must be %s, not %s", c.shapes.typeList(variants), typeOf(value))
	}
	tagged, tag, faults := c.byTag(s, variants, value, at)
	if faults != nil {
		return faults
	}
	best, least := -1, rank{}
	for i, v := range variants {
		if tagged != nil && !tagged[i] {
			continue
		}
		if r := c.rank(v, value, found[i]); best < 0 || r.less(least) {
			best, least = i, r
		}
	}
	return named(found[best], variants[best], tag)
}

// rank orders variants by how well a value matches: type, whether more than an empty
// value is allowed, required properties, then the number of faults.
type rank struct{ otherType, empty, missing, faults int }

func (r rank) less(than rank) bool {
	if r.otherType != than.otherType {
		return r.otherType < than.otherType
	}
	if r.empty != than.empty {
		return r.empty < than.empty
	}
	if r.missing != than.missing {
		return r.missing < than.missing
	}
	return r.faults < than.faults
}

func (c *checker) rank(variant *openapi.Schema, value any, faults []Fault) rank {
	r := rank{faults: len(faults)}
	if !mayHaveType(variant, value, 0) {
		r.otherType = 1
	}
	if isEmptyOnly(c.shapes.flatten(variant)) {
		r.empty = 1
	}
	if object, ok := value.(map[string]any); ok {
		r.missing = len(c.missing(c.shapes.flatten(variant), object, root))
	}
	return r
}

// isEmptyOnly reports whether a schema accepts only "" or null: a user who sets a
// value does not mean this variant.
func isEmptyOnly(s *openapi.Schema) bool {
	isText := func(text string) bool { return text != `""` && text != "null" }
	return s.MaxLength != nil && *s.MaxLength == 0 ||
		len(s.Types) == 1 && s.Types[0] == "null" ||
		len(allowed(s)) > 0 && !slices.ContainsFunc(allowed(s), isText)
}

func anyHasType(variants []*openapi.Schema, value any) bool {
	for _, v := range variants {
		if mayHaveType(v, value, 0) {
			return true
		}
	}
	return false
}

// maxComposition limits nested compositions.
const maxComposition = 8

// mayHaveType follows allOf, oneOf and anyOf.
func mayHaveType(s *openapi.Schema, value any, depth int) bool {
	s = s.Target()
	if s == nil || depth > maxComposition {
		return true
	}
	if value == nil && s.Is("null") {
		return true
	}
	if !hasType(s, value) {
		return false
	}
	for _, part := range s.AllOf {
		if !mayHaveType(part, value, depth+1) {
			return false
		}
	}
	return anyMayHaveType(s.OneOf, value, depth) && anyMayHaveType(s.AnyOf, value, depth)
}

func anyMayHaveType(variants []*openapi.Schema, value any, depth int) bool {
	for _, v := range variants {
		if mayHaveType(v, value, depth+1) {
			return true
		}
	}
	return len(variants) == 0
}

// named sets the variant on faults that an inner union has not labeled.
func named(faults []Fault, variant *openapi.Schema, tag string) []Fault {
	list := make([]Fault, len(faults))
	for i, f := range faults {
		if f.Variant == "" && f.Tag == "" {
			f.Variant, f.Tag = variantName(variant), tag
		}
		list[i] = f
	}
	return list
}

func variantName(s *openapi.Schema) string {
	if s.Ref != "" {
		return s.Ref
	}
	return s.Title
}

// discriminated returns the variant selected by the discriminator object, and the
// member that selects it; nil if none is selected.
// https://spec.openapis.org/oas/v3.1.1#discriminator-object
func discriminated(s *openapi.Schema, variants []*openapi.Schema, value any) (*openapi.Schema, string) {
	object, ok := value.(map[string]any)
	if !ok || s.Discriminator == nil {
		return nil, ""
	}
	word, ok := object[s.Discriminator.Property].(string)
	if !ok {
		return nil, ""
	}
	component, mapped := s.Discriminator.Mapping[word]
	if !mapped {
		component = word
	}
	for _, v := range variants {
		if v.Ref != "" && v.Ref == component {
			return v, s.Discriminator.Property + ": " + word
		}
	}
	return nil, ""
}

// byTag looks for a member whose value distinguishes the variants. It returns the
// matching variants and the member as text or, if no variant matches, the fault that
// lists the allowed values.
func (c *checker) byTag(s *openapi.Schema, variants []*openapi.Schema, value any, at location) ([]bool, string, []Fault) {
	object, ok := value.(map[string]any)
	if !ok {
		return nil, "", nil
	}
	for _, name := range c.tagNames(s, variants) {
		member, present := object[name]
		if !present {
			continue
		}
		t := c.tag(variants, name, object, canonical(member))
		if s.Discriminator != nil && s.Discriminator.Property == name && len(s.Discriminator.Mapping) > 0 {
			t = tag{values: mapped(s.Discriminator), chosen: make([]bool, len(variants))}
		}
		if t.isUnknown() {
			return nil, "", at.member(name).fault("%s", mustBe(t.values, member))
		}
		if t.tells() {
			return t.chosen, name + ": " + plain(member), nil
		}
	}
	return nil, "", nil
}

// tagNames returns the properties that can distinguish variants, the discriminator
// first.
func (c *checker) tagNames(s *openapi.Schema, variants []*openapi.Schema) []string {
	var list []string
	if s.Discriminator != nil {
		list = append(list, s.Discriminator.Property)
	}
	for _, v := range variants {
		for _, p := range c.shapes.flatten(v).Properties {
			if len(c.shapes.values(v, p.Name, 0)) > 0 && !slices.Contains(list, p.Name) {
				list = append(list, p.Name)
			}
		}
	}
	return list
}

// tag describes how one member distinguishes the variants of a union.
type tag struct {
	chosen []bool   // the variants whose property allows the member's value
	values []string // JSON values of the variants
	open   bool     // a variant accepts any value
	mixed  bool     // variants share some, but not all, of their values
}

func (t tag) isUnknown() bool {
	return !t.open && !t.mixed && len(t.values) > 0 && !slices.Contains(t.chosen, true)
}

func (t tag) tells() bool {
	return !t.mixed && slices.Contains(t.chosen, true) && slices.Contains(t.chosen, false)
}

func (c *checker) tag(variants []*openapi.Schema, name string, object map[string]any, key string) tag {
	t := tag{chosen: make([]bool, len(variants))}
	owners := map[string]string{} // value → all values of the variants that allow it
	for i, v := range variants {
		if !mayHaveType(v, object, 0) {
			continue
		}
		texts := c.shapes.values(v, name, 0)
		keys := canonicals(texts)
		t.open = t.open || len(keys) == 0
		t.chosen[i] = slices.Contains(keys, key)
		for j, k := range keys {
			owner, known := owners[k]
			t.mixed = t.mixed || known && owner != strings.Join(keys, " ")
			if owners[k] = strings.Join(keys, " "); !known {
				t.values = append(t.values, texts[j])
			}
		}
	}
	return t
}

func canonicals(texts []string) []string {
	keys := make([]string, len(texts))
	for i, text := range texts {
		v, err := Decode([]byte(text))
		if err != nil {
			return nil
		}
		keys[i] = canonical(v)
	}
	return keys
}

func mapped(d *openapi.Discriminator) []string {
	var texts []string
	for word := range d.Mapping {
		texts = append(texts, jsonx.Quote(word))
	}
	slices.Sort(texts)
	return texts
}

// plain formats a member's value for a message.
func plain(value any) string {
	switch v := value.(type) {
	case string:
		return v
	case json.Number:
		return string(v)
	}
	return canonical(value)
}
