package reader

import (
	"errors"
	"strings"
	"testing"

	"github.com/epilot-cli/epilot/internal/failure"
	"github.com/epilot-cli/epilot/internal/openapi"
)

// parse reads a document that must be valid.
func parse(t *testing.T, text string) *openapi.API {
	t.Helper()
	api, err := Parse("pets", "pets.yaml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return api
}

const pets = `openapi: 3.0.3
info: {title: Pet API - OpenAPI 3.0, version: 1.2.0}
servers:
  - url: https://{region}.pets.example:{port}/base/
    variables: {region: {default: eu}, port: {default: 8443}}
  - url: /relative
tags: [{name: Pets}, {name: Owners}]
paths:
  /v1/pets/{id}:
    parameters:
      - {name: id, in: path, schema: {type: string}}
      - {name: trace, in: header, schema: {type: string}}
    get:
      operationId: getPet
      tags: [Pets]
      summary: "Get **one** [pet](https://pets.example)"
      parameters:
        - $ref: "#/components/parameters/Trace"
        - {name: tags, in: query, schema: {type: array, items: {type: string}}}
        - {name: Authorization, in: header, schema: {type: string}}
        - {name: other, in: path, schema: {type: string}}
      responses:
        200: {$ref: "#/components/responses/Pet"}
        4xx: {description: no}
    put:
      operationId: putPet
      deprecated: true
      description: "Replaces a pet. All of it."
      requestBody: {$ref: "#/components/requestBodies/Pet"}
      responses: {default: {description: done}}
  /v1/owners/{owner}:
    servers: [{url: "https://owners.example"}]
    get: {operationId: getOwner, security: [], responses: {}}
components:
  securitySchemes: {token: {type: http, scheme: Bearer}}
  parameters:
    Trace: {name: trace, in: header, required: true, schema: {type: integer}}
  requestBodies:
    Pet: {required: true, content: {application/json: {schema: {$ref: "#/components/schemas/Pet"}}}}
  examples:
    Cat: {value: {name: Tom}}
  responses:
    Pet:
      description: the pet
      content:
        application/json:
          schema: {$ref: "#/components/schemas/Pet"}
          examples: {cat: {$ref: "#/components/examples/Cat"}}
  schemas:
    Pet:
      type: object
      properties:
        name: {type: string}
        parent: {$ref: "#/components/schemas/Pet"}
`

func TestParse(t *testing.T) {
	t.Parallel()
	api := parse(t, pets)
	if api.Title != "Pet API" || api.Version != "1.2.0" || strings.Join(api.Tags, " ") != "Pets Owners" {
		t.Errorf("head: %q %q %q", api.Title, api.Version, api.Tags)
	}
	if len(api.Servers) != 1 || api.Servers[0] != "https://eu.pets.example:8443/base" {
		t.Errorf("servers: %q", api.Servers)
	}
	get := api.Find("getPet")
	if get.Line != "Get one pet" || get.Method != "GET" || get.Path != "/v1/pets/{id}" || get.Security != openapi.Required {
		t.Errorf("getPet: %+v", get)
	}
	if example := get.Success().Contents[0].Examples[0]; example.Name != "cat" || example.Value != `{"name":"Tom"}` {
		t.Errorf("example: %+v", example)
	}
	if get.Responses[1].Status != "4XX" {
		t.Errorf("status: %q", get.Responses[1].Status)
	}
	put := api.Find("putPet")
	if put.Line != "Replaces a pet" || !put.Deprecated || !put.Body.Required {
		t.Errorf("putPet: %+v", put)
	}
	parent := put.Body.Contents[0].Schema.Target().Property("parent")
	if parent.Target().Property("name") == nil {
		t.Error("a schema that contains itself does not lead back")
	}
}

func TestParametersOfPathAndOperation(t *testing.T) {
	t.Parallel()
	api := parse(t, pets)
	get := api.Find("getPet")
	var names []string
	for _, p := range get.Params {
		names = append(names, p.In+":"+p.Name)
	}
	if got := strings.Join(names, " "); got != "path:id header:trace query:tags" {
		t.Errorf("parameters: %s", got)
	}
	if trace := get.Param("trace", "header"); !trace.Required || !trace.Schema.Is("integer") || trace.Explode {
		t.Errorf("the operation's parameter did not win: %+v", trace)
	}
	if id := get.Param("id", ""); !id.Required || id.Style != "simple" || id.Explode {
		t.Errorf("path parameter: %+v", id)
	}
	if tags := get.Param("tags", ""); tags.Style != "form" || !tags.Explode {
		t.Errorf("query parameter: %+v", tags)
	}
	owner := api.Find("getOwner")
	if owner.Param("owner", "path") == nil || owner.Security != openapi.Public {
		t.Errorf("getOwner: %+v", owner)
	}
	if len(owner.Servers) != 1 || owner.Servers[0] != "https://owners.example" {
		t.Errorf("servers of a path: %q", owner.Servers)
	}
}

func TestMistakesNameTheirPlace(t *testing.T) {
	t.Parallel()
	head := "openapi: 3.0.3\ninfo: {title: x, version: '1'}\npaths:\n"
	for name, row := range map[string]struct{ text, want string }{
		"not OpenAPI":        {"a: 1", `no member "openapi"`},
		"a list":             {"[1, 2]", `no member "openapi"`},
		"Swagger":            {"swagger: '2.0'\npaths: {}", `pets.yaml:1:10: this is a Swagger 2.0 document`},
		"version":            {"openapi: 4.0.0\npaths: {}", `pets.yaml:1:10: OpenAPI "4.0.0" cannot be read`},
		"nameless variable":  {head + "  /x/{}:\n    get: {operationId: a}\n", `path "/x/{}" has a parameter without a name`},
		"nested braces":      {head + "  '/x/{{a}}':\n    get: {operationId: a}\n", "has a brace without its other half"},
		"brace over a slash": {head + "  '/x/{a/b}':\n    get: {operationId: a}\n", "has a brace without its other half"},
		"no paths":           {"openapi: 3.1.0", "no operation"},
		"no operation":       {head + "  /x: {}\n", "no operation"},
		"path without slash": {head + "  x:\n    get: {operationId: a}\n", `path "x" does not begin with /`},
		"open brace":         {head + "  /x/{id:\n    get: {operationId: a}\n", "brace"},
		"query in path":      {head + "  /x?a=b:\n    get: {operationId: a}\n", "query"},
		"other document":     {head + "  /x:\n    get: {operationId: a, parameters: [{$ref: 'other.yaml#/p'}]}\n", `is another file, which is not read`},
		"circle":             {head + "  /x:\n    get: {operationId: a, parameters: [{$ref: '#/components/parameters/A'}]}\ncomponents: {parameters: {A: {$ref: '#/components/parameters/B'}, B: {$ref: '#/components/parameters/A'}}}", "refers to itself"},
		"circle of paths":    {head + "  /x: {$ref: '#/paths/~1x'}", "refers to itself"},
		"steps":              {head + "  /x: {$ref: '#/paths" + strings.Repeat("/a", 60) + "'}", "more than 50 steps"},
		"location":           {head + "  /x:\n    get: {operationId: a, parameters: [{name: b, in: body}]}\n", `parameter "b" is in "body"`},
		"nameless":           {head + "  /x:\n    get: {operationId: a, parameters: [{in: query}]}\n", "has no name"},
		"broken JSON":        {`{"openapi": "3.0.0",}`, "pets.yaml:1:"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := Parse("pets", "pets.yaml", []byte(row.text))
			var failed *failure.Error
			if !errors.As(err, &failed) || failed.Kind != failure.Usage {
				t.Fatalf("not a failure of kind usage: %v", err)
			}
			if !strings.Contains(failed.Message, row.want) || strings.Contains(failed.Message, "\n") {
				t.Errorf("message %q, want one line with %q", failed.Message, row.want)
			}
		})
	}
}

