package reader

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/epilot-cli/epilot/internal/openapi"
	"github.com/epilot-cli/epilot/internal/openapi/schema"
)

// TestBlemishes reads documents with one mistake next to a valid operation: the
// operation can be called, and the mistake is reported or harmless.
func TestBlemishes(t *testing.T) {
	t.Parallel()
	const good = "  /good: {get: {operationId: good}}\n"
	for name, row := range map[string]struct {
		version, paths, rest string
		operations           string // operation IDs
		left, note           string
	}{
		"no operationId":      {paths: "  /pets/{pet-id}/Toys: {get: {}, post: {operationId: ''}}", operations: "good getPetsPetIdToys postPetsPetIdToys"},
		"taken by another":    {paths: "  /x: {get: {}}\n  /y: {get: {operationId: getX}}", operations: "good getX2 getX"},
		"same operationId":    {paths: "  /x: {get: {operationId: good}}", operations: "good getX", note: `d.yaml:4:13: operationId "good" is already in use: GET /x is called getX`},
		"number as id":        {paths: "  /x: {get: {operationId: 123}, put: {operationId: true}}", operations: "good 123 true"},
		"id with spaces":      {paths: "  /x: {get: {operationId: ' get things/now '}}", operations: "good get things/now"},
		"fragment in a path":  {paths: "  '/x#y': {get: {operationId: a}}\n  '/x': {get: {operationId: b}}", operations: "good a b"},
		"query in a path":     {paths: "  '/x?y=1': {get: {operationId: a}, post: {operationId: b}}", operations: "good", left: `GET /x?y=1: d.yaml:4:13: path "/x?y=1" holds a query|POST /x?y=1: d.yaml:4:13: path "/x?y=1" holds a query`},
		"dots in a path":      {paths: "  '/x/../y': {get: {operationId: a}}\n  '/.well/..x': {get: {operationId: b}}", operations: "good b", left: `GET /x/../y: d.yaml:4:14: path "/x/../y" has the segment "..", which would change the URL`},
		"empty variable":      {paths: "  '/x/{}': {get: {operationId: a}}", operations: "good", left: `GET /x/{}: d.yaml:4:12: path "/x/{}" has a parameter without a name`},
		"version 3.2":         {version: "3.2.0", paths: "  /x: {query: {operationId: a}, additionalOperations: {COPY: {operationId: b}}}", operations: "good a b"},
		"version as a number": {version: "3.1", operations: "good"},
		"location":            {paths: "  /x: {post: {operationId: a, parameters: [{name: b, in: body}]}}", operations: "good", left: `POST /x: d.yaml:4:44: parameter "b" is in "body": allowed are path, query, header and cookie`},
		"location of a path":  {paths: "  /x:\n    parameters: [{name: b, in: formData}]\n    get: {}\n    put: {}", operations: "good", left: `GET /x: d.yaml:5:18: parameter "b" is in "formData"|PUT /x:`},
		"style":               {paths: "  /x: {get: {operationId: a, parameters: [{name: b, in: header, style: form}]}}", operations: "good a", note: `parameter "b" has style "form", which header parameters cannot have: simple is used`},
		"nameless parameter":  {paths: "  /x: {get: {operationId: a, parameters: [{in: query}]}}", operations: "good", left: "has no name"},
		"number as a name":    {paths: "  /x: {get: {operationId: a, parameters: [{name: 1, in: query}]}}", operations: "good a"},
		"unknown parameter":   {paths: "  /x: {get: {operationId: a, parameters: [{$ref: '#/components/parameters/No'}]}}", operations: "good", left: `GET /x: d.yaml:4:43: $ref "#/components/parameters/No" cannot be resolved`},
		"unknown body":        {paths: "  /x: {put: {operationId: a, requestBody: {$ref: '#/components/requestBodies/No'}}}", operations: "good", left: "cannot be resolved"},
		"unknown response":    {paths: "  /x: {get: {operationId: a, responses: {200: {$ref: '#/components/responses/No'}}}}", operations: "good a", note: `d.yaml:4:47: $ref "#/components/responses/No" cannot be resolved`},
		"unknown schema":      {paths: "  /x: {get: {operationId: a, parameters: [{name: b, in: query, schema: {$ref: '#/components/schemas/No'}}]}}", operations: "good a", note: `$ref "#/components/schemas/No" cannot be resolved`},
		"anchor":              {rest: "components: {schemas: {A: {$ref: '#B'}}}", operations: "good", note: `$ref "#B" cannot be resolved`},
		"unknown path":        {paths: "  /x: {$ref: '#/components/pathItems/No'}", operations: "good", left: `/x: d.yaml:4:14: $ref "#/components/pathItems/No" cannot be resolved`},
		"remote":              {paths: "  /x: {get: {parameters: [{$ref: 'https://x.example/p.yaml#/p'}]}}", operations: "good", left: `$ref "https://x.example/p.yaml#/p" is a URL`},
		"remote without http": {paths: "  /x: {get: {parameters: [{$ref: '//x.example/p.yaml'}]}}", operations: "good", left: "is a URL"},
		"another file":        {paths: "  /x: {get: {parameters: [{$ref: 'p.yaml#/p'}]}}", operations: "good", left: `$ref "p.yaml#/p" is another file`},
		"deep schema":         {rest: "components: {schemas: {A: " + strings.Repeat("{not: ", 980) + "{}" + strings.Repeat("}", 980) + "}}", operations: "good"},
		"member twice":        {paths: "  /x: {get: {operationId: a}, get: {operationId: b}}\n  /good: {get: {operationId: better}}", operations: "b better"},
		"leading zeros":       {rest: "info: {version: 007, title: 08.5}", operations: "good"},
		"infinity":            {rest: "components: {schemas: {A: {maximum: .inf, example: .NaN}}}", operations: "good"},
		"own tag":             {paths: "  /x: {get: {operationId: !Ref a}}", operations: "good a"},
		"empty operation":     {paths: "  /x:\n    post:\n", operations: "good postX"},
		"operation as text":   {paths: "  /x: {post: later}", operations: "good", left: "POST /x is not an object"},
		"path as text":        {paths: "  /x: later\n  /y: [get]\n  /z: !Ref a", operations: "good", left: `/x: d.yaml:4:7: path "/x" is not an object|/y: d.yaml:5:7: path "/y" is not an object|/z: d.yaml:6:7: path "/z" is not an object`},
		"methods in capitals": {paths: "  /x: {GET: {operationId: a}, summary: x, x-y: {get: {}}}", operations: "good a"},
		"last ---":            {rest: "---", operations: "good"},
		"empty path":          {paths: "  /x:\n", operations: "good"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if row.version == "" {
				row.version = "3.0.3"
			}
			api := parseDocument(t, "openapi: "+row.version+"\npaths:\n"+good+row.paths+"\n"+row.rest)
			var ids []string
			for _, op := range api.Operations {
				ids = append(ids, op.ID)
			}
			if got := strings.Join(ids, " "); got != row.operations {
				t.Errorf("operations %s, want %s", got, row.operations)
			}
			checkProblems(t, api.LeftOut, row.left)
			checkProblems(t, api.Notes, row.note)
		})
	}
}

