package schema

import (
	"github.com/epilot-cli/epilot/internal/operation"
)

// union checks that at least one variant fits.
func (c *checker) union(s *operation.Schema, variants []*operation.Schema, value any, at place) []Fault {
	if len(variants) == 0 {
		return nil
	}
	if v, tag := discriminated(s, variants, value); v != nil {
		return named(c.check(v, value, at), v, tag)
	}
	found := make([][]Fault, len(variants))
	for i, v := range variants {
		if found[i] = c.check(v, value, at); len(found[i]) == 0 {
			return nil
		}
	}
	return c.blame(s, variants, found, value, at)
}

// blame returns the faults of the variant that was meant, none of which fits.
func (c *checker) blame(s *operation.Schema, variants []*operation.Schema, found [][]Fault, value any, at place) []Fault {
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

// rank orders variants by how well a value fits: type, required properties,
// then the number of faults.
type rank struct{ otherType, missing, faults int }

func (r rank) less(than rank) bool {
	if r.otherType != than.otherType {
		return r.otherType < than.otherType
	}
	if r.missing != than.missing {
		return r.missing < than.missing
	}
	return r.faults < than.faults
}

func (c *checker) rank(variant *operation.Schema, value any, faults []Fault) rank {
	r := rank{faults: len(faults)}
	if !mayHaveType(variant, value, 0) {
		r.otherType = 1
	}
	if object, ok := value.(map[string]any); ok {
		r.missing = len(c.missing(c.shapes.flatten(variant), object))
	}
	return r
}

func anyHasType(variants []*operation.Schema, value any) bool {
	for _, v := range variants {
		if mayHaveType(v, value, 0) {
			return true
		}
	}
	return false
}

// maxComposition bounds the schemas that are composed of schemas.
const maxComposition = 8

// mayHaveType looks through allOf, oneOf and anyOf.
func mayHaveType(s *operation.Schema, value any, depth int) bool {
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

func anyMayHaveType(variants []*operation.Schema, value any, depth int) bool {
	for _, v := range variants {
		if mayHaveType(v, value, depth+1) {
			return true
		}
	}
	return len(variants) == 0
}

// named sets the variant on the faults that an inner union has not named.
func named(faults []Fault, variant *operation.Schema, tag string) []Fault {
	list := make([]Fault, len(faults))
	for i, f := range faults {
		if f.Variant == "" && f.Tag == "" {
			f.Variant, f.Tag = variantName(variant), tag
		}
		list[i] = f
	}
	return list
}

func variantName(s *operation.Schema) string {
	if s.Ref != "" {
		return s.Ref
	}
	return s.Title
}
