package schema

import (
	"strings"
	"testing"

	"github.com/epilot-cli/epilot/internal/openapi"
)

func check(t *testing.T, s *openapi.Schema, text string, dir Direction) string {
	t.Helper()
	value, err := Decode([]byte(text))
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	var lines []string
	for _, f := range Check(s, value, dir) {
		lines = append(lines, f.String())
	}
	return strings.Join(lines, "\n")
}

func TestCheck(t *testing.T) {
	t.Parallel()
	tests := []struct{ schema, value, want string }{
		{`{}`, `{"a":[1]}`, ""},
		{`{"type":"string"}`, `1`, "$: must be string, not integer"},
		{`{"type":["string","null"]}`, `null`, ""},
		{`{"type":["string","null"],"enum":["a"]}`, `null`, ""},
		{`{"type":["string","null"]}`, `1.5`, "$: must be string or null, not number"},
		{`{"type":"null","allOf":[{"type":"object"}]}`, `{}`, "$: must be null, not object"},
		{`{"type":"null","allOf":[{"type":"object"}]}`, `null`, ""},
		{`{"type":"integer"}`, `1.0`, ""},
		{`{"type":"integer"}`, `1e2`, ""},
		{`{"type":"integer"}`, `1.5e0`, "$: must be integer, not number"},
		{`{"type":"integer"}`, `-0.0`, ""},
		{`{"type":"number"}`, `1`, ""},
		{`{"type":"integer","format":"int64"}`, `9223372036854775807`, ""},
		{`{"type":"integer","format":"int64"}`, `9223372036854775808`, "$: must be at most 9223372036854775807"},
		{`{"type":"integer","format":"int32"}`, `-2147483649`, "$: must be at least -2147483648"},
		{`{"minimum":0,"exclusiveMinimum":true,"maximum":10}`, `0`, "$: must be more than 0"},
		{`{"minimum":0,"exclusiveMinimum":true,"maximum":10}`, `10.000000000000000000001`, "$: must be at most 10"},
		{`{"minimum":-2}`, `-1e-1000000000`, ""},
		{`{"maximum":5}`, `1e99999999999999999999`, "$: must be at most 5"},
		{`{"maximum":-5}`, `-4.99`, "$: must be at most -5"},
		{`{"multipleOf":0.01}`, `0.07`, ""},
		{`{"multipleOf":0.01}`, `0.075`, "$: must be a multiple of 0.01"},
		{`{"enum":["api","journey"]}`, `"apy"`, `$: must be one of "api", "journey"; did you mean "api"?`},
		{`{"enum":[1.0,{"a":[1,2]}]}`, `{"a":[1e0,2]}`, ""},
		{`{"enum":[1]}`, `1.00`, ""},
		{`{"const":"x"}`, `"y"`, `$: must be "x"`},
		{`{"const":"x","enum":["x","y"]}`, `"y"`, `$: must be "x"`},
		{`{"const":"x","enum":["y"]}`, `"x"`, `$: must be "y"`},
		{`{"type":"null","properties":[["a",{"type":"string"}]]}`, `{"a":"b"}`, "$: must be null, not object"},
		{`{"type":"null","enum":["a"]}`, `"a"`, "$: must be null, not string"},
		{`{"allOf":[{"properties":[["id",{"readOnly":true}]]},{"required":["id"]}]}`, `{}`, ""},
		{`{"properties":[["id",{"readOnly":true}]],"oneOf":[{"required":["id"]}]}`, `{}`, ""},
		{`{"allOf":[{"allOf":[{"properties":[["id",{"allOf":[{"$ref":"ID"},{"readOnly":true}]}]]}]},{"required":["id","name"]}],"components":{"ID":{"type":"string"}}}`, `{}`, `$: "name" is required`},
		{`{"properties":[["a",{"required":["id"]}],["id",{"readOnly":true}]],"allOf":[{}]}`, `{"a":{}}`, `$.a: "id" is required`},
		{`{"anyOf":[{"type":"string","format":"uuid"},{"type":"string","maxLength":0}]}`, `"abc"`, "$: must be a UUID"},
		{`{"oneOf":[{"type":"string","enum":[""]},{"type":"null"},{"type":"string","minLength":5}]}`, `"abc"`, "$: must have at least 5 characters, has 3"},
		{`{"minLength":2,"maxLength":3}`, `"äöü"`, ""},
		{`{"minLength":2}`, `"ä"`, "$: must have at least 2 characters, has 1"},
		{`{"maxLength":1}`, `"ab"`, "$: must have at most 1 character, has 2"},
		{`{"pattern":"^[0-9]+$"}`, `"1a"`, "$: must match the pattern ^[0-9]+$"},
		{`{"pattern":"^(?!x)"}`, `"x"`, ""},
		{`{"format":"date-time"}`, `"2024-02-30T00:00:00Z"`, "$: must be a date and time such as 2024-01-31T12:00:00Z"},
		{`{"format":"date-time"}`, `"1990-12-31t23:59:60.5+01:00"`, ""},
		{`{"format":"date"}`, `"2024-1-1"`, "$: must be a date such as 2024-01-31"},
		{`{"format":"uuid"}`, `"123e4567-e89b-12d3-a456-42661417400g"`, "$: must be a UUID"},
		{`{"format":"uuid","minLength":24,"maxLength":24}`, `"536e564f316c83104c000020"`, ""},
		{`{"format":"uuid","minLength":24,"maxLength":36}`, `"536e564f316c83104c000020"`, "$: must be a UUID"},
		{`{"format":"date","minLength":20}`, `"2024-01-31T12:00:00Z"`, ""},
		{`{"format":"date-time","maxLength":10}`, `"2024-01-31"`, ""},
		{`{"format":"email"}`, `"a@b@c"`, "$: must be an email address"},
		{`{"format":"uri"}`, `"/path"`, "$: must be a URI such as https://example.com/path"},
		{`{"format":"own"}`, `"x"`, ""},
		{`{"items":{"type":"string"},"minItems":3}`, `["a",1]`, "$: must have at least 3 elements, has 2\n$[1]: must be string, not integer"},
		{`{"uniqueItems":true}`, `[{"a":1,"b":2},2,{"b":2.0,"a":1}]`, "$[2]: must be unique, is the same as element 0"},
		{`{"properties":[["b",{"type":"string"}],["a",{"type":"string"}]]}`, `{"a":1,"b":2}`, "$.b: must be string, not integer\n$.a: must be string, not integer"},
		{`{"required":["a"],"properties":[["o",{"required":["x"]}]]}`, `{"o":{}}`, "$: \"a\" is required\n$.o: \"x\" is required"},
		{`{"closed":true,"properties":[["name",{}],["token_type",{}]]}`, `{"tokn_type":1}`, `$.tokn_type: is not a property here; allowed are "name", "token_type"; did you mean "token_type"?`},
		{`{"additional":{"type":"string"}}`, `{"a b":1,"~/":2}`, "$[\"a b\"]: must be string, not integer\n$[\"~/\"]: must be string, not integer"},
		{`{"minProps":1}`, `{}`, "$: must have at least 1 property, has 0"},
		{`{"not":{"type":"string"}}`, `"x"`, "$: must not be string"},
		{`{"allOf":[{"required":["a"]},{"required":["a","b"]}]}`, `{}`, "$: \"a\" is required\n$: \"b\" is required"},
		{`{"anyOf":[{"type":"string"},{"type":"integer"}]}`, `true`, "$: must be string or integer, not boolean"},
		{`{"oneOf":[{"type":"number"},{"type":"integer"}]}`, `1`, ""},
		{`{"anyOf":[{"type":"string","title":"Text","minLength":9},{"type":"object","required":["a","b"]}]}`, `{}`, "$: \"a\" is required\n$: \"b\" is required"},
		{`{"anyOf":[{"type":"string","title":"Text","minLength":9},{"type":"object"}]}`, `"x"`, "$: must have at least 9 characters, has 1 (Text)"},
		{`{"$ref":"No"}`, `1`, ""},
	}
	for _, tt := range tests {
		if got := check(t, read(t, tt.schema), tt.value, Request); got != tt.want {
			t.Errorf("%s against %s:\n got %s\nwant %s", tt.value, tt.schema, got, tt.want)
		}
	}
}

