package reader_test

import (
	"strings"
	"testing"

	"github.com/epilot-cli/epilot/internal/catalog/facts"
	"github.com/epilot-cli/epilot/internal/openapi"
	"github.com/epilot-cli/epilot/internal/openapi/reader"
)

// withSchema is an API with one operation that takes the schema, as component S,
// next to a component Pet and one with an unusual name.
func withSchema(t *testing.T, version, schema string) *openapi.API {
	t.Helper()
	text := `{"openapi":"` + version + `","paths":{"/x":{"post":{"operationId":"a","requestBody":{"content":{"application/json":{
		"schema":{"$ref":"#/components/schemas/S"}}}}}}},"components":{"schemas":{"S":` + schema + `,
		"Pet":{"type":"object","properties":{"name":{"type":"string","format":"uuid"}}},"a b/c~":{"type":"integer"}}}}`
	api, err := reader.Parse("x", "", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return api
}

// TestSchema compares parsed schemas in the format of the facts: OpenAPI 3.1 without
// redundancy.
func TestSchema(t *testing.T) {
	t.Parallel()
	for _, row := range []struct{ version, schema, want string }{
		{"3.0.3", `{"type":"string","nullable":true}`, `{"type":["string","null"]}`},
		{"3.0.3", `{"type":"string","nullable":true,"enum":["a"]}`, `{"type":["string","null"],"enum":["a",null]}`},
		{"3.0.3", `{"nullable":true,"allOf":[{"$ref":"#/components/schemas/Pet"}]}`, `{"anyOf":[{"allOf":[{"$ref":"Pet"}]},{"type":"null"}]}`},
		{"3.0.3", `{"nullable":true,"oneOf":[{"type":"string"}]}`, `{"oneOf":[{"type":"string"},{"type":"null"}]}`},
		{"3.0.3", `{"type":"number","minimum":1.50,"exclusiveMinimum":true}`, `{"type":"number","exclusiveMinimum":1.50}`},
		{"3.0.3", `{"exclusiveMinimum":true}`, `{}`},
		{"3.0.3", `{"$ref":"#/components/schemas/Pet","maxProperties":1}`, `{"$ref":"Pet"}`},
		{"3.0.3", `{"$ref":"#/components/schemas/Pet","nullable":true}`, `{"anyOf":[{"$ref":"Pet"},{"type":"null"}]}`},
		{"3.1.0", `{"$ref":"#/components/schemas/Pet","description":"d"}`, `{"$ref":"Pet","description":"d"}`},
		{"3.1.0", `{"maxProperties":1,"$ref":"#/components/schemas/Pet"}`, `{"maxProperties":1,"allOf":[{"$ref":"Pet"}]}`},
		{"3.1.0", `{"type":["string","null"],"examples":["a","b"]}`, `{"type":["string","null"],"example":"a"}`},
		{"3.1.0", `{"exclusiveMinimum":2,"minimum":3,"exclusiveMaximum":9,"maximum":9}`, `{"minimum":3,"exclusiveMaximum":9}`},
		{"3.1.0", `{"const": {"b" : [1.0, "x"], "a": 1e2}}`, `{"const":{"b":[1.0,"x"],"a":1e2}}`},
		{"3.1.0", `true`, `{}`},
		{"3.1.0", `false`, `{"not":{}}`},
		{"3.1.0", `{"additionalProperties":false,"patternProperties":{"^x":{}}}`, `{}`},
		{"3.1.0", `{"prefixItems":[{}],"items":{"type":"string"}}`, `{}`},
		{"3.0.3", `{"additionalProperties":false}`, `{"additionalProperties":false}`},
		{"3.0.3", `{"additionalProperties":true}`, `{}`},
		{"3.0.3", `{"additionalProperties":{"type":"string"}}`, `{"additionalProperties":{"type":"string"}}`},
		{"3.0.3", `{"$ref":"#/components/schemas/Pet/properties/name"}`, `{"$ref":"#/components/schemas/Pet/properties/name"}`},
		{"3.0.3", `{"$ref":"#/components/schemas/a%20b~1c~0"}`, `{"$ref":"a b/c~"}`},
		{
			"3.0.3", `{"discriminator":{"propertyName":"kind","mapping":{"pet":"#/components/schemas/Pet","p":"Pet"}}}`,
			`{"discriminator":{"propertyName":"kind","mapping":{"p":"Pet","pet":"Pet"}}}`,
		},
		// careless documents
		{"3.0.3", `{"type":"string","required":true,"enum":"a","properties":null}`, `{"type":"string"}`},
		{"3.0.3", `{"type":"any","minLength":-1,"maxLength":1.5,"items":[{}],"allOf":{}}`, `{}`},
		{"3.0.3", `{"properties":{"required":["a"],"b":{"type":"string"}}}`, `{"properties":{"b":{"type":"string"}}}`},
	} {
		written := facts.Write(withSchema(t, row.version, row.schema), facts.Options{Texts: true})
		_, got, _ := strings.Cut(written, "\nschema S ")
		if got, _, _ = strings.Cut(got, "\n"); got != row.want {
			t.Errorf("%s %s:\n got %s\nwant %s", row.version, row.schema, got, row.want)
		}
	}
}

func TestReferencesIntoOtherParts(t *testing.T) {
	t.Parallel()
	read := func(schema string) *openapi.Schema {
		return withSchema(t, "3.0.3", schema).Find("a").Body.Contents[0].Schema.Target()
	}
	if name := read(`{"$ref":"#/components/schemas/Pet/properties/name"}`); name.Format != "uuid" {
		t.Errorf("a pointer into a component leads to %+v", name)
	}
	own := read(`{"properties":{"a":{"items":{"$ref":"#/paths/~1x/post/requestBody/content/application~1json/schema"}}}}`)
	if own.Property("a").Items.Target().Property("a") == nil {
		t.Error("a pointer into a path does not lead to the schema")
	}
	if odd := read(`{"$ref":"#/components/schemas/a%20b~1c~0"}`); !odd.Is("integer") {
		t.Error("an escaped reference does not lead to its component")
	}
}
