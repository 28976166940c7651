package descriptions

import (
	"slices"
	"testing"

	"github.com/epilot-cli/epilot/internal/openapi/reader"
)

const document = `
openapi: 3.0.3
paths:
  /a:
    post:
      operationId: makeA
      parameters: [{name: limit, in: query}, {name: own, in: query, description: The document's own}]
      requestBody: {content: {application/json: {schema: {properties: {x: {items: {properties: {id: {}}}}, pet: {$ref: '#/components/schemas/Pet'}}}}}}
      responses: {200: {content: {application/json: {schema: {$ref: '#/components/schemas/Pet'}}}}}
components: {schemas: {Pet: {allOf: [{properties: {id: {description: The number of the pet in the shop}, mother: {$ref: '#/components/schemas/Pet'}}}]}}}
`

func TestApply(t *testing.T) {
	t.Parallel()
	api, err := reader.Parse("a", "", []byte(document))
	if err != nil {
		t.Fatal(err)
	}
	texts := Parse("about\tA\nparam limit\tPage size\nparam makeA limit\tMost of A\nparam own\tOurs\nfield id\tAny ID\nfield Pet.id\tPet number\nfield makeA:x.id\tID of X\nfield mother\tMother\n")
	op := api.Operations[0]
	texts.Apply(op)
	if op.Params[0].Description != "Most of A" || op.Params[1].Description != "The document's own" {
		t.Errorf("parameters: %q, %q", op.Params[0].Description, op.Params[1].Description)
	}
	body := op.Body.JSON()
	pet := body.Property("pet").Target().AllOf[0]
	for _, test := range []struct{ got, want string }{
		{body.Property("x").Items.Properties[0].Description, "ID of X"},
		{body.Properties[1].Description, ""},
		{pet.Properties[0].Description, "Pet number"},
		{pet.Properties[1].Description, "Mother"},
	} {
		if test.got != test.want {
			t.Errorf("%q, want %q", test.got, test.want)
		}
	}
}

func TestCheck(t *testing.T) {
	t.Parallel()
	api, err := reader.Parse("a", "", []byte(document))
	if err != nil {
		t.Fatal(err)
	}
	texts := Parse("about\tA\nparam limit\tPage size\nparam own\tOurs\nfield x\tX\nfield id\tSays the number of the pet in short\nfield unused\tNothing\n")
	want := []string{
		"field id shares \"the number of the pet\" with the document",
		"no group", "no text for field Pet.mother", "no text for field makeA:pet", "nothing has the key field unused",
	}
	if got := texts.Check(api); !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}
