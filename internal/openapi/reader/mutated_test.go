package reader_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/epilot-cli/epilot/internal/catalog/facts"
	"github.com/epilot-cli/epilot/internal/failure"
	"github.com/epilot-cli/epilot/internal/openapi"
	"github.com/epilot-cli/epilot/internal/openapi/reader"
	"github.com/epilot-cli/epilot/internal/openapi/schema"
)

// TestMutatedDefinitions reads ten thousand damaged documents, or a tenth of them
// without EPILOT_TEST_LOAD: each results in an error with a kind, or in an API that
// is usable throughout.
func TestMutatedDefinitions(t *testing.T) {
	t.Parallel()
	const parts = 8
	each := 1250
	if os.Getenv("EPILOT_TEST_LOAD") == "" {
		each /= 10
	}
	for part := range parts {
		t.Run(fmt.Sprint(part), func(t *testing.T) {
			t.Parallel()
			read := 0
			for i := range each {
				seed := uint64(part*each + i)
				text := mutated(rand.New(rand.NewPCG(seed, 52)))
				done := make(chan bool, 1)
				go func() { done <- useAll(t, text, i%10 == 0) }()
				select {
				case ok := <-done:
					if ok {
						read++
					}
				case <-time.After(time.Minute):
					t.Fatalf("mutation %d hangs:\n%s", seed, text)
				}
				if t.Failed() {
					t.Fatalf("mutation %d:\n%s", seed, text)
				}
			}
			if read < each/10 || read > each*9/10 {
				t.Errorf("%d of %d mutations could be read: they test too little", read, each)
			}
		})
	}
}

// useAll exercises a document as the program would, and reports whether it could be
// read. Samples are optional because they take most of the time.
func useAll(t *testing.T, text []byte, samples bool) bool {
	defer func() {
		if reason := recover(); reason != nil {
			t.Errorf("panic: %v", reason)
		}
	}()
	api, err := reader.Parse("pets", "https://pets.example/api.json", text)
	if err != nil {
		var failed *failure.Error
		if !errors.As(err, &failed) || strings.Contains(err.Error(), "\n") {
			t.Errorf("not a failure of one line: %v", err)
		}
		return false
	}
	lines := facts.Write(api, facts.Options{Texts: true})
	again, err := facts.Read("pets", lines)
	if err != nil {
		t.Errorf("the facts cannot be read: %v", err)
		return true
	}
	for i, op := range api.Operations {
		if kept := again.Operations[i].Load(); kept.ID != op.ID || len(kept.Params) != len(op.Params) || len(kept.Responses) != len(op.Responses) {
			t.Errorf("the facts do not hold all of %s", op.ID)
		}
		for _, s := range schemasOf(op, samples) {
			useSchema(s)
		}
	}
	return true
}

func schemasOf(op *openapi.Operation, wanted bool) []*openapi.Schema {
	var found []*openapi.Schema
	if !wanted {
		return nil
	}
	for _, p := range op.Params {
		found = append(found, p.Schema)
	}
	var contents []*openapi.Content
	if op.Body != nil {
		contents = op.Body.Contents
	}
	for _, response := range op.Responses {
		contents = append(slices.Clip(contents), response.Contents...)
	}
	for _, content := range contents {
		found = append(found, content.Schema)
	}
	return found
}

func useSchema(s *openapi.Schema) {
	schema.TypeName(s)
	for _, full := range []bool{false, true} {
		value, err := schema.Decode([]byte(schema.SampleFor(s, full, schema.Request)))
		if err == nil {
			schema.Check(s, value, schema.Response)
		}
	}
}
