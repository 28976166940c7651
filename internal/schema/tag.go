package schema

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/epilot-cli/epilot/internal/operation"
)

// discriminated returns the variant that the discriminator object names, and
// the member that says so; nil where it names none.
// https://spec.openapis.org/oas/v3.1.1#discriminator-object
func discriminated(s *operation.Schema, variants []*operation.Schema, value any) (*operation.Schema, string) {
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

// byTag looks for a member whose value tells the variants apart. It returns
// which variants have the value's own, and the member as text; or, where no
// variant has it, the fault that says which values there are.
func (c *checker) byTag(s *operation.Schema, variants []*operation.Schema, value any, at place) ([]bool, string, []Fault) {
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

// tagNames are the properties that may tell variants apart, that of the
// discriminator first.
func (c *checker) tagNames(s *operation.Schema, variants []*operation.Schema) []string {
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

// tag is what one member says about the variants of a union.
type tag struct {
	chosen []bool   // the variants whose property has the member's value
	values []string // the JSON texts that the variants have
	open   bool     // some variant takes any value
	mixed  bool     // variants share some of their values, and not all
}

func (t tag) isUnknown() bool {
	return !t.open && !t.mixed && len(t.values) > 0 && !slices.Contains(t.chosen, true)
}

func (t tag) tells() bool {
	return !t.mixed && slices.Contains(t.chosen, true) && slices.Contains(t.chosen, false)
}

func (c *checker) tag(variants []*operation.Schema, name string, object map[string]any, key string) tag {
	t := tag{chosen: make([]bool, len(variants))}
	owners := map[string]string{} // value → all values of the variants that have it
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

func mapped(d *operation.Discriminator) []string {
	var texts []string
	for word := range d.Mapping {
		texts = append(texts, quoteJSON(word))
	}
	slices.Sort(texts)
	return texts
}

// plain is a member's value for a message.
func plain(value any) string {
	switch v := value.(type) {
	case string:
		return v
	case json.Number:
		return string(v)
	}
	return canonical(value)
}
