package reader_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
)

// whole is a document that uses every feature.
const whole = `{"openapi":"3.1.0","info":{"title":"Pets","version":"1"},
"servers":[{"url":"https://{region}.pets.example/v1","variables":{"region":{"default":"eu","enum":["eu","us"]}}}],
"tags":[{"name":"Pets"}],"security":[{"token":[]}],
"paths":{
 "/pets/{id}":{"parameters":[{"$ref":"#/components/parameters/Id"}],"servers":[{"url":"/other"}],
  "get":{"operationId":"getPet","tags":["Pets"],"summary":"Get a pet","security":[{},{"token":[]}],
   "parameters":[{"name":"fields","in":"query","style":"pipeDelimited","explode":false,"schema":{"type":"array","items":{"enum":["a","b"]}}},
    {"name":"filter","in":"query","content":{"application/json":{"schema":{"$ref":"#/components/schemas/Pet"}}}},
    {"name":"deep","in":"query","style":"deepObject","schema":{"type":"object"}},{"name":"X-Trace","in":"header","schema":{"type":["string","null"]}}],
   "responses":{"200":{"$ref":"#/components/responses/Pet"},"4XX":{"description":"no"},"default":{"description":"else"}}},
  "put":{"operationId":"putPet","deprecated":true,"requestBody":{"$ref":"#/components/requestBodies/Pet"},"responses":{"204":{"description":"done"}}}},
 "/pets":{"$ref":"#/components/pathItems/Pets"}},
"components":{
 "pathItems":{"Pets":{"post":{"operationId":"addPet","requestBody":{"required":true,"content":{"application/json":{"schema":{"oneOf":[{"$ref":"#/components/schemas/Cat"},{"$ref":"#/components/schemas/Dog"}],"discriminator":{"propertyName":"kind","mapping":{"cat":"#/components/schemas/Cat"}}}},"multipart/form-data":{"schema":{"type":"object","properties":{"file":{"type":"string","format":"binary"}}}}}},"responses":{"201":{"$ref":"#/components/responses/Pet"}}}}},
 "parameters":{"Id":{"name":"id","in":"path","required":true,"schema":{"type":"string","pattern":"^[a-z]{2,5}$","minLength":2}}},
 "requestBodies":{"Pet":{"content":{"application/json":{"schema":{"$ref":"#/components/schemas/Pet"},"examples":{"tom":{"$ref":"#/components/examples/Tom"}}}}}},
 "responses":{"Pet":{"description":"a pet","content":{"application/json":{"schema":{"$ref":"#/components/schemas/Pet"}}}}},
 "examples":{"Tom":{"value":{"name":"Tom"}}},
 "securitySchemes":{"token":{"type":"http","scheme":"bearer"}},
 "schemas":{
  "Pet":{"type":"object","required":["name"],"properties":{"name":{"type":"string","maxLength":9},"parent":{"$ref":"#/components/schemas/Pet"},"friends":{"type":"array","minItems":1,"items":{"anyOf":[{"$ref":"#/components/schemas/Cat"},{"type":"null"}]}},"age":{"type":"integer","minimum":1,"exclusiveMaximum":30,"multipleOf":0.5}},"additionalProperties":{"type":"number"}},
  "Cat":{"allOf":[{"$ref":"#/components/schemas/Pet"},{"type":"object","properties":{"kind":{"const":"cat"},"lives":{"type":"integer","default":9}},"required":["kind"]}]},
  "Dog":{"allOf":[{"$ref":"#/components/schemas/Pet"},{"properties":{"kind":{"enum":["dog"]},"trick":{"type":["string","null"],"example":"roll"}}}],"not":{"required":["lives"]},"minProperties":1}}}}`

// mutated returns the document with a few mistakes: most in its structure, a third
// in its bytes.
func mutated(random *rand.Rand) []byte {
	if random.IntN(3) == 0 {
		return mutatedBytes(random)
	}
	var tree any
	if json.Unmarshal([]byte(whole), &tree) != nil {
		return nil
	}
	for range 1 + random.IntN(4) {
		nodes := places(tree, nil)
		nodes[random.IntN(len(nodes))](strange(random))
	}
	text, _ := json.Marshal(tree)
	return text
}

// places returns functions that each replace one value of the tree, or rename a
// member.
func places(tree any, found []func(any)) []func(any) {
	switch v := tree.(type) {
	case map[string]any:
		for _, name := range slices.Sorted(maps.Keys(v)) {
			found = append(found, func(other any) { v[name] = other })
			found = append(found, func(other any) { v[fmt.Sprint(other)] = v[name]; delete(v, name) })
			found = places(v[name], found)
		}
	case []any:
		for i := range v {
			found = append(found, func(other any) { v[i] = other })
			found = places(v[i], found)
		}
	}
	return found
}

// strange returns a value that is wrong in most positions.
func strange(random *rand.Rand) any {
	references := []string{
		"#/components/schemas/Pet", "#/components/schemas/Cat", "#/components/schemas/Dog", "#/components/parameters/Id",
		"#/components/responses/Pet", "#/components/pathItems/Pets", "#/paths/~1pets", "#", "#/", "", "other.json#/x", "#/components/schemas/Pet/properties/parent",
	}
	values := []any{
		nil, true, false, 0, -1, 1e300, 0.1, "", "get", "a b", "\x00", "type", "/pets/{id}/{id}", strings.Repeat("x", 300),
		[]any{},
		[]any{nil},
		[]any{"string", "null"},
		map[string]any{},
		map[string]any{"": nil},
		"^(a|", "string", "object",
	}
	if random.IntN(3) == 0 {
		return map[string]any{"$ref": references[random.IntN(len(references))]}
	}
	return values[random.IntN(len(values))]
}

func mutatedBytes(random *rand.Rand) []byte {
	text := []byte(whole)
	for range 1 + random.IntN(3) {
		from := random.IntN(len(text))
		to := min(len(text), from+random.IntN(40))
		switch random.IntN(4) {
		case 0:
			text = slices.Delete(text, from, to)
		case 1:
			text = slices.Insert(text, from, slices.Clone(text[from:to])...)
		case 2:
			text[from] = byte(random.IntN(256))
		default:
			if text = text[:from]; len(text) == 0 {
				return text
			}
		}
	}
	return text
}
