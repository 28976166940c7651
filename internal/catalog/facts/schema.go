package facts

import "github.com/epilot-cli/epilot/internal/operation"

func (w *writer) schema(s *operation.Schema) string {
	var o object
	o.text("$ref", w.reference(s.Ref))
	if len(s.Types) == 1 {
		o.text("type", s.Types[0])
	} else {
		o.texts("type", s.Types)
	}
	o.text("format", s.Format)
	w.notes(&o, s)
	o.list("enum", s.Enum)
	o.raw("const", s.Const)
	o.raw("default", s.Default)
	if w.keeps(s.Example) {
		o.raw("example", s.Example)
	}
	limits(&o, s)
	w.inside(&o, s)
	o.flag("readOnly", s.ReadOnly)
	o.flag("writeOnly", s.WriteOnly)
	o.flag("deprecated", s.Deprecated)
	return o.json()
}

func (w *writer) notes(o *object, s *operation.Schema) {
	if w.options.Texts {
		o.text("title", s.Title)
		o.text("description", s.Description)
	}
}

func limits(o *object, s *operation.Schema) {
	o.text("pattern", s.Pattern)
	o.count("minLength", s.MinLength)
	o.count("maxLength", s.MaxLength)
	o.raw(boundName("inimum", s.ExclusiveMinimum), s.Minimum)
	o.raw(boundName("aximum", s.ExclusiveMaximum), s.Maximum)
	o.raw("multipleOf", s.MultipleOf)
	o.count("minItems", s.MinItems)
	o.count("maxItems", s.MaxItems)
	o.flag("uniqueItems", s.UniqueItems)
	o.count("minProperties", s.MinProps)
	o.count("maxProperties", s.MaxProps)
}

// boundName is the name of 3.1 for a limit: exclusiveMinimum has a value.
func boundName(ending string, exclusive bool) string {
	if exclusive {
		return "exclusiveM" + ending
	}
	return "m" + ending
}

func (w *writer) inside(o *object, s *operation.Schema) {
	if s.Items != nil {
		o.raw("items", w.schema(s.Items))
	}
	if len(s.Properties) > 0 {
		var properties object
		for _, p := range s.Properties {
			properties.raw(p.Name, w.schema(p.Schema))
		}
		o.raw("properties", properties.json())
	}
	o.texts("required", s.Required)
	if s.Closed {
		o.raw("additionalProperties", "false")
	} else if s.Additional != nil {
		o.raw("additionalProperties", w.schema(s.Additional))
	}
	o.list("allOf", each(s.AllOf, w.schema))
	o.list("oneOf", each(s.OneOf, w.schema))
	o.list("anyOf", each(s.AnyOf, w.schema))
	if s.Not != nil {
		o.raw("not", w.schema(s.Not))
	}
	if d := s.Discriminator; d != nil {
		var inner object
		inner.text("propertyName", d.Property)
		inner.mapping("mapping", w.references(d.Mapping))
		o.raw("discriminator", inner.json())
	}
}
