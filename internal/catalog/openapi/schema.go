package openapi

import "github.com/epilot-cli/epilot/internal/operation"

// draft is a schema while its keywords are read: some mean nothing alone.
type draft struct {
	operation.Schema
	ref           string
	nullable      bool
	constrained   bool   // a keyword beside $ref that restricts
	above, below  string // exclusiveMinimum and exclusiveMaximum as numbers, of 3.1
	tuple, extras bool   // prefixItems, patternProperties: known to us by name only
}

// schema reads a schema object, or the true and false of JSON Schema. It
// returns nil where something else stands.
func (r *reader) schema() *operation.Schema {
	switch r.kind() {
	case 't':
		r.skip()
		return &operation.Schema{}
	case 'f':
		r.skip()
		return &operation.Schema{Not: &operation.Schema{}}
	case '{':
		return r.schemaObject()
	default:
		r.skip()
		return nil
	}
}

func (r *reader) schemaObject() *operation.Schema {
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

// note reads a keyword that restricts nothing.
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
		d.Pattern = r.text()
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

// exclusive reads the flag of 3.0 or the number of 3.1.
func (r *reader) exclusive() (flag bool, number string) {
	if r.kind() == '0' {
		return false, r.number()
	}
	return r.flag(), ""
}

// structure reads a keyword that holds schemas.
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

func (r *reader) properties() []operation.Property {
	var found []operation.Property
	r.object(func(name string) {
		if s := r.schema(); s != nil {
			found = append(found, operation.Property{Name: name, Schema: s})
		}
	})
	return found
}

func (r *reader) schemas() []*operation.Schema {
	var found []*operation.Schema
	r.list(func() {
		if s := r.schema(); s != nil {
			found = append(found, s)
		}
	})
	return found
}
