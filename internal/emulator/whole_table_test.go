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

// operationsPage lists what the mock does with each operation. Set
// EPILOT_WRITE_PAGE to rewrite it.
const operationsPage = "../../docs/mock-operations.md"

// TestOperationsPage checks that the page is up to date.
func TestOperationsPage(t *testing.T) {
	t.Parallel()
	if quick() {
		t.Skip("asks for each of the operations: set EPILOT_TEST_LOAD=1")
	}
	var rows strings.Builder
	writes, keeping, computing := 0, 0, 0
	w := newWhole(t)
	for _, name := range w.apis.Names() {
		api, err := w.apis.Load(t.Context(), name, "")
		if err != nil {
			t.Fatal(err)
		}
		count := map[string]int{}
		var samples, reads []string
		classes := classify(t, w, api)
		for _, op := range api.Operations {
			class := classes[op.ID]
			count[class]++
			isRead := op.Method == http.MethodGet || catalog.OnlyReads(name, op.ID)
			switch {
			case isRead:
			case computes(name, op.ID) != "":
				computing++
				isRead = true
			default:
				writes++
				if class != isSample {
					keeping++
				}
			}
			switch {
			case class != isSample:
			case isRead:
				reads = append(reads, "`"+op.ID+"`")
			default:
				samples = append(samples, "`"+op.ID+"`")
			}
		}
		fmt.Fprintf(&rows, "| `%s` | %d | %d | %d | %s | %s |\n", name, count[keeps], count[byHand], count[isSample],
			strings.Join(samples, ", "), strings.Join(reads, ", "))
	}
	page := fmt.Sprintf(operationsHead, keeping, writes, computing, keeping, writes+computing) + rows.String()
	t.Logf("%d of %d writes keep what they are sent; %d more only compute", keeping, writes, computing)
	if 10*keeping < 9*writes {
		t.Errorf("%d of %d writes keep state, want 90 %%", keeping, writes)
	}
	if os.Getenv("EPILOT_WRITE_PAGE") != "" {
		if err := os.WriteFile(operationsPage, []byte(page), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if text, err := os.ReadFile(operationsPage); err != nil || string(text) != page {
		t.Errorf("%s is stale (%v); run this test with EPILOT_WRITE_PAGE=1", operationsPage, err)
	}
}

// TestComputingOperations: operations listed as computing exist and are not GETs.
func TestComputingOperations(t *testing.T) {
	t.Parallel()
	w := newWhole(t)
	count := 0
	for _, name := range w.apis.Names() {
		api, err := w.apis.Load(t.Context(), name, "")
		if err != nil {
			t.Fatal(err)
		}
		for _, op := range api.Operations {
			if computes(name, op.ID) == "" {
				continue
			}
			count++
			if op.Method == http.MethodGet || catalog.OnlyReads(name, op.ID) {
				t.Errorf("%s %s is a read anyway", name, op.ID)
			}
		}
	}
	if count != 53 {
		t.Errorf("%d operations only compute; the list has another number", count)
	}
}

const operationsHead = `# What the mock does with each operation

An operation keeps state, has a handler of its own, or returns sample data. Sample data has the header ` + "`X-Epilot-Mock: sample`" + `.

%d of %d writes keep their state, so that a GET shows it or a later request depends on it. %d more operations that are not a GET only compute a URL, a token or a preview, or call another system. They count as reads here; with them, %d of %d operations that are not a read by their method or description keep state.

| API | stateful | by hand | sample | writes with sample data | reads with sample data |
| --- | --- | --- | --- | --- | --- |
`

const (
	keeps    = "stateful"
	byHand   = "by hand"
	isSample = "sample"
)

// classify returns the source of each operation's responses. A read of a document
// is stateful if a write of its path is.
func classify(t *testing.T, w *wholeMock, api *openapi.API) map[string]string {
	t.Helper()
	roles := resource.New(nil, nil, nil, nil)
	classes := map[string]string{}
	var written []string
	for _, op := range api.Operations {
		s := &sent{wholeMock: w, api: api.Name, op: op.Load()}
		classes[op.ID] = isSample
		switch {
		case w.emulator.IsByHand(op):
			classes[op.ID] = byHand
		case roles.Role(api, op) != "", roles.HasEffect(api, op):
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
