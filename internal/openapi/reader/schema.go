package reader

import (
	"slices"
	"strconv"

	"github.com/epilot-cli/epilot/internal/openapi"
)

// draft is a schema under construction: some keywords depend on others.
type draft struct {
	openapi.Schema
	ref           string
	nullable      bool
	constrained   bool   // a sibling of $ref restricts the schema
	above, below  string // numeric exclusiveMinimum and exclusiveMaximum of 3.1
	tuple, extras bool   // prefixItems, patternProperties: recognized but not interpreted
}

// schema reads a schema object or a boolean JSON Schema. It returns nil for any
// other value.
func (r *reader) schema() *openapi.Schema {
	switch r.kind() {
	case 't':
		r.skip()
		return &openapi.Schema{}
	case 'f':
		r.skip()
		return &openapi.Schema{Not: &openapi.Schema{}}
	case '{':
		return r.schemaObject()
	default:
		r.skip()
		return nil
	}
}

func (r *reader) schemaObject() *openapi.Schema {
	if r.depth++; r.depth > maxDepth {
		r.failf("schemas are nested more than %d deep", maxDepth)
		return nil
	}
	defer func() { r.depth-- }()
	var d draft
	r.object(func(name string) {
		if !r.keyword(&d, name) {
			r.skip()
		}
	})
	return r.finish(&d)
}

func (r *reader) keyword(d *draft, name string) bool {
	if name == "$ref" {
		d.ref = r.text()
		return true
	}
	if r.note(d, name) {
		return true
	}
	known := r.plainKeyword(d, name) || r.limit(d, name) || r.structure(d, name)
	d.constrained = d.constrained || known
	return known
}

// note reads a keyword that does not restrict values.
func (r *reader) note(d *draft, name string) bool {
	switch name {
	case "title":
		d.Title = r.text()
	case "description":
		d.Description = r.text()
	case "deprecated":
		d.Deprecated = r.flag()
	case "nullable":
		d.nullable = r.flag()
	default:
		return false
	}
	return true
}

func (r *reader) plainKeyword(d *draft, name string) bool {
	switch name {
	case "type":
		d.Types = r.types()
	case "format":
		d.Format = r.text()
	case "enum":
		d.Enum = r.jsons()
	case "const":
		d.Const = r.json()
	case "default":
		d.Default = r.json()
	case "example":
		d.Example = r.json()
	case "examples":
		r.firstExample(d)
	case "readOnly":
		d.ReadOnly = r.flag()
	case "writeOnly":
		d.WriteOnly = r.flag()
	case "discriminator":
		d.Discriminator = r.discriminator()
	default:
		return false
	}
	return true
}

func (r *reader) limit(d *draft, name string) bool {
	switch name {
	case "pattern":
		d.SetPattern(r.text())
	case "minLength":
		d.MinLength = r.count()
	case "maxLength":
		d.MaxLength = r.count()
	case "minItems":
		d.MinItems = r.count()
	case "maxItems":
		d.MaxItems = r.count()
	case "minProperties":
		d.MinProps = r.count()
	case "maxProperties":
		d.MaxProps = r.count()
	case "minimum":
		d.Minimum = r.number()
	case "maximum":
		d.Maximum = r.number()
	case "multipleOf":
		d.MultipleOf = r.number()
	case "exclusiveMinimum":
		d.ExclusiveMinimum, d.above = r.exclusive()
	case "exclusiveMaximum":
		d.ExclusiveMaximum, d.below = r.exclusive()
	case "uniqueItems":
		d.UniqueItems = r.flag()
	default:
		return false
	}
	return true
}

// exclusive reads the boolean of 3.0 or the number of 3.1.
func (r *reader) exclusive() (flag bool, number string) {
	if r.kind() == '0' {
		return false, r.number()
	}
	return r.flag(), ""
}

// structure reads a keyword that contains schemas.
func (r *reader) structure(d *draft, name string) bool {
	switch name {
	case "items":
		d.Items = r.schema()
	case "properties":
		d.Properties = r.properties()
	case "required":
		d.Required = r.texts()
	case "additionalProperties":
		r.additional(d)
	case "allOf":
		d.AllOf = r.schemas()
	case "oneOf":
		d.OneOf = r.schemas()
	case "anyOf":
		d.AnyOf = r.schemas()
	case "not":
		d.Not = r.schema()
	case "prefixItems":
		d.tuple = true
		r.skip()
	case "patternProperties":
		d.extras = true
		r.skip()
	default:
		return false
	}
	return true
}

