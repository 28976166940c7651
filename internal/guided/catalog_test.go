package guided

import (
	"reflect"
	"testing"

	"github.com/epilot-cli/epilot/internal/catalog"
	"github.com/epilot-cli/epilot/internal/openapi"
	"github.com/epilot-cli/epilot/internal/openapi/params"
	"github.com/epilot-cli/epilot/internal/openapi/schema"
)

// everyOperation calls use with each operation of the catalog.
func everyOperation(t *testing.T, use func(name string, op *openapi.Operation)) {
	t.Helper()
	known := catalog.New(catalog.Options{})
	for _, name := range known.Names() {
		api, err := known.Load(t.Context(), name, "")
		if err != nil {
			t.Fatal(err)
		}
		for _, op := range api.Operations {
			use(name+" "+op.ID, op.Load())
		}
	}
}

// TestBodies: answers taken from a sample body reproduce that body, for every
// operation of every API.
func TestBodies(t *testing.T) {
	t.Parallel()
	count := 0
	everyOperation(t, func(name string, op *openapi.Operation) {
		if op.Body == nil || openapi.JSON(op.Body.Contents) == nil {
			return
		}
		s := openapi.JSON(op.Body.Contents).Schema
		for _, body := range bodiesOf(s) {
			sample, err := schema.Decode([]byte(body))
			if err != nil || len(schema.Check(s, sample, schema.Request)) > 0 {
				continue
			}
			count++
			text, err := answered(t, op, map[string]any{"body": sample})
			if err != nil {
				t.Errorf("%s: %v", name, err)
				continue
			}
			got, err := schema.Decode([]byte(text))
			if err != nil || !reflect.DeepEqual(got, sample) {
				t.Errorf("%s: %v\n got %s\nwant %s", name, err, text, body)
			}
		}
	})
	if t.Logf("%d bodies", count); count < 100 {
		t.Errorf("only %d bodies were tried", count)
	}
}

// bodiesOf returns a body with every property, and the minimal one if it is long:
// for a shorter one the guide also prompts for properties with a default.
func bodiesOf(s *openapi.Schema) []string {
	full := schema.SampleFor(s, true, schema.Request)
	if len(full) < 800 {
		return []string{full}
	}
	return []string{schema.SampleFor(s, false, schema.Request), full}
}

func answered(t *testing.T, op *openapi.Operation, wanted any) (string, error) {
	t.Helper()
	g := &Guide{}
	g.Prompts = &script{guide: g, wanted: wanted}
	return g.Body(t.Context(), op)
}

// TestParameters: likewise for parameters: the arguments make the same request as
// the sample values.
func TestParameters(t *testing.T) {
	t.Parallel()
	count := 0
	everyOperation(t, func(name string, op *openapi.Operation) {
		wanted, named := sampleParams(op)
		direct, err := params.Build(op, params.Input{Named: named})
		if err != nil || len(named) == 0 {
			return // other tests cover samples that do not match
		}
		count++
		g := &Guide{}
		g.Prompts = &script{guide: g, wanted: map[string]any{"param": wanted}}
		texts, err := g.Params(t.Context(), op, params.Input{}, true)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			return
		}
		got, err := params.Build(op, params.Input{Positional: texts.Positional, Named: texts.Named})
		if err != nil {
			t.Errorf("%s: %+v: %v", name, texts, err)
			return
		}
		if got.Path != direct.Path || got.Query != direct.Query || !reflect.DeepEqual(got.Header, direct.Header) {
			t.Errorf("%s: %+v gives %v, want %v", name, texts, got, direct)
		}
	})
	if t.Logf("%d operations", count); count < 100 {
		t.Errorf("only %d operations were tried", count)
	}
}

func sampleParams(op *openapi.Operation) (map[string]any, []string) {
	wanted := map[string]any{}
	var named []string
	for _, p := range append(params.Missing(op, params.Input{}), params.Optional(op, params.Input{})...) {
		text := schema.SampleFor(p.Schema, true, schema.Request)
		value, err := schema.Decode([]byte(text))
		if err != nil || text == "[]" || text == "{}" || text == `""` {
			continue
		}
		if wanted[p.In] == nil {
			wanted[p.In] = map[string]any{}
		}
		wanted[p.In].(map[string]any)[p.Name] = value
		word := text
		if p.MediaType == "" {
			word = bare(text)
		}
		named = append(named, params.Key(op, p)+"="+word)
	}
	return wanted, named
}
