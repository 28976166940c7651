package complete_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/epilot-cli/epilot/internal/openapi"
	"github.com/epilot-cli/epilot/internal/openapi/complete"
	"github.com/epilot-cli/epilot/internal/openapi/reader"
)

const document = `openapi: 3.0.3
info: {title: Things, version: "1"}
paths:
  /v1/{kind}/{id}:
    post:
      operationId: setThing
      parameters:
        - {name: kind, in: path, required: true, schema: {type: string, enum: [small, "it's \"large\""]}}
        - {name: id, in: path, required: true, schema: {type: string, format: uuid}}
        - {name: page, in: query, schema: {type: integer, minimum: 1, maximum: 9}}
        - {name: deep, in: query, required: true, schema: {type: boolean, default: false}}
        - {name: tag, in: query, required: true, schema: {type: string}}
        - {name: sort, in: query, schema: {type: array, items: {type: string, enum: [up, down]}}}
        - {name: id, in: query, deprecated: true, schema: {type: string}}
        - {name: X-Org, in: header, schema: {type: string}}
        - {name: filter, in: query, style: deepObject, schema: {type: object, properties: {state: {oneOf: [{type: string, enum: [open]}, {type: string, nullable: true, enum: [shut, null]}]}}}}
      requestBody:
        content:
          text/plain: {schema: {type: string}}
          application/json: {schema: {$ref: "#/components/schemas/Thing"}}
      responses: {"200": {description: ok}}
components:
  schemas:
    Thing:
      required: [name]
      type: object
      properties:
        id: {type: string, readOnly: true}
        color: {type: string, enum: [red, blue], default: blue}
        name: {type: string}
        on: {type: boolean}
        tags: {type: array, items: {type: string, enum: [new]}}
        home: {type: object, required: [city], properties: {zip: {type: string}, city: {type: string, const: Cologne}}}
        parent: {$ref: "#/components/schemas/Thing"}
        rooms: {type: array, items: {type: object, properties: {size: {type: integer, enum: [1, 2]}}}}
        "odd.name": {type: string}
      anyOf:
        - {required: [color]}
        - {required: [color, on]}
`

func setThing(t *testing.T) *openapi.Operation {
	t.Helper()
	api, err := reader.Parse("things", "things.yaml", []byte(document))
	if err != nil {
		t.Fatal(err)
	}
	return api.Find("setThing")
}

func texts(found []complete.Candidate) string {
	var all []string
	for _, c := range found {
		all = append(all, c.Text)
	}
	return strings.Join(all, " ")
}

func TestKeys(t *testing.T) {
	t.Parallel()
	op := setThing(t)
	for _, row := range []struct {
		name       string
		positional []string
		named      []string
		want       string
	}{
		{"required first, then those of the path", nil, nil, "kind= id= deep= tag= page= sort= query:id= X-Org= filter="},
		{"positional words fill the path", []string{"small"}, nil, "id= deep= tag= page= sort= query:id= X-Org= filter="},
		{"those given are left out, a list comes again", []string{"small", "1"}, []string{"sort=up", "page=", "x-org=o", "query:id=1"}, "deep= tag= filter= sort="},
		{"an unfinished line", []string{"small", "1"}, []string{"pag", "nope=1", "deep=", "="}, "tag= page= sort= query:id= X-Org= filter="},
	} {
		if got := texts(complete.Keys(op, row.positional, row.named)); got != row.want {
			t.Errorf("%s:\n got %s\nwant %s", row.name, got, row.want)
		}
	}
}

func TestNotes(t *testing.T) {
	t.Parallel()
	want := map[string]string{
		"deep=": "query, required: boolean", "tag=": "query, required: string", "id=": "path, required: string",
		"page=": "query: integer", "query:id=": "query, deprecated: string", "X-Org=": "header: string",
	}
	for _, c := range complete.Keys(setThing(t), nil, nil) {
		if note, known := want[c.Text]; known && note != c.Note || !c.Open {
			t.Errorf("%s: %q, want %q; open %v", c.Text, c.Note, note, c.Open)
		}
	}
}

func TestValues(t *testing.T) {
	t.Parallel()
	op := setThing(t)
	for key, want := range map[string]string{
		"kind": `small it's "large"`, "deep": "true false", "sort": "up down", "path:id": "", "page": "",
		"filter.state": "open shut", "filter[state]": "open shut", "filter": "", "nope": "", "": "",
	} {
		if got := texts(complete.Values(complete.Schema(op, key))); got != want {
			t.Errorf("%q: %s, want %s", key, got, want)
		}
	}
	if deep := complete.Values(complete.Schema(op, "deep")); deep[1].Note != "default" || deep[0].Note != "" {
		t.Errorf("the default is not marked: %+v", deep)
	}
}

func TestDescribe(t *testing.T) {
	t.Parallel()
	op := setThing(t)
	for key, want := range map[string]string{"id": "string, uuid", "page": "integer, min 1, max 9", "kind": `"small" | "it's \"large\""`} {
		if got := complete.Describe(complete.Schema(op, key)); got != want {
			t.Errorf("%s: %s, want %s", key, got, want)
		}
	}
}

func TestFields(t *testing.T) {
	t.Parallel()
	op := setThing(t)
	for _, row := range []struct {
		typed string
		given []string
		want  string
	}{
		{"", nil, "color= name= on= tags= home. parent. rooms="},
		{"na", []string{"name=x", "on:=true", "tags=new", "home.zip=1"}, "color= tags= home. parent. rooms="},
		{"home.c", nil, "home.city= home.zip="},
		{"parent.home.", []string{"parent.home.city=x"}, "parent.home.zip="},
		{"rooms[0].", nil, "rooms[0].size="},
		{"nope.", nil, ""},
	} {
		if got := texts(complete.Fields(op, row.given, row.typed)); got != row.want {
			t.Errorf("%q: %s, want %s", row.typed, got, row.want)
		}
	}
	if got := texts(complete.Fields(&openapi.Operation{}, nil, "")); got != "" {
		t.Errorf("without a body: %s", got)
	}
}

func TestRequiredFields(t *testing.T) {
	t.Parallel()
	found := complete.Fields(setThing(t), nil, "")
	marked := slices.DeleteFunc(found, func(c complete.Candidate) bool { return !strings.HasPrefix(c.Note, "required") })
	if got := texts(marked); got != "color= name=" {
		t.Errorf("required: %s", got)
	}
}

func TestFieldValues(t *testing.T) {
	t.Parallel()
	op := setThing(t)
	for path, want := range map[string]string{
		"color": "red blue", "on": "true false", "tags": "new", "tags[]": "new", "tags[0]": "new",
		"home.city": "Cologne", "rooms[0].size": "1 2", "rooms[][0]": "", "name": "", "x.y.z": "",
	} {
		if got := texts(complete.Values(complete.FieldSchema(op, path))); got != want {
			t.Errorf("%s: %s, want %s", path, got, want)
		}
	}
}
