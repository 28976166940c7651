package schema

import (
	"slices"
	"strconv"
	"strings"

	"github.com/epilot-cli/epilot/internal/operation"
)

func (c *checker) array(s *operation.Schema, array []any, at place) []Fault {
	faults := size(len(array), s.MinItems, s.MaxItems, "element", at)
	if s.UniqueItems {
		faults = append(faults, unique(array, at)...)
	}
	if s.Items == nil {
		return faults
	}
	for i, element := range array {
		faults = append(faults, c.check(s.Items, element, at.element(i))...)
	}
	return faults
}

func size(n int, least, most *int, noun string, at place) []Fault {
	if least != nil && n < *least {
		return at.fault("must have at least %s, has %d", count(*least, noun), n)
	}
	if most != nil && n > *most {
		return at.fault("must have at most %s, has %d", count(*most, noun), n)
	}
	return nil
}

func unique(array []any, at place) []Fault {
	first := make(map[string]int, len(array))
	var faults []Fault
	for i, element := range array {
		key := canonical(element)
		if j, seen := first[key]; seen {
			faults = append(faults, at.element(i).fault("must be unique, is the same as element %d", j)...)
			continue
		}
		first[key] = i
	}
	return faults
}

func (c *checker) object(s *operation.Schema, object map[string]any, at place) []Fault {
	var faults []Fault
	for _, name := range c.missing(s, object) {
		faults = append(faults, at.fault("%s is required", quote(name))...)
	}
	faults = append(faults, size(len(object), s.MinProps, s.MaxProps, "property", at)...)
	for _, p := range s.Properties {
		if member, ok := object[p.Name]; ok {
			faults = append(faults, c.check(p.Schema, member, at.member(p.Name))...)
		}
	}
	return append(faults, c.additional(s, object, at)...)
}

// missing are the required names that the object does not have and that this
// direction asks for.
func (c *checker) missing(s *operation.Schema, object map[string]any) []string {
	var list []string
	for _, name := range s.Required {
		if _, ok := object[name]; !ok && !c.exempt(s.Property(name)) {
			list = append(list, name)
		}
	}
	return list
}

func (c *checker) exempt(property *operation.Schema) bool {
	target := property.Target()
	if target == nil {
		return false
	}
	readOnly := property.ReadOnly || target.ReadOnly
	writeOnly := property.WriteOnly || target.WriteOnly
	return c.dir == Request && readOnly || c.dir == Response && writeOnly
}

func (c *checker) additional(s *operation.Schema, object map[string]any, at place) []Fault {
	if !s.Closed && s.Additional == nil {
		return nil
	}
	var faults []Fault
	for _, name := range names(object) {
		switch {
		case s.Property(name) != nil:
		case s.Closed:
			faults = append(faults, at.member(name).fault("%s", unknown(name, s))...)
		default:
			faults = append(faults, c.check(s.Additional, object[name], at.member(name))...)
		}
	}
	return faults
}

func unknown(name string, s *operation.Schema) string {
	words := make([]string, len(s.Properties))
	for i, p := range s.Properties {
		words[i] = p.Name
	}
	if len(words) == 0 {
		return "is not allowed: this object has no properties"
	}
	listed := slices.Clone(words[:min(len(words), maxListed)])
	for i := range listed {
		listed[i] = strconv.Quote(listed[i])
	}
	return "is not a property here; allowed are " + strings.Join(listed, ", ") + meant(name, words)
}
