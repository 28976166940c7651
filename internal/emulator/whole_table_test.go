package emulator_test

import (
	"fmt"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/epilot-cli/epilot/internal/catalog"
	"github.com/epilot-cli/epilot/internal/emulator/resource"
	"github.com/epilot-cli/epilot/internal/openapi"
)

// operationsPage lists what the mock does with each operation. EPILOT_WRITE_PAGE
// writes it anew.
const operationsPage = "../../docs/mock-operations.md"

// TestOperationsPage holds the page to what the mock does.
func TestOperationsPage(t *testing.T) {
	t.Parallel()
	if quick() {
		t.Skip("asks for each of the operations: set EPILOT_TEST_LOAD=1")
	}
	var page strings.Builder
	page.WriteString(operationsHead)
	writes, keeping := 0, 0
	w := newWhole(t)
	for _, name := range w.apis.Names() {
		api, err := w.apis.Load(t.Context(), name, "")
		if err != nil {
			t.Fatal(err)
		}
		count := map[string]int{}
		var samples []string
		classes := classify(t, w, api)
		for _, op := range api.Operations {
			class := classes[op.ID]
			count[class]++
			if class == isSample {
				samples = append(samples, "`"+op.ID+"`")
			}
			if op.Method != http.MethodGet && !catalog.OnlyReads(api.Name, op.ID) {
				writes++
				if class != isSample {
					keeping++
				}
			}
		}
		fmt.Fprintf(&page, "| `%s` | %d | %d | %d | %s |\n", name, count[keeps], count[byHand], count[isSample], strings.Join(samples, ", "))
	}
	t.Logf("%d of %d writes keep what they are sent", keeping, writes)
	if os.Getenv("EPILOT_WRITE_PAGE") != "" {
		if err := os.WriteFile(operationsPage, []byte(page.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if text, err := os.ReadFile(operationsPage); err != nil || string(text) != page.String() {
		t.Errorf("%s is stale (%v); run this test with EPILOT_WRITE_PAGE=1", operationsPage, err)
	}
}

const operationsHead = `# What the mock does with each operation

An operation is stateful, has a behaviour written for it, or returns sample data. A response of sample data has the header ` + "`X-Epilot-Mock: sample`" + `.

| API | stateful | by hand | sample | operations with sample data |
| --- | --- | --- | --- | --- |
`

const (
	keeps    = "stateful"
	byHand   = "by hand"
	isSample = "sample"
)

// classify tells of each operation of an API what stands behind its responses. A
// read of a document is stateful where a write of its path is.
func classify(t *testing.T, w *wholeMock, api *openapi.API) map[string]string {
	t.Helper()
	roles := resource.New(nil, nil, nil)
	classes := map[string]string{}
	var written []string
	for _, op := range api.Operations {
		s := &sent{wholeMock: w, api: api.Name, op: op.Load()}
		classes[op.ID] = isSample
		switch {
		case w.emulator.IsByHand(op):
			classes[op.ID] = byHand
		case roles.Role(api, op) != "":
			classes[op.ID] = keeps
		case op.Method != http.MethodGet:
			if got := s.full().send(t, s.full()); got.status < 300 && got.header.Get("X-Epilot-Mock") == "" {
				classes[op.ID] = keeps
				written = append(written, op.Path)
			}
		}
	}
	for _, op := range api.Operations {
		if op.Method == http.MethodGet && slices.Contains(written, op.Path) && classes[op.ID] == isSample {
			classes[op.ID] = keeps
		}
	}
	return classes
}
