package schema

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/epilot-cli/epilot/internal/openapi"
)

// read parses schemas from JSON, so that the test tables look like a definition. The
// top-level "components" contains the named schemas.
func read(t testing.TB, text string) *openapi.Schema {
	t.Helper()
	s, ok := tryRead(text)
	if !ok {
		t.Fatalf("not a schema: %s", text)
	}
	return s
}

func tryRead(text string) (*openapi.Schema, bool) {
	var raw raw
	if json.Unmarshal([]byte(text), &raw) != nil {
		return nil, false
	}
	var names *openapi.Components
	names = openapi.NewComponents(nil, func(name string) *openapi.Schema {
		if s, ok := raw.Components[name]; ok {
			return s.schema(names)
		}
		return nil
	})
	return raw.schema(names), true
}

type raw struct {
	Components           map[string]*raw
	Ref                  string `json:"$ref"`
	Type                 any
	Format, Title        string
	Pattern              string
	Enum                 []json.RawMessage
	Const                json.RawMessage
	Default, Example     json.RawMessage
	MinLength, MaxLength *int
	Minimum, Maximum     json.Number
	ExclusiveMinimum     bool
	ExclusiveMaximum     bool
	MultipleOf           json.Number
	Items, Not           *raw
	MinItems, MaxItems   *int
	UniqueItems          bool
	Properties           [][2]json.RawMessage // [name, schema], to preserve the order
	Required             []string
	Additional           *raw
	Closed               bool
	MinProps             *int
	AllOf, OneOf, AnyOf  []*raw
	Discriminator        *openapi.Discriminator
	ReadOnly, WriteOnly  bool
}

func (r *raw) schema(c *openapi.Components) *openapi.Schema {
	if r == nil {
		return nil
	}
	if r.Ref != "" {
		return openapi.Reference(r.Ref, c)
	}
	s := &openapi.Schema{
		Format: r.Format, Title: r.Title, Pattern: r.Pattern, Const: string(r.Const),
		Default: string(r.Default), Example: string(r.Example),
		MinLength: r.MinLength, MaxLength: r.MaxLength,
		Minimum: string(r.Minimum), Maximum: string(r.Maximum),
		ExclusiveMinimum: r.ExclusiveMinimum, ExclusiveMaximum: r.ExclusiveMaximum,
		MultipleOf: string(r.MultipleOf), Items: r.Items.schema(c), Not: r.Not.schema(c),
		MinItems: r.MinItems, MaxItems: r.MaxItems, UniqueItems: r.UniqueItems,
		Required: r.Required, Additional: r.Additional.schema(c), Closed: r.Closed,
		MinProps: r.MinProps, Discriminator: r.Discriminator,
		ReadOnly: r.ReadOnly, WriteOnly: r.WriteOnly,
		AllOf: schemas(r.AllOf, c), OneOf: schemas(r.OneOf, c), AnyOf: schemas(r.AnyOf, c),
	}
	switch types := r.Type.(type) {
	case string:
		s.Types = []string{types}
	case []any:
		for _, name := range types {
			s.Types = append(s.Types, fmt.Sprint(name))
		}
	}
	for _, value := range r.Enum {
		s.Enum = append(s.Enum, string(value))
	}
	for _, p := range r.Properties {
		var name string
		var property raw
		_ = json.Unmarshal(p[0], &name)
		_ = json.Unmarshal(p[1], &property)
		s.Properties = append(s.Properties, openapi.Property{Name: name, Schema: property.schema(c)})
	}
	return s
}

func schemas(list []*raw, c *openapi.Components) []*openapi.Schema {
	var made []*openapi.Schema
	for _, r := range list {
		made = append(made, r.schema(c))
	}
	return made
}

const tokenParameters = `{"$ref":"TokenParameters","components":{
  "ExpiresIn":{"oneOf":[{"type":"number","example":3600},{"type":"string","pattern":"^[0-9]+ ?(ms|s|h|d)$"}]},
  "Assignments":{"type":"array","items":{"type":"string","example":"123:owner"}},
  "Api":{"type":"object","required":["name"],"properties":[["name",{"type":"string"}],["token_type",{"type":"string","enum":["api"]}],["assignments",{"$ref":"Assignments"}],["expires_in",{"$ref":"ExpiresIn"}]]},
  "Journey":{"type":"object","required":["name","journey_id"],"properties":[["name",{"type":"string"}],["token_type",{"const":"journey"}],["journey_id",{"type":"string"}],["expires_in",{"$ref":"ExpiresIn"}]]},
  "Portal":{"allOf":[{"$ref":"PortalBase"},{"type":"object","required":["portal_id"],"properties":[["portal_id",{"type":"string"}]]}]},
  "PortalBase":{"type":"object","required":["name","token_type"],"properties":[["name",{"type":"string"}],["token_type",{"enum":["portal"]}]]},
  "TokenParameters":{"oneOf":[{"$ref":"Api"},{"$ref":"Journey"},{"$ref":"Portal"}]}
}}`
