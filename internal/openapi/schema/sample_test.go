package schema

import "testing"

func TestSample(t *testing.T) {
	t.Parallel()
	tests := []struct{ schema, least, full string }{
		{`{}`, `{}`, `{}`},
		{`{"type":"string"}`, `"string"`, `"string"`},
		{`{"type":"string","format":"uuid"}`, `"123e4567-e89b-12d3-a456-426614174000"`, `"123e4567-e89b-12d3-a456-426614174000"`},
		{`{"type":"string","format":"date"}`, `"2024-01-31"`, `"2024-01-31"`},
		{`{"type":"string","minLength":8}`, `"stringst"`, `"stringst"`},
		{`{"type":"string","maxLength":3}`, `"str"`, `"str"`},
		{`{"type":"string","pattern":"^[a-z]{2}_[0-9]+(x|y)?$"}`, `"aa_1"`, `"aa_1"`},
		{`{"type":"string","pattern":"^[0-9]+$","minLength":5}`, `"11111"`, `"11111"`},
		{`{"type":"string","example":"x","pattern":"^y"}`, `"y"`, `"y"`},
		{`{"type":"string","enum":["b","a"]}`, `"b"`, `"b"`},
		{`{"type":"string","enum":["b","a"],"default":"a"}`, `"a"`, `"a"`},
		{`{"const":{"a": 1}}`, `{"a":1}`, `{"a":1}`},
		{`{"type":"integer","minimum":5,"exclusiveMinimum":true,"multipleOf":4}`, `8`, `8`},
		{`{"type":"number","minimum":0,"exclusiveMinimum":true,"maximum":1,"exclusiveMaximum":true}`, `0.5`, `0.5`},
		{`{"type":"integer","maximum":-7}`, `-7`, `-7`},
		{`{"type":["null","boolean"]}`, `true`, `true`},
		{`{"type":"array","items":{"type":"integer"}}`, `[]`, `[1]`},
		{`{"type":"array","items":{"type":"string"},"minItems":2,"uniqueItems":true}`, `["string","string1"]`, `["string","string1"]`},
		{`{"type":"array","items":{"enum":["a","b"]},"minItems":2,"uniqueItems":true}`, `["a","b"]`, `["a","b"]`},
		{`{"type":"object","required":["b"],"properties":[["a",{"type":"string"}],["b",{"type":"integer","example":1.10}]]}`, `{"b":1}`, `{"a":"string","b":1}`},
		{`{"type":"object","additional":{"type":"boolean"}}`, `{}`, `{"key1":true}`},
		{`{"type":"object","minProps":1}`, `{"key1":"string"}`, `{"key1":"string"}`},
		{`{"type":"object","required":["x"]}`, `{"x":"string"}`, `{"x":"string"}`},
		{`{"allOf":[{"type":"object","required":["a"],"properties":[["a",{"type":"string"}]]},{"properties":[["a",{"minLength":7}],["b",{"type":"integer"}]]}]}`, `{"a":"strings"}`, `{"a":"strings","b":1}`},
		{`{"anyOf":[{"type":"string"},{"type":"integer"}],"minimum":3}`, `"string"`, `"string"`},
		{`{"oneOf":[{"$ref":"Cat"}],"discriminator":{"Property":"kind","Mapping":{"c":"Cat"}},"components":{"Cat":{"type":"object","required":["n"],"properties":[["n",{"type":"integer"}]]}}}`, `{"n":1,"kind":"c"}`, `{"n":1,"kind":"c"}`},
		{`{"$ref":"Tree","components":{"Tree":{"type":"object","properties":[["name",{"type":"string"}],["children",{"type":"array","items":{"$ref":"Tree"}}]]}}}`, `{}`, `{"name":"string","children":[]}`},
		{`{"$ref":"Pet","components":{"Pet":{"type":"object","required":["kind"],"properties":[["kind",{"type":"string"}]],"oneOf":[{"$ref":"Cat"}]},"Cat":{"allOf":[{"$ref":"Pet"},{"type":"object","required":["claws"],"properties":[["claws",{"type":"integer"}]]}]}}}`, `{"kind":"string","claws":1}`, `{"kind":"string","claws":1}`},
		{tokenParameters, `{"name":"string"}`, `{"name":"string","token_type":"api","assignments":["123:owner"],"expires_in":3600}`},
	}
	for _, tt := range tests {
		s := read(t, tt.schema)
		for full, want := range map[bool]string{false: tt.least, true: tt.full} {
			got := SampleFor(s, full, Both)
			if got != want {
				t.Errorf("full=%v of %s:\n got %s\nwant %s", full, tt.schema, got, want)
			}
			if !fits(s, got, Both) {
				t.Errorf("full=%v of %s: %s does not fit", full, tt.schema, got)
			}
		}
	}
}

func TestSampleForDirection(t *testing.T) {
	t.Parallel()
	s := read(t, `{"type":"object","required":["id","secret"],"properties":[["id",{"type":"string","readOnly":true}],["secret",{"type":"string","writeOnly":true}]]}`)
	if got := SampleFor(s, true, Request); got != `{"secret":"string"}` {
		t.Errorf("request: %s", got)
	}
	if got := SampleFor(s, true, Response); got != `{"id":"string"}` {
		t.Errorf("response: %s", got)
	}
	list := read(t, `{"type":"object","required":["id","actions"],"properties":[["id",{"type":"string","readOnly":true}],["actions",{"type":"array","readOnly":true}]]}`)
	if got := SampleFor(list, false, Request); got != `{"actions":[]}` {
		t.Errorf("request with a list: %s", got)
	}
}

