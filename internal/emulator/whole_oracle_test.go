package emulator_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/epilot-cli/epilot/internal/httpx"
)

// TestAnotherValidatorAgrees validates the sample requests and their responses
// with kin-openapi, against the npm package's documents: this program's parser
// and checks must not be their only proof.
func TestAnotherValidatorAgrees(t *testing.T) {
	t.Parallel()
	folder := os.Getenv("EPILOT_SDK_DEFINITIONS")
	if folder == "" {
		t.Skip("EPILOT_SDK_DEFINITIONS does not name the documents of the npm package @epilot/sdk")
	}
	w := newWhole(t)
	o := opinions{documents: w.documents(t, folder)}
	t.Cleanup(func() {
		t.Logf("%d bodies fit, with %d more the other validator has a quarrel", o.agreed.Load(), o.quarrels.Load())
		if !quick() && (o.agreed.Load() < 2900 || o.quarrels.Load() > 40) {
			t.Error("there were 3016 and 36")
		}
	})
	w.each(t, func(t *testing.T, s *sent) {
		if o.documents[s.api] == nil {
			return
		}
		op := o.documents[s.api].Paths.Find(s.op.Path).GetOperation(s.op.Method)
		for _, request := range []*sent{s.least(), s.full()} {
			got := request.send(t, request)
			if httpx.IsJSON(request.mediaType) {
				o.ask(t, op.RequestBody.Value.Content, request.mediaType, request.body, openapi3.VisitAsRequest(), openapi3.DisableWriteOnlyValidation())
			}
			if mediaType := got.header.Get("Content-Type"); httpx.IsJSON(mediaType) {
				response := op.Responses.Status(got.status)
				if response == nil {
					response = op.Responses.Default()
				}
				o.ask(t, response.Value.Content, mediaType, got.body, openapi3.VisitAsResponse(), openapi3.DisableReadOnlyValidation())
			}
		}
	})
}

// documents returns the npm package's documents, except the one that kin-openapi
// cannot parse.
func (w *wholeMock) documents(t *testing.T, folder string) map[string]*openapi3.T {
	t.Helper()
	found := map[string]*openapi3.T{}
	for _, name := range w.apis.Names() {
		document, err := openapi3.NewLoader().LoadFromFile(filepath.Join(folder, name+".json"))
		if err != nil && name != "entity-mapping" { // an array in place of a schema
			t.Fatal(err)
		}
		found[name] = document
	}
	return found
}

type opinions struct {
	documents        map[string]*openapi3.T
	agreed, quarrels atomic.Int64
}

// ask validates a body with the other validator's schema.
func (o *opinions) ask(t *testing.T, contents openapi3.Content, mediaType, body string, how ...openapi3.SchemaValidationOption) {
	t.Helper()
	content := contents.Get(mediaType)
	if content == nil || content.Schema == nil {
		return
	}
	var value any
	if err := json.Unmarshal([]byte(body), &value); err != nil {
		t.Error(err)
		return
	}
	switch err := content.Schema.Value.VisitJSON(value, how...); {
	case err == nil:
		o.agreed.Add(1)
	case isQuarrel(err):
		o.quarrels.Add(1)
	default:
		t.Errorf("%v\n\t%s", err, body)
	}
}

// isQuarrel reports whether the validators differ by design: a body can match two
// alternatives of a oneOf (see docs/architecture.md), a discriminator can be a
// boolean, and a request can contain a read-only member that its schema requires.
// A part of an allOf that is closed does not hide the id of the resource.
func isQuarrel(err error) bool {
	return strings.Contains(err.Error(), "matches more than one oneOf") ||
		strings.Contains(err.Error(), `discriminator property "is_composite_price" is not a string`) ||
		strings.Contains(err.Error(), `property "_id" is unsupported`) ||
		strings.Contains(err.Error(), `readOnly property "actor" in request`) ||
		strings.Contains(err.Error(), `readOnly property "actions" in request`) ||
		strings.Contains(err.Error(), `readOnly property "flow_id" in request`)
}