func TestSecurity(t *testing.T) {
	t.Parallel()
	scheme := func(s string) string { return "components: {securitySchemes: {s: " + s + "}}\n" }
	for name, row := range map[string]struct {
		document, operation string
		want                openapi.Security
	}{
		"nothing said":           {"", "", openapi.Required},
		"bearer declared":        {scheme("{type: http, scheme: bearer}"), "", openapi.Required},
		"only a key declared":    {scheme("{type: apiKey, in: header, name: k}"), "", openapi.Public},
		"the document's":         {"security: [{s: []}]\n", "", openapi.Required},
		"the document's empty":   {"security: []\n", "", openapi.Public},
		"the operation's empty":  {"security: [{s: []}]\n", "security: [], ", openapi.Public},
		"an empty requirement":   {"", "security: [{}], ", openapi.Public},
		"one of two is empty":    {"", "security: [{}, {s: []}], ", openapi.Optional},
		"the operation's scheme": {"security: []\n", "security: [{s: []}], ", openapi.Required},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			api := parse(t, "openapi: 3.0.0\n"+row.document+"paths: {/x: {get: {"+row.operation+"operationId: a}}}")
			if got := api.Find("a").Security; got != row.want {
				t.Errorf("security %v, want %v", got, row.want)
			}
		})
	}
}

func TestServersOfADownloadedDocument(t *testing.T) {
	t.Parallel()
	text := "openapi: 3.0.0\nservers: [{url: ../v2/}, {url: /v3}, {url: 'ftp://x.example'}, {url: 'https://other.example/'}]\npaths: {/x: {get: {operationId: a}}}"
	api, err := Parse("x", "https://pets.example/docs/api.yaml?signature=abc", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	want := "https://pets.example/v2 https://pets.example/v3 https://other.example"
	if got := strings.Join(api.Servers, " "); got != want {
		t.Errorf("servers %q, want %q", got, want)
	}
	for servers, want := range map[string]string{"": "https://pets.example", "servers: []\n": "https://pets.example", "servers: [{url: 'https://a b'}]\n": ""} {
		api, err := Parse("x", "https://pets.example/docs/api.yaml", []byte("openapi: 3.0.0\n"+servers+"paths: {/x: {get: {operationId: a}}}"))
		if err != nil || strings.Join(api.Servers, " ") != want {
			t.Errorf("%q: servers %q, want %q (%v)", servers, api.Servers, want, err)
		}
	}
	_, err = Parse("x", "https://user:word@pets.example/api.yaml?signature=abc", []byte("a: 1"))
	if err == nil || strings.Contains(err.Error(), "abc") || strings.Contains(err.Error(), "word") {
		t.Errorf("a message shows a part of the URL that may be secret: %v", err)
	}
}

func TestLine(t *testing.T) {
	t.Parallel()
	for _, row := range []struct{ summary, description, want string }{
		{"getPet", "Gets a pet.", "getPet"},
		{"", "Gets a pet. And more.\n\nMore.", "Gets a pet"},
		{" ", "# Gets\n  a `pet`\n\nMore.", "Gets a pet"},
		{"See [the docs](https://x.example) and [this]", "", "See the docs and [this]"},
		{"", "", ""},
		{strings.Repeat("word ", 40), "", strings.TrimSpace(strings.Repeat("word ", 23)) + "…"},
	} {
		if got := line(row.summary, row.description); got != row.want {
			t.Errorf("line(%q, %q) = %q, want %q", row.summary, row.description, got, row.want)
		}
	}
}