// TestSampleOfCarelessSchemas checks that a missing mapping does not produce a tag
// that the variant rejects, and that minProperties is met with real properties.
func TestSampleOfCarelessSchemas(t *testing.T) {
	t.Parallel()
	union := read(t, `{"oneOf":[{"$ref":"A"},{"$ref":"B"}],"discriminator":{"Property":"kind"},"components":{
		"A":{"type":"object","required":["kind"],"properties":[["kind",{"type":"string","enum":["a"]}]]},
		"B":{"type":"object","required":["kind"],"properties":[["kind",{"type":"string"}]]}}}`)
	least := read(t, `{"type":"object","minProps":2,"closed":true,"required":["c"],"properties":[["a",{"type":"boolean"}],["b",{"type":"integer"}],["c",{"type":"string"}]]}`)
	for _, full := range []bool{false, true} {
		if got := SampleFor(union, full, Request); got != `{"kind":"B"}` { // "a" matches both
			t.Errorf("union: %s", got)
		}
	}
	if got := SampleFor(least, false, Request); got != `{"a":true,"c":"string"}` {
		t.Errorf("least: %s", got)
	}
}

// TestSampleEnds: a required recursion has no valid value, but the sample
// terminates.
func TestSampleEnds(t *testing.T) {
	t.Parallel()
	s := read(t, `{"$ref":"A","components":{"A":{"type":"object","required":["a","b"],"properties":[["a",{"$ref":"A"}],["b",{"$ref":"A"}]]}}}`)
	if _, err := Decode([]byte(SampleFor(s, true, Both))); err != nil {
		t.Error(err)
	}
	union := read(t, `{"$ref":"U","components":{"U":{"oneOf":[{"$ref":"U"},{"allOf":[{"$ref":"U"},{"$ref":"U"}]},{"type":"integer"}]}}}`)
	if got := SampleFor(union, false, Both); !fits(union, got, Both) {
		t.Errorf("union: %s", got)
	}
}

func TestTypeName(t *testing.T) {
	t.Parallel()
	tests := []struct{ schema, want string }{
		{`{}`, "any"},
		{`{"type":"string"}`, "string"},
		{`{"type":"array","items":{"enum":["api","journey"]}}`, `"api" | "journey"[]`},
		{`{"type":"array","items":{"anyOf":[{"type":"string"},{"type":"integer"}]}}`, "(string | integer)[]"},
		{`{"type":"array","items":{"type":"array","items":{"type":"string"}}}`, "string[][]"},
		{`{"type":"array"}`, "array"},
		{`{"type":["string","null"]}`, "string | null"},
		{`{"type":["string","null"],"enum":["a"]}`, `"a" | null`},
		{`{"oneOf":[{"type":"string"},{"type":"integer"},{"type":"string","format":"x"}]}`, "string | integer"},
		{`{"properties":[["a",{}]]}`, "object"},
		{`{"$ref":"O","components":{"O":{"type":"object"}}}`, "O"},
		{`{"$ref":"S","components":{"S":{"type":"string"}}}`, "string"},
		{`{"allOf":[{"$ref":"O"}],"components":{"O":{"type":"object"}}}`, "O"},
		{`{"allOf":[{"type":"string"},{"minLength":1}]}`, "string"},
		{`{"$ref":"A","components":{"A":{"type":"array","items":{"$ref":"A"}}}}`, "any[][][][][][][]"},
		{tokenParameters, "TokenParameters"},
	}
	for _, tt := range tests {
		if got := TypeName(read(t, tt.schema)); got != tt.want {
			t.Errorf("%s: %s, want %s", tt.schema, got, tt.want)
		}
	}
}

// TestSampleFitsOneVariant checks that samples match exactly one variant of oneOf.
func TestSampleFitsOneVariant(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		`{"oneOf":[{"type":"object","required":["a"],"properties":[["a",{"type":"string"}],["b",{"type":"string"}]]},{"type":"object","required":["b"],"properties":[["a",{"type":"string"}],["b",{"type":"string"}]]}]}`,
		`{"type":"object","properties":[["a",{"type":"string"}],["b",{"type":"string"}],["c",{"type":"string"}]],"oneOf":[{"required":["a"]},{"required":["b"]},{"required":["c"]}]}`,
		`{"type":"object","properties":[["x",{"oneOf":[{"type":"number"},{"type":"integer","minimum":5}]}]]}`,
		`{"oneOf":[{"type":"string"},{"type":"string","format":"uuid"}]}`,
		`{"oneOf":[{"type":"object","closed":true,"properties":[["a",{"type":"string"}]]},{"type":"object","closed":true,"properties":[["b",{"type":"string"}]]}]}`,
	} {
		s := read(t, text)
		for _, full := range []bool{false, true} {
			if got := SampleFor(s, full, Request); !fitsExactly(s, got, Request) {
				t.Errorf("%s: %s fits two variants", text, got)
			}
		}
	}
}
