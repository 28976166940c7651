package reader_test

import (
	"strings"
	"testing"

	"github.com/epilot-cli/epilot/internal/catalog/facts"
	"github.com/epilot-cli/epilot/internal/openapi/reader"
	"github.com/epilot-cli/epilot/internal/openapi/schema"
)

// TestCircles reads schemas that contain themselves in every possible way. The facts
// preserve them, and samples and checks terminate.
func TestCircles(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct{ schema, value, fault string }{
		"itself":         {`{"$ref":"#/components/schemas/S"}`, `1`, ""},
		"property":       {`{"type":"object","properties":{"s":{"$ref":"#/components/schemas/S"}}}`, `{"s":{"s":1}}`, "$.s.s: must be object"},
		"required":       {`{"type":"object","required":["s"],"properties":{"s":{"$ref":"#/components/schemas/S"}}}`, `{"s":{}}`, `$.s: "s" is required`},
		"items":          {`{"type":"array","minItems":1,"items":{"$ref":"#/components/schemas/S"}}`, `[[]]`, "$[0]: must have at least 1 element"},
		"additional":     {`{"type":"object","additionalProperties":{"$ref":"#/components/schemas/S"}}`, `{"a":{"b":[]}}`, "$.a.b: must be object"},
		"allOf":          {`{"type":"object","allOf":[{"$ref":"#/components/schemas/S"}]}`, `1`, "$: must be object"},
		"oneOf":          {`{"oneOf":[{"type":"string"},{"$ref":"#/components/schemas/S"}]}`, `"a"`, ""},
		"anyOf in items": {`{"anyOf":[{"type":"string"},{"type":"array","items":{"$ref":"#/components/schemas/S"}}]}`, `[["a"],[1]]`, "must be"},
		"not":            {`{"not":{"$ref":"#/components/schemas/S"}}`, `1`, "$: must not be any"},
		"two":            {`{"type":"object","properties":{"p":{"allOf":[{"$ref":"#/components/schemas/S"},{"$ref":"#/components/schemas/Pet"}]}}}`, `{"p":{"name":7}}`, "$.p.name: must be string"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			api := withSchema(t, "3.0.3", row.schema)
			again, err := facts.Read("x", facts.Write(api, facts.Options{}))
			if err != nil {
				t.Fatal(err)
			}
			s := again.Find("a").Body.Contents[0].Schema
			schema.TypeName(s)
			for _, full := range []bool{false, true} {
				if _, err := schema.Decode([]byte(schema.SampleFor(s, full, schema.Request))); err != nil {
					t.Errorf("the sample is no JSON: %v", err)
				}
			}
			value, err := schema.Decode([]byte(row.value))
			if err != nil {
				t.Fatal(err)
			}
			faults := schema.Check(s, value, schema.Request)
			if (len(faults) > 0) != (row.fault != "") || row.fault != "" && !strings.Contains(faults[0].String(), row.fault) {
				t.Errorf("faults %v, want %q", faults, row.fault)
			}
		})
	}
}

// TestParameterThatIsThereTwice declares a parameter on the path, twice on the
// operation, and once more in another location.
func TestParameterThatIsThereTwice(t *testing.T) {
	t.Parallel()
	api, err := reader.Parse("x", "", []byte(`
openapi: 3.0.3
paths:
  /x/{id}:
    parameters:
      - {name: id, in: path, required: true, schema: {type: string}}
      - {name: n, in: query, schema: {type: string}}
    get:
      operationId: a
      parameters:
        - {name: n, in: query, required: true, schema: {type: integer}}
        - {name: n, in: query, schema: {type: boolean}}
        - {name: n, in: header, schema: {type: string}}
        - {name: id, in: path, required: true, schema: {type: integer}}
`))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, p := range api.Find("a").Params {
		got = append(got, p.In+" "+p.Name+" "+p.Schema.Types[0])
	}
	if want := "path id integer, query n boolean, header n string"; strings.Join(got, ", ") != want {
		t.Errorf("parameters %q, want %s", got, want)
	}
}

// TestTypesOfBothVersions checks that nullable of 3.0 and the type list of 3.1 are
// equivalent.
func TestTypesOfBothVersions(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		version, schema string
		good, bad       []string
	}{
		{"3.0.3", `{"type":"string","nullable":true}`, []string{`null`, `"a"`}, []string{`1`}},
		{"3.1.0", `{"type":["string","null"]}`, []string{`null`, `"a"`}, []string{`1`}},
		{"3.1.0", `{"type":["integer","boolean"]}`, []string{`1`, `true`}, []string{`null`, `"a"`, `1.5`}},
		{"3.0.3", `{"nullable":true,"type":"string","enum":["a"]}`, []string{`null`, `"a"`}, []string{`"b"`}},
		{"3.0.3", `{"nullable":true,"allOf":[{"$ref":"#/components/schemas/Pet"}]}`, []string{`null`, `{}`}, []string{`1`, `{"name":1}`}},
		{"3.0.3", `{"nullable":true,"$ref":"#/components/schemas/Pet"}`, []string{`null`, `{}`}, []string{`1`}},
		{"3.1.0", `{"oneOf":[{"type":"null"},{"$ref":"#/components/schemas/Pet"}]}`, []string{`null`, `{}`}, []string{`1`}},
		{"3.1.0", `{"anyOf":[{"type":"string"},{"type":"integer"}]}`, []string{`"a"`, `1`}, []string{`null`, `[]`}},
	} {
		s := withSchema(t, row.version, row.schema).Find("a").Body.Contents[0].Schema
		for _, text := range append(row.good, row.bad...) {
			value, err := schema.Decode([]byte(text))
			if err != nil {
				t.Fatal(err)
			}
			fits := len(schema.Check(s, value, schema.Request)) == 0
			if wanted := strings.Contains(strings.Join(row.good, " "), text); fits != wanted {
				t.Errorf("%s %s: %s fits: %v", row.version, row.schema, text, fits)
			}
		}
	}
}
