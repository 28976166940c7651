package emulator_test

import (
	"net/http"
	"strings"
	"testing"
)

// TestRepeatedLists: a list that was returned before is the same when it is repeated,
// and shows every change since.
func TestRepeatedLists(t *testing.T) {
	t.Parallel()
	w := newWhole(t)
	const schemas = "/v1/entity/schemas"
	first := w.raw(t, http.MethodGet, schemas, "")
	if first.status != http.StatusOK {
		t.Fatal(first)
	}
	for range 2 {
		if got := w.raw(t, http.MethodGet, schemas, ""); got.body != first.body {
			t.Errorf("the repeated list differs: %s", got.body)
		}
	}
	const made = `{"slug":"boat","name":"Boat","plural":"Boats","attributes":[],"capabilities":[]}`
	if got := w.raw(t, http.MethodPut, schemas+"/boat", made); got.status >= 300 {
		t.Fatal(got)
	}
	for range 3 {
		if got := w.raw(t, http.MethodGet, schemas, ""); !strings.Contains(got.body, `"boat"`) {
			t.Errorf("the list does not show the new schema: %s", got.body)
		}
	}
}
