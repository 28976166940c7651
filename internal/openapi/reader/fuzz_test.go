package reader

import (
	"errors"
	"testing"

	"github.com/epilot-cli/epilot/internal/failure"
	"github.com/epilot-cli/epilot/internal/openapi"
)

// FuzzParse mutates documents: each results in an error with a kind or in an API
// that can be traversed completely.
func FuzzParse(f *testing.F) {
	f.Add([]byte(pets))
	f.Add([]byte(`{"openapi":"3.1.0","paths":{"/a/{b}":{"get":{"operationId":"x","parameters":[{"name":"b","in":"path","schema":{"$ref":"#/components/schemas/A"}}],"responses":{"200":{"content":{"application/json":{"example":{"a":1}}}}}}}},"components":{"schemas":{"A":{"anyOf":[{"$ref":"#/components/schemas/A"},{"type":["string","null"],"const":1}]}}}}`))
	f.Add([]byte(`{"openapi":"3.0.0","paths":{"/a":{"$ref":"#/paths/~1a"}}}`))
	f.Add([]byte("openapi: 3.0.0\npaths: &p {/x: {get: {operationId: a, security: [{}]}}}\nservers: [{url: '{a}', variables: {a: {default: 1}}}]"))
	f.Fuzz(func(t *testing.T, text []byte) {
		api, err := Parse("fuzzed", "https://pets.example/fuzzed.yaml", text)
		if err != nil {
			var failed *failure.Error
			if !errors.As(err, &failed) {
				t.Fatalf("an error without a kind: %v", err)
			}
			return
		}
		if len(api.Operations) == 0 {
			t.Fatal("an API without operations")
		}
		for _, op := range api.Operations {
			look(t, op)
		}
		for _, name := range api.Components.Names() {
			api.Components.Schema(name).Target()
		}
	})
}

func look(t *testing.T, op *openapi.Operation) {
	if op.ID == "" || op.Method == "" || op.Path == "" {
		t.Fatalf("an operation without a name: %+v", op)
	}
	op.PathParams()
	op.Success()
	for _, p := range op.Params {
		if p.Name == "" || p.Style == "" {
			t.Fatalf("a parameter that cannot be sent: %+v", p)
		}
		p.Schema.Target()
	}
}