func TestCheckUnion(t *testing.T) {
	t.Parallel()
	tests := []struct{ value, want string }{
		{`{"name":"x"}`, ""},
		{`{"name":"x","token_type":"portal","portal_id":"1"}`, ""},
		{`{"name":"x","token_type":"journey"}`, `$: "journey_id" is required (Journey, token_type: journey)`},
		{`{"name":"x","token_type":"portal"}`, `$: "portal_id" is required (Portal, token_type: portal)`},
		{`{"name":"x","token_type":"jurney"}`, `$.token_type: must be one of "api", "journey", "portal"; did you mean "journey"?`},
		{`{"name":"x","token_type":"api","expires_in":true}`, `$.expires_in: must be number or string, not boolean (Api, token_type: api)`},
		{`{"name":"x","expires_in":"soon"}`, `$.expires_in: must match the pattern ^[0-9]+ ?(ms|s|h|d)$ (Api)`},
		{`{"name":1,"journey_id":"j"}`, `$.name: must be string, not integer (Api)`},
		{`[]`, `$: must be object, not array`},
		{`{}`, `$: "name" is required (Api)`},
		{`{"name":"x","token_type":"api","assignments":[1,"a",2]}`, "$.assignments[0]: must be string, not integer (Api, token_type: api)\n$.assignments[2]: must be string, not integer (Api, token_type: api)"},
	}
	for _, tt := range tests {
		if got := check(t, read(t, tokenParameters), tt.value, Request); got != tt.want {
			t.Errorf("%s:\n got %s\nwant %s", tt.value, got, tt.want)
		}
	}
}

