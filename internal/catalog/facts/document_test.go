package facts

import "testing"

// TestDocument compares a document in OpenAPI format, with references relative to
// its location.
func TestDocument(t *testing.T) {
	t.Parallel()
	api := parse(t, document)
	op := api.Operations[0]
	d := &Document{API: api, Base: "pets"}
	for name, row := range map[string]struct{ got, want string }{
		"parameters": {d.Parameters(op), `[{"name":"id","in":"path","required":true,"schema":{"type":"string","example":"cat_1"}},` +
			`{"name":"tags","in":"query","explode":false,"schema":{"type":"array","items":{"$ref":"pets#/components/schemas/a%20b"}}},` +
			`{"name":"filter","in":"query","content":{"application/json":{"schema":{"type":"object"}}}}]`},
		"body": {d.Body(op), ""},
		"responses": {d.Responses(op), `{"200":{"content":{"application/json":{"schema":{"$ref":"pets#/components/schemas/Pet"}}}},` +
			`"401":{"content":{"application/json":{"schema":{"type":"object","properties":{"status":{"type":"integer"},"error":{"type":"string"}}}}}}}`},
		"schemas": {(&Document{API: api}).Schemas(op), `{"Pet":{"type":"object","description":"A pet","properties":{"parent":{"$ref":"#/components/schemas/Pet"},` +
			`"name":{"$ref":"#/components/schemas/%23~1components~1schemas~1Pet~1properties~1parent"}}},` +
			`"a b":{"type":"string","enum":["x","y"],"default":"x"},` +
			`"#/components/schemas/Pet/properties/parent":{"$ref":"#/components/schemas/Pet"}}`},
		"no schema": {(&Document{API: api}).Schemas(api.Find("headPet")), `{}`},
	} {
		if row.got != row.want {
			t.Errorf("%s:\n%s\nwant\n%s", name, row.got, row.want)
		}
	}
}