func parseDocument(t *testing.T, text string) *openapi.API {
	t.Helper()
	api, err := Parse("d", "d.yaml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return api
}

func checkProblems(t *testing.T, got []openapi.Problem, want string) {
	t.Helper()
	var wanted []string
	if want != "" {
		wanted = strings.Split(want, "|")
	}
	if !slices.EqualFunc(got, wanted, func(p openapi.Problem, part string) bool { return strings.Contains(p.String(), part) }) {
		t.Errorf("problems %q, want %q", got, wanted)
	}
}

// TestOtherFiles follows references into files below the document's folder.
func TestOtherFiles(t *testing.T) {
	t.Parallel()
	files := map[string]string{
		"paths/pets.yaml":    "get:\n  operationId: pets\n  parameters: [{$ref: '../common/params.json#/limit'}]\n  responses: {200: {content: {application/json: {schema: {$ref: '../schemas/Pet.yaml'}}}}}\n",
		"common/params.json": `{"limit":{"name":"limit","in":"query","schema":{"$ref":"../schemas/Limit.yaml#/types/Limit"}}}`,
		"schemas/Limit.yaml": "types: {Limit: {type: integer}}",
		"schemas/Pet.yaml":   "type: object\nproperties:\n  name: {$ref: '../api.yaml#/components/schemas/Name'}\n  mother: {$ref: 'Pet.yaml'}\n  other: {$ref: '../other/Pet.yaml'}",
		"other/Pet.yaml":     "type: string",
		"broken.yaml":        "a: [",
	}
	open := func(name string) ([]byte, error) {
		if text, ok := files[name]; ok {
			return []byte(text), nil
		}
		return nil, errors.New("no such file")
	}
	api, err := ParseFiles("d", "folder/api.yaml", []byte(`
openapi: 3.1.0
paths:
  /pets: {$ref: './paths/pets.yaml'}
  /a: {$ref: '../above.yaml'}
  /b: {get: {parameters: [{$ref: 'no.yaml'}]}}
  /c: {get: {parameters: [{$ref: '/etc/passwd'}]}}
  /d: {get: {parameters: [{$ref: 'broken.yaml#/a'}]}}
  /e: {get: {parameters: [{$ref: 'common/params.json#/nothing'}]}}
components: {schemas: {Name: {type: string}}}
`), open)
	if err != nil {
		t.Fatal(err)
	}
	pets := api.Find("pets")
	if pets == nil || len(pets.Params) != 1 || pets.Params[0].Schema.Target().Types[0] != "integer" {
		t.Fatalf("the path of another file: %+v", pets)
	}
	pet := pets.Responses[0].Contents[0].Schema
	var types []string
	for _, p := range pet.Target().Properties {
		types = append(types, p.Name+" "+strings.Join(p.Schema.Target().Types, ""))
	}
	if got := strings.Join(types, ", "); pet.Ref != "Pet" || got != "name string, mother object, other string" {
		t.Errorf("the schema %s of another file: %s", pet.Ref, got)
	}
	checkProblems(t, api.LeftOut, `$ref "../above.yaml" leaves the folder|$ref "no.yaml": the file no.yaml cannot be read: no such file|`+
		`$ref "/etc/passwd" leaves the folder|$ref "broken.yaml#/a": broken.yaml:1:4: |$ref "common/params.json#/nothing" cannot be resolved`)
}

// TestRequiredOfRequests checks that properties required in a request are sent if no
// response has them.
func TestRequiredOfRequests(t *testing.T) {
	t.Parallel()
	api := parseDocument(t, `
openapi: 3.0.3
paths:
  /a: {post: {operationId: a, requestBody: {content: {application/json: {schema: {$ref: '#/components/schemas/Start'}}}}}}
  /b: {post: {operationId: b, requestBody: {content: {application/json: {schema: {$ref: '#/components/schemas/Thing'}}}}, responses: {200: {content: {application/json: {schema: {$ref: '#/components/schemas/Thing'}}}}}}}
components:
  schemas:
    ID: {type: string, readOnly: true}
    Start: {required: [id, own], properties: {id: {$ref: '#/components/schemas/ID'}, free: {type: string, readOnly: true}, own: {allOf: [{$ref: '#/components/schemas/Thing'}]}}}
    Thing: {required: [id], properties: {id: {$ref: '#/components/schemas/ID'}}}
`)
	for id, want := range map[string]string{"a": `{"id":"string","own":{}}`, "b": `{}`} {
		if got := schema.SampleFor(api.Find(id).Body.JSON(), false, schema.Request); got != want {
			t.Errorf("%s: %s, want %s", id, got, want)
		}
	}
}

// TestManyErrors reads a document whose errors are as many as its operations. Looking
// up a line for each would take minutes.
func TestManyErrors(t *testing.T) {
	t.Parallel()
	const count = 20_000
	var text strings.Builder
	text.WriteString(`{"openapi":"3.1.0","paths":{"/good":{"get":{"operationId":"good"}}`)
	for i := range count {
		fmt.Fprintf(&text, `,"/%d":{"get":{"parameters":[{"name":"a","in":"body"}]},"put":{"operationId":"good"}}`, i)
	}
	text.WriteString("}}")
	api, err := Parse("many", "d.json", []byte(text.String()))
	if err != nil {
		t.Fatal(err)
	}
	if len(api.Operations) != count+1 || len(api.LeftOut) != count || len(api.Notes) > maxNotes {
		t.Fatalf("%d operations, %d left out, %d notes", len(api.Operations), len(api.LeftOut), len(api.Notes))
	}
	for i, prefix := range map[int]string{
		0:         `d.json:1:`,
		count - 1: `d.json#/paths/~119999/get`,
	} {
		if got := api.LeftOut[i].Message; !strings.HasPrefix(got, prefix) || !strings.Contains(got, `is in "body"`) {
			t.Errorf("problem %d: %s, want %s…", i, got, prefix)
		}
	}
}
