package emulator_test

import (
	"math/rand/v2"
	"testing"

	"github.com/epilot-cli/epilot/internal/httpx"
	"github.com/epilot-cli/epilot/internal/openapi"
	"github.com/epilot-cli/epilot/internal/openapi/schema"
)

// contents calls f for each JSON content of the catalog: request bodies and responses.
func (w *world) contents(f func(where string, s *openapi.Schema, dir schema.Direction)) {
	w.operations(func(api string, op *openapi.Operation) {
		op.Load()
		where := api + " " + op.ID
		if op.Body != nil {
			each(op.Body.Contents, func(s *openapi.Schema) { f(where+" request", s, schema.Request) })
		}
		for _, r := range op.Responses {
			each(r.Contents, func(s *openapi.Schema) { f(where+" "+r.Status, s, schema.Response) })
		}
	})
}

func each(contents []*openapi.Content, f func(*openapi.Schema)) {
	for _, content := range contents {
		if httpx.IsJSON(content.MediaType) && content.Schema != nil {
			f(content.Schema)
		}
	}
}

// TestSamplesFit: realistic and random samples of every schema (every fifth without
// load) are valid.
func TestSamplesFit(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("sequential: nothing for the race detector")
	}
	w := newWorld(t)
	chance := rand.New(rand.NewPCG(1, 2))
	nth, count, different := 0, 0, 0
	seen := map[string]bool{}
	w.contents(func(where string, s *openapi.Schema, dir schema.Direction) {
		if nth++; quick() && nth%5 != 0 {
			return
		}
		count++
		fixed := schema.SampleWith(s, schema.SampleOptions{Direction: dir, Full: true, Realistic: true})
		random := schema.SampleWith(s, schema.SampleOptions{Direction: dir, Random: chance})
		for _, text := range []string{fixed, random} {
			value, err := schema.Decode([]byte(text))
			if err != nil {
				t.Errorf("%s: %s: %v", where, text, err)
				continue
			}
			if wrong := schema.Check(s, value, dir); len(wrong) > 0 {
				t.Errorf("%s: %.300s: %v", where, text, wrong[0])
			}
		}
		if !seen[random] && random != fixed {
			different++
		}
		seen[random] = true
	})
	t.Logf("%d schemas, %d with a random sample of their own", count, different)
	if different < count/3 {
		t.Errorf("of %d schemas only %d have a random sample of their own", count, different)
	}
}
