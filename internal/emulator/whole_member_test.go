package emulator_test

import (
	"encoding/json"
	"maps"
	"net/http"
	"slices"

	"github.com/epilot-cli/epilot/internal/openapi"
	"github.com/epilot-cli/epilot/internal/openapi/schema"
)

// wrongMembers returns the faults of JSON bodies: each required member missing,
// and each member with another type or a value outside its enum. For a union, it
// uses the first alternative.
func wrongMembers(s *sent) []mutation {
	whole := s.op.Body.Contents[0].Schema
	shape := schema.Shape(whole)
	if variants := schema.Variants(whole); len(variants) > 0 {
		shape = variants[0].Schema
	}
	object, isObject := decodedObject(schema.SampleFor(shape, false, schema.Request))
	if !isObject || len(shape.OneOf)+len(shape.AnyOf) > 0 {
		return wrongWhole(s, shape)
	}
	all := wrongWhole(s, shape)
	for _, p := range shape.Properties {
		if schema.Shape(p.Schema).ReadOnly || p.Schema.ReadOnly {
			continue
		}
		if _, has := object[p.Name]; has && slices.Contains(shape.Required, p.Name) {
			without := maps.Clone(object)
			delete(without, p.Name)
			all = append(all, s.withBody("missing member", without, `"`+p.Name+`" is required`))
		}
		all = append(all, wrongMember(s, object, p)...)
	}
	return all
}

// wrongWhole returns a body of a type that the schema does not allow.
func wrongWhole(s *sent, shape *openapi.Schema) []mutation {
	if len(shape.Types) == 0 {
		return nil
	}
	return []mutation{s.withBody("wrong type of a body", wrongValue(shape), "body: $: must be ")}
}

func wrongMember(s *sent, object map[string]any, p openapi.Property) []mutation {
	shape := schema.Shape(p.Schema)
	if len(shape.OneOf)+len(shape.AnyOf) > 0 || shape.Not != nil {
		return nil
	}
	place := `$["` + p.Name + `"]`
	if isPlainName(p.Name) {
		place = "$." + p.Name
	}
	var all []mutation
	if len(shape.Enum) > 0 && shape.Is("string") {
		wrong := maps.Clone(object)
		wrong[p.Name] = "~no such value~"
		all = append(all, s.withBody("bad enum of a member", wrong, place+": must be "))
	}
	if len(shape.Types) > 0 {
		wrong := maps.Clone(object)
		wrong[p.Name] = wrongValue(shape)
		all = append(all, s.withBody("wrong type of a member", wrong, place+": must be "))
	}
	return all
}

// wrongValue returns a value of a type that the schema does not allow.
func wrongValue(s *openapi.Schema) any {
	switch {
	case !s.Is("boolean"):
		return true
	case !s.Is("object"):
		return map[string]any{}
	case !s.Is("string"):
		return "text"
	}
	return []any{}
}

func (s *sent) withBody(kind string, body any, names string) mutation {
	text, _ := json.Marshal(body) // decoded values can always be encoded
	m := s.least()
	m.setBody(string(text))
	if s.fitsAnother(text) {
		kind, m = otherAlternative, nil
	}
	return mutation{kind, m, http.StatusBadRequest, names}
}

// fitsAnother reports whether the body, invalid for the first alternative of a
// union, is valid for another one.
func (s *sent) fitsAnother(text []byte) bool {
	content := s.op.Body.Contents[0]
	value, err := schema.Decode(text)
	return err == nil && len(schema.Variants(content.Schema)) > 0 && len(schema.Check(content.Schema, value, schema.Request)) == 0
}

func decodedObject(text string) (map[string]any, bool) {
	value, err := schema.Decode([]byte(text))
	object, isObject := value.(map[string]any)
	return object, err == nil && isObject
}

// isPlainName reports whether a JSON path needs no brackets for the name.
func isPlainName(name string) bool {
	for i, r := range name {
		letter := 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || r == '_'
		if !letter && (i == 0 || r < '0' || r > '9') {
			return false
		}
	}
	return name != ""
}
