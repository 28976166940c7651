package schema

import (
	"slices"
	"strconv"
	"strings"

	"github.com/epilot-cli/epilot/internal/operation"
)

func (m *sampler) object(s *operation.Schema) string {
	wanted := m.wanted(s)
	var members []string
	for _, p := range s.Properties {
		if !wanted[p.Name] {
			continue
		}
		members = append(members, quoteJSON(p.Name)+":"+m.member(p.Name, p.Schema))
	}
	return "{" + strings.Join(append(members, m.extra(s, len(members))...), ",") + "}"
}

// member makes the value of a property.
func (m *sampler) member(name string, s *operation.Schema) string {
	outer := m.name
	m.name = name
	defer func() { m.name = outer }()
	return m.sample(s)
}

// wanted are the properties that the sample has: the required ones, the others
// where all are wanted, and else as many of them as the least number asks for.
func (m *sampler) wanted(s *operation.Schema) map[string]bool {
	names := map[string]bool{}
	for _, p := range s.Properties {
		if slices.Contains(s.Required, p.Name) && !m.skips(p.Schema) {
			names[p.Name] = true
		}
	}
	least := 0
	if s.MinProps != nil {
		least = *s.MinProps
	}
	for _, p := range s.Properties {
		if (m.wantsAll() && m.likes() || len(names) < least) && !m.skips(p.Schema) && m.isWorthwhile(p.Schema) {
			names[p.Name] = true
		}
	}
	return names
}

// isWorthwhile leaves out what is deprecated or would only repeat itself.
func (m *sampler) isWorthwhile(s *operation.Schema) bool {
	target := s.Target()
	return target != nil && !s.Deprecated && !target.Deprecated && !slices.Contains(m.path, target)
}

func (m *sampler) skips(property *operation.Schema) bool {
	merged := m.shapes.flatten(property)
	return m.dir == Request && merged.ReadOnly || m.dir == Response && merged.WriteOnly
}

// extra makes the members that no property describes: required ones, as many
// as the least number asks for, and one to show that there may be any.
func (m *sampler) extra(s *operation.Schema, have int) []string {
	var members []string
	for _, name := range s.Required {
		if s.Property(name) == nil && !s.Closed {
			members = append(members, quoteJSON(name)+":"+m.additional(s))
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

func (m *sampler) additional(s *operation.Schema) string {
	if s.Additional == nil {
		return `"string"`
	}
	return m.sample(s.Additional)
}

// maxElements bounds what a large minItems or minProperties asks for.
const maxElements = 100

func (m *sampler) array(s *operation.Schema) string {
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
		elements[i] = `"string"`
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
func (m *sampler) another(items *operation.Schema, text string, i int) string {
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
