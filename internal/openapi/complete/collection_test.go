package complete_test

import (
	"slices"
	"testing"

	"github.com/epilot-cli/epilot/internal/openapi"
	"github.com/epilot-cli/epilot/internal/openapi/complete"
	"github.com/epilot-cli/epilot/internal/openapi/params"
	"github.com/epilot-cli/epilot/internal/openapi/reader"
)

const shops = `openapi: 3.1.0
info: {title: Shop, version: "1"}
paths:
  /shops: {get: {operationId: listShops, parameters: [{name: limit, in: query, schema: {type: integer, maximum: 100}}]}}
  /shops/{shop}: {get: {operationId: getShop, parameters: [{name: shop, in: path, required: true, schema: {type: string}}]}}
  /shops/{shop}/pets: {get: {operationId: listPets, parameters: [{name: shop, in: path, required: true, schema: {type: string}}, {name: size, in: query, schema: {type: integer, maximum: 10}}]}}
  /shops/{shop}/pets/{pet_id}:feed: {post: {operationId: feedPet, parameters: [{name: shop, in: path, required: true, schema: {type: string}}, {name: pet_id, in: path, required: true, schema: {type: string}}]}}
  /keys: {get: {operationId: listKeys, parameters: [{name: type, in: query, required: true, schema: {type: string}}]}}
  /keys/{key}: {get: {operationId: getKey, parameters: [{name: key, in: path, required: true, schema: {type: string}}]}}
  /alone/{id}: {get: {operationId: getAlone, parameters: [{name: id, in: path, required: true, schema: {type: string}}]}}
`

func TestCollectionOf(t *testing.T) {
	t.Parallel()
	api, err := reader.Parse("shop", "", []byte(shops))
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range []struct {
		op, param string
		in        params.Input
		want      string
		named     []string
	}{
		{op: "getShop", param: "shop", want: "listShops", named: []string{"query:limit=50"}},
		{op: "feedPet", param: "pet_id"}, // the shop is missing
		{op: "feedPet", param: "pet_id", in: params.Input{Positional: []string{"a b"}}, want: "listPets", named: []string{"path:shop=a b"}},
		{op: "feedPet", param: "pet_id", in: params.Input{Named: []string{"shop=x"}}, want: "listPets", named: []string{"path:shop=x"}},
		{op: "getKey", param: "key"}, // a list with another required parameter
		{op: "getAlone", param: "id"},
	} {
		op := api.Find(row.op)
		got := complete.CollectionOf(api, op, op.Param(row.param, "path"), row.in)
		switch {
		case got == nil && row.want == "":
		case got == nil || got.Operation.ID != row.want || !slices.Equal(got.Named, row.named):
			t.Errorf("%s %s: %+v, want %s %q", row.op, row.param, got, row.want, row.named)
		}
	}
}

func TestItems(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		param, response string
		want            []complete.Candidate
	}{
		{"id", `[{"id":"a","name":"Ada","created_at":"2026-01-02T03:04:05Z"},{"id":"b"}]`, []complete.Candidate{{Text: "a", Note: "Ada  2026-01-02"}, {Text: "b"}}},
		{"id", `{"hits":2,"results":[{"_id":"a","id":"old","_title":"Ada","_updated_at":"2026-01-02T03:04:05Z"}]}`, []complete.Candidate{{Text: "a", Note: "Ada  2026-01-02"}}},
		{"flow_id", `{"flows":[{"id":"f","flowId":"g","flow_name":"x"}],"tags":[{"id":"no"}]}`, []complete.Candidate{{Text: "g"}}},
		{"designId", `{"data":{"items":[{"id":7,"title":"Blue"},{"id":7.5},{"id":null},7]}}`, []complete.Candidate{{Text: "7", Note: "Blue"}}},
		{"slug", `{"results":[{"slug":"contact","name":"Contact"},{"slug":"contact"}]}`, []complete.Candidate{{Text: "contact", Note: "Contact"}}},
		{"id", `{"message":"no"}`, nil},
		{"id", `{"a":{"b":{"c":[{"id":"deep"}]}}}`, nil},
		{"id", `[`, nil},
	} {
		got := complete.Items([]byte(row.response), &openapi.Param{Name: row.param})
		if !slices.Equal(got, row.want) {
			t.Errorf("%s in %s: %v, want %v", row.param, row.response, got, row.want)
		}
	}
}

// TestAttributes: a repeatable attribute is a list, so that its type is not that of
// the value.
func TestAttributes(t *testing.T) {
	t.Parallel()
	got := complete.Attributes([]byte(`{"attributes":[{"name":"first_name","label":"First name","type":"string"},` +
		`{"name":"nick","type":"string","repeatable":true},{"type":"string"},{"name":"open"}]}`))
	want := []complete.Candidate{
		{Text: "first_name", Note: "First name, string", Type: "string"}, {Text: "nick", Note: "string"}, {Text: "open"},
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
}