func TestCheckDiscriminator(t *testing.T) {
	t.Parallel()
	s := read(t, `{"oneOf":[{"$ref":"Cat"},{"$ref":"Dog"}],"discriminator":{"Property":"kind","Mapping":{"c":"Cat"}},
	  "components":{"Cat":{"required":["claws"]},"Dog":{"required":["bark"]}}}`)
	tests := []struct{ value, want string }{
		{`{"kind":"c","bark":1}`, `$: "claws" is required (Cat, kind: c)`},
		{`{"kind":"Dog","claws":1}`, `$: "bark" is required (Dog, kind: Dog)`},
		{`{"kind":"cow"}`, `$.kind: must be "c"`},
		{`{"kind":"cow","claws":1}`, ""},
	}
	for _, tt := range tests {
		if got := check(t, s, tt.value, Request); got != tt.want {
			t.Errorf("%s:\n got %s\nwant %s", tt.value, got, tt.want)
		}
	}
}

func TestDirection(t *testing.T) {
	t.Parallel()
	s := read(t, `{"required":["id","secret"],"properties":[["id",{"readOnly":true}],["secret",{"$ref":"S"}]],
	  "components":{"S":{"writeOnly":true}}}`)
	for _, tt := range []struct {
		dir         Direction
		value, want string
	}{
		{Request, `{"secret":1}`, ""},
		{Request, `{"id":1}`, `$: "secret" is required`},
		{Response, `{"id":1}`, ""},
		{Response, `{}`, `$: "id" is required`},
		{Both, `{}`, "$: \"id\" is required\n$: \"secret\" is required"},
	} {
		if got := check(t, s, tt.value, tt.dir); got != tt.want {
			t.Errorf("%d %s: got %s, want %s", tt.dir, tt.value, got, tt.want)
		}
	}
}

// TestCheckEnds checks that recursive schemas terminate and are still enforced.
func TestCheckEnds(t *testing.T) {
	t.Parallel()
	deep := strings.Repeat(`{"next":`, 2000) + "1" + strings.Repeat("}", 2000)
	nested := strings.Repeat(`{"a":`, 60) + "{}" + strings.Repeat("}", 60)
	tests := []struct{ schema, value, want string }{
		{`{"$ref":"A","components":{"A":{"allOf":[{"$ref":"B"},{"$ref":"B"}]},"B":{"anyOf":[{"$ref":"A"},{"$ref":"A"}],"minimum":5}}}`, `1`, "$: must be at least 5"},
		{`{"$ref":"A","components":{"A":{"not":{"$ref":"A"}}}}`, `1`, "$: must not be any"},
		{`{"$ref":"A","components":{"A":{"$ref":"B"},"B":{"$ref":"A"}}}`, `1`, ""},
		{`{"$ref":"L","components":{"L":{"properties":[["next",{"$ref":"L"}]]}}}`, deep, ""},
		{`{"$ref":"X","components":{"X":{"anyOf":[{"properties":[["a",{"$ref":"X"}]]},{"properties":[["a",{"$ref":"X"}]],"type":"object"}],"type":"object"}}}`, nested, ""},
		{`{"$ref":"Pet","components":{"Pet":{"type":"object","required":["kind"],"oneOf":[{"$ref":"Cat"}]},"Cat":{"allOf":[{"$ref":"Pet"},{"required":["claws"]}]}}}`, `{"kind":1}`, `$: "claws" is required (Cat)`},
	}
	for _, tt := range tests {
		got := check(t, read(t, tt.schema), tt.value, Request)
		if got != tt.want {
			t.Errorf("%s: got %.300s, want %s", tt.schema, got, tt.want)
		}
	}
}

func TestFaultPointer(t *testing.T) {
	t.Parallel()
	s := read(t, `{"additional":{"items":{"type":"string"}}}`)
	value, _ := Decode([]byte(`{"a~/b":["x",1]}`))
	faults := Check(s, value, Request)
	if len(faults) != 1 || faults[0].Pointer != "/a~0~1b/1" || faults[0].Path != `$["a~/b"][1]` {
		t.Errorf("%+v", faults)
	}
}

func TestDecodeRefuses(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"", "{", `{"a":1,"a":2}`, "1 2", "\"\xff\"", "[1,]", strings.Repeat("[", 20000)} {
		if v, err := Decode([]byte(text)); err == nil {
			t.Errorf("%.20q: %v", text, v)
		}
	}
}

// FuzzCheck checks that no schema and no value makes a check or sample panic.
func FuzzCheck(f *testing.F) {
	f.Add(tokenParameters, `{"name":"x","token_type":"journey"}`, "word")
	f.Add(`{"type":"number","multipleOf":1e-9,"minimum":1e999}`, `1e400`, "1e5")
	f.Add(`{"allOf":[{"type":"string","pattern":"(a|b){3,}[^x]"}],"minLength":7}`, `"a"`, "-")
	f.Add(`{"type":"array","uniqueItems":true,"minItems":3,"items":{"enum":[1,2]}}`, `[1]`, "[")
	f.Fuzz(func(t *testing.T, definition, text, word string) {
		s, ok := tryRead(definition)
		if !ok {
			return
		}
		CheckText(s, word)
		TypeName(s)
		if _, err := Decode([]byte(SampleFor(s, true, Both))); err != nil {
			t.Fatalf("sample of %s: %v", definition, err)
		}
		if value, err := Decode([]byte(text)); err == nil {
			Check(s, value, Response)
		}
	})
}
