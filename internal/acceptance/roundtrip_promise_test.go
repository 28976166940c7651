package acceptance

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/epilot-cli/epilot/internal/openapi"
)

// promise is what a definition says about the request of an operation.
type promise struct {
	id, method, path string
	params           []promisedParam
	mediaType        string // of the body: JSON if there is a choice; "" for no body
	bodyRequired     bool
	public           bool // no token is sent
}

type promisedParam struct {
	name, in, style   string
	explode, required bool
}

// sdkDefinitions returns the folder with the documents of the npm package, or "".
func sdkDefinitions() string { return os.Getenv("EPILOT_SDK_DEFINITIONS") }

// promises reads the API's document, if available, without using the program's own
// readers. Otherwise it relies on the embedded definition.
func promises(t *testing.T, api *openapi.API) map[string]promise {
	t.Helper()
	found := map[string]promise{}
	if sdkDefinitions() == "" {
		for _, op := range api.Operations {
			found[op.ID] = promiseOf(op.Load())
		}
		return found
	}
	text, err := os.ReadFile(filepath.Join(sdkDefinitions(), api.Name+".json"))
	if err != nil {
		t.Fatal(err)
	}
	var doc document
	if err := json.Unmarshal(text, &doc.root); err != nil {
		t.Fatal(err)
	}
	for _, p := range doc.promises() {
		found[p.id] = p
	}
	return found
}

func promiseOf(op *openapi.Operation) promise {
	p := promise{id: op.ID, method: op.Method, path: op.Path, public: op.Security == openapi.Public}
	for _, param := range op.Params {
		p.params = append(p.params, promisedParam{param.Name, param.In, param.Style, param.Explode, param.Required})
	}
	if op.Body != nil {
		p.bodyRequired = op.Body.Required
		p.mediaType = contentOf(op).MediaType
	}
	return p
}
