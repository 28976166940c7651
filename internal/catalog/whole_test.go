package catalog

import (
	"io"
	"testing"

	"github.com/epilot-cli/epilot/internal/help"
	"github.com/epilot-cli/epilot/internal/openapi"
	"github.com/epilot-cli/epilot/internal/openapi/schema"
	"github.com/epilot-cli/epilot/internal/term"
)

// everyOperation runs a test for each operation of the catalog, with the APIs in
// parallel.
func everyOperation(t *testing.T, check func(t *testing.T, api *openapi.API, op *openapi.Operation)) {
	t.Helper()
	for _, name := range New(Options{}).Names() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			api := load(t, name)
			for _, op := range api.Operations {
				check(t, api, op.Load())
			}
		})
	}
}

func TestHowManyThereAre(t *testing.T) {
	t.Parallel()
	names := New(Options{}).Names()
	operations := 0
	for _, name := range names {
		operations += len(load(t, name).Operations)
	}
	if len(names) != 52 || operations != 1171 {
		t.Errorf("%d APIs with %d operations are embedded, want 52 with 1171", len(names), operations)
	}
}

func TestEverySampleFits(t *testing.T) {
	t.Parallel()
	everyOperation(t, func(t *testing.T, _ *openapi.API, op *openapi.Operation) {
		if op.Body != nil {
			checkSamples(t, op.ID+" body", op.Body.Contents, schema.Request)
			checkText(t, op.ID+" SampleBody", jsonSchema(op.Body.Contents), help.Body(op, false), schema.Request)
		}
		for _, response := range op.Responses {
			checkSamples(t, op.ID+" "+response.Status, response.Contents, schema.Response)
		}
		for _, param := range op.Params {
			for _, full := range []bool{false, true} {
				checkText(t, op.ID+" "+param.Name, param.Schema, schema.SampleFor(param.Schema, full, schema.Request), schema.Request)
			}
		}
	})
}

func jsonSchema(contents []*openapi.Content) *openapi.Schema {
	if content := openapi.JSON(contents); content != nil {
		return content.Schema
	}
	return nil
}

// checkSamples checks the minimal and the full sample of each content.
func checkSamples(t *testing.T, what string, contents []*openapi.Content, direction schema.Direction) {
	t.Helper()
	for _, content := range contents {
		for _, full := range []bool{false, true} {
			checkText(t, what, content.Schema, schema.SampleFor(content.Schema, full, direction), direction)
		}
	}
}

func checkText(t *testing.T, what string, s *openapi.Schema, text string, direction schema.Direction) {
	t.Helper()
	if s == nil {
		return
	}
	value, err := schema.Decode([]byte(text))
	if err != nil {
		t.Errorf("%s: the sample is no JSON: %v\n%s", what, err, text)
		return
	}
	for _, fault := range schema.Check(s, value, direction) {
		t.Errorf("%s: %s", what, fault)
	}
}

func TestEveryHelpPageIsWritten(t *testing.T) {
	t.Parallel()
	everyOperation(t, func(t *testing.T, api *openapi.API, op *openapi.Operation) {
		page := help.NewPage(term.NewPalette(false), 0)
		if err := page.Operation(api, op, ""); err != nil {
			t.Error(err)
		}
		if n, err := page.WriteTo(io.Discard); err != nil || n < 100 {
			t.Errorf("%s: %d bytes of help, %v", op.ID, n, err)
		}
	})
}