func (r *reader) additional(d *draft) {
	switch r.kind() {
	case 't', 'f':
		d.Closed = !r.flag()
	default:
		d.Additional = r.schema()
	}
}

func (r *reader) properties() []openapi.Property {
	var found []openapi.Property
	r.object(func(name string) {
		if s := r.schema(); s != nil {
			same := func(p openapi.Property) bool { return p.Name == name }
			found = append(slices.DeleteFunc(found, same), openapi.Property{Name: name, Schema: s})
		}
	})
	return found
}

func (r *reader) schemas() []*openapi.Schema {
	var found []*openapi.Schema
	r.list(func() {
		if s := r.schema(); s != nil {
			found = append(found, s)
		}
	})
	return found
}

// finish combines the keywords into a schema.
func (r *reader) finish(d *draft) *openapi.Schema {
	if d.ref != "" {
		return r.finishReference(d)
	}
	d.Minimum, d.ExclusiveMinimum = bound(d.Minimum, d.above, d.ExclusiveMinimum, 1)
	d.Maximum, d.ExclusiveMaximum = bound(d.Maximum, d.below, d.ExclusiveMaximum, -1)
	if d.tuple {
		d.Items = nil // it describes only the items after the tuple
	}
	if d.extras {
		d.Closed, d.Additional = false, nil // they describe names that no pattern matches
	}
	if d.nullable {
		return orNull(&d.Schema)
	}
	return &d.Schema
}

// finishReference handles $ref with siblings. In 3.1 they count; in 3.0 they do not,
// except for "nullable", which is so common there that the intent is clear.
func (r *reader) finishReference(d *draft) *openapi.Schema {
	target, err := r.refs.reference(d.ref)
	if err != nil {
		r.notef("%v", err)
		target = &openapi.Schema{} // unknown: allow anything
	}
	if !r.refs.countsSiblings() {
		if d.nullable {
			return &openapi.Schema{AnyOf: []*openapi.Schema{target, null()}}
		}
		return target
	}
	if !d.constrained && !d.nullable {
		target.Title, target.Description, target.Deprecated = d.Title, d.Description, d.Deprecated
		return target
	}
	d.AllOf = append([]*openapi.Schema{target}, d.AllOf...)
	d.ref = ""
	return r.finish(d)
}

func null() *openapi.Schema { return &openapi.Schema{Types: []string{"null"}} }

// orNull makes a schema nullable (3.0). The specification requires a type next to
// nullable; next to a union or allOf it is interpreted as intended.
func orNull(s *openapi.Schema) *openapi.Schema {
	if s.Const != "" && s.Const != "null" {
		s.Enum, s.Const = []string{s.Const}, ""
	}
	if len(s.Enum) > 0 && !slices.Contains(s.Enum, "null") {
		s.Enum = append(s.Enum, "null")
	}
	if len(s.Types) > 0 && !s.Is("null") {
		s.Types = append(s.Types, "null")
	}
	switch {
	case len(s.AllOf) > 0:
		return &openapi.Schema{Description: s.Description, AnyOf: []*openapi.Schema{s, null()}}
	case len(s.AnyOf) > 0:
		s.AnyOf = append(s.AnyOf, null())
	case len(s.OneOf) > 0:
		s.OneOf = append(s.OneOf, null())
	}
	return s
}

// bound combines the two notations for an exclusive limit: a flag and a separate
// limit. The narrower limit applies; sign is 1 for a lower limit.
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

// types reads a type or a list of types. Unknown types are left out: otherwise the
// schema would reject every value.
func (r *reader) types() []string {
	names := []string{}
	read := func() {
		if r.kind() == 'n' { // unquoted null
			r.skip()
			names = append(names, "null")
			return
		}
		names = appendName(names, r.text())
	}
	if r.kind() == '[' {
		r.list(read)
	} else {
		read()
	}
	return slices.DeleteFunc(names, func(name string) bool {
		switch name {
		case "string", "number", "integer", "boolean", "object", "array", "null":
			return false
		}
		return true
	})
}

// firstExample takes the first of the examples of 3.1.
func (r *reader) firstExample(d *draft) {
	r.list(func() {
		if d.Example == "" {
			d.Example = r.json()
			return
		}
		r.skip()
	})
}

func (r *reader) discriminator() *openapi.Discriminator {
	var found openapi.Discriminator
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
