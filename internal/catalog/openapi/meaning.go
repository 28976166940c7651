package openapi

import (
	"slices"
	"strconv"

	"github.com/epilot-cli/epilot/internal/operation"
)

// finish gives the keywords that were read their common meaning.
func (r *reader) finish(d *draft) *operation.Schema {
	if d.ref != "" {
		return r.finishReference(d)
	}
	d.Minimum, d.ExclusiveMinimum = bound(d.Minimum, d.above, d.ExclusiveMinimum, 1)
	d.Maximum, d.ExclusiveMaximum = bound(d.Maximum, d.below, d.ExclusiveMaximum, -1)
	if d.tuple {
		d.Items = nil // it describes the items after the tuple only
	}
	if d.extras {
		d.Closed, d.Additional = false, nil // they describe what no pattern matches
	}
	if d.nullable {
		return orNull(&d.Schema)
	}
	return &d.Schema
}

// finishReference reads $ref with what stands beside it. In 3.1 that counts as
// well; in 3.0 it does not, but "nullable" is so often written there, and so
// plainly meant, that it does here.
func (r *reader) finishReference(d *draft) *operation.Schema {
	target, err := r.refs.reference(d.ref)
	if err != nil {
		r.failf("%w", err)
		return nil
	}
	if !r.refs.countsSiblings() {
		if d.nullable {
			return &operation.Schema{AnyOf: []*operation.Schema{target, null()}}
		}
		return target
	}
	if !d.constrained && !d.nullable {
		target.Title, target.Description, target.Deprecated = d.Title, d.Description, d.Deprecated
		return target
	}
	d.AllOf = append([]*operation.Schema{target}, d.AllOf...)
	d.ref = ""
	return r.finish(d)
}

func null() *operation.Schema { return &operation.Schema{Types: []string{"null"}} }

// orNull lets a schema be null as well: 3.0's nullable. The specification
// wants it beside a type; beside a union or allOf it is taken as it is meant.
func orNull(s *operation.Schema) *operation.Schema {
	if len(s.Enum) > 0 && !slices.Contains(s.Enum, "null") {
		s.Enum = append(s.Enum, "null")
	}
	if len(s.Types) > 0 && !s.Is("null") {
		s.Types = append(s.Types, "null")
	}
	switch {
	case len(s.AllOf) > 0:
		return &operation.Schema{Description: s.Description, AnyOf: []*operation.Schema{s, null()}}
	case len(s.AnyOf) > 0:
		s.AnyOf = append(s.AnyOf, null())
	case len(s.OneOf) > 0:
		s.OneOf = append(s.OneOf, null())
	}
	return s
}

// bound unites the two ways to exclude a limit: a flag beside it and a limit
// of its own. Of two limits the narrower holds; sign is 1 for the lower one.
func bound(limit, exclusive string, flag bool, sign float64) (string, bool) {
	if exclusive == "" {
		return limit, flag && limit != ""
	}
	if limit == "" {
		return exclusive, true
	}
	a, _ := strconv.ParseFloat(limit, 64)
	b, _ := strconv.ParseFloat(exclusive, 64)
	if sign*a > sign*b {
		return limit, flag
	}
	return exclusive, true
}

// types reads a type or a list of them. Unknown ones are left out: a schema
// whose type nothing has would refuse every value.
func (r *reader) types() []string {
	names := []string{}
	if r.kind() == '[' {
		names = r.texts()
	} else {
		names = appendName(names, r.text())
	}
	return slices.DeleteFunc(names, func(name string) bool {
		switch name {
		case "string", "number", "integer", "boolean", "object", "array", "null":
			return false
		}
		return true
	})
}

// firstExample takes the first of 3.1's list of examples.
func (r *reader) firstExample(d *draft) {
	r.list(func() {
		if d.Example == "" {
			d.Example = r.json()
			return
		}
		r.skip()
	})
}

func (r *reader) discriminator() *operation.Discriminator {
	var found operation.Discriminator
	r.object(func(name string) {
		switch name {
		case "propertyName":
			found.Property = r.text()
		case "mapping":
			found.Mapping = r.mapping()
		default:
			r.skip()
		}
	})
	if found.Property == "" {
		return nil
	}
	return &found
}

func (r *reader) mapping() map[string]string {
	found := map[string]string{}
	r.object(func(value string) {
		if ref := r.text(); ref != "" {
			found[value] = r.refs.schemaName(ref)
		}
	})
	return found
}
