package operation

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/epilot-cli/epilot/internal/client/paging"
	"github.com/epilot-cli/epilot/internal/openapi"
	"github.com/epilot-cli/epilot/internal/output/render"
)

// TestRowsWithAndWithoutAll checks that an unusual response has the same rows with
// --all as without, in the merged document and one per line.
func TestRowsWithAndWithoutAll(t *testing.T) {
	t.Parallel()
	for _, row := range []struct{ name, body, want string }{
		{"two lists", `{"data":[1],"results":[2]}`, "1\n"},
		{"two lists, in another order", `{"results":[2],"data":[1]}`, "2\n"},
		{"a list in a wrapper in a wrapper", `{"data":{"items":[1,2]},"total":2}`, "1\n2\n"},
		{"a wrapper without a list before the list", `{"data":{"page":{"items":[7]}},"results":[1,2]}`, "1\n2\n"},
		{"Elasticsearch", `{"took":3,"hits":{"total":{"value":2},"hits":[{"_id":"1"},{"_id":"2"}]}}`, "{\"_id\":\"1\"}\n{\"_id\":\"2\"}\n"},
		{"a number as a wrapper", `{"hits":2,"entities":[{"id":1},{"id":2}]}`, "{\"id\":1}\n{\"id\":2}\n"},
		{"an object with an ID and items", `{"id":"7","items":[1,2]}`, "{\"id\":\"7\",\"items\":[1,2]}\n"},
		{"an ID after the items", `{"items":[1,2],"id":"7"}`, "1\n2\n"},
		{"a wrapped object with an ID", `{"data":{"_id":"7","items":[1,2]}}`, "{\"data\":{\"_id\":\"7\",\"items\":[1,2]}}\n"},
		{"an object with an ID and another array", `{"tags":[1,2],"_id":"7"}`, "{\"tags\":[1,2],\"_id\":\"7\"}\n"},
		{"an escaped name", `{"dat\u0061":[1,2]}`, "1\n2\n"},
		{"an empty list before another", `{"items":[],"data":[1]}`, ""},
		{"a byte order mark and white space", "\xef\xbb\xbf{ \"data\" : { \"hits\" : [ 1 , 2 ] } }", "1\n2\n"},
		{"no list", `{"data":{"a":1},"items":null}`, "{\"data\":{\"a\":1},\"items\":null}\n"},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			if got := rowsOf(t, &http.Response{Body: io.NopCloser(strings.NewReader(row.body))}); got != row.want {
				t.Errorf("without --all: %q, want %q", got, row.want)
			}
			for _, lines := range []bool{false, true} {
				if got := rowsOf(t, merged(t, row.body, lines)); got != row.want {
					t.Errorf("with --all, lines %t: %q, want %q", lines, got, row.want)
				}
			}
		})
	}
}

// merged returns the response of --all to an operation with a single page.
func merged(t *testing.T, body string, lines bool) *http.Response {
	t.Helper()
	pager, err := paging.New(paging.Options{
		Operation: &openapi.Operation{ID: "list", Method: http.MethodGet},
		Send: func(*http.Request) (*http.Response, error) {
			return &http.Response{StatusCode: http.StatusOK, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(body))}, nil
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://127.0.0.1/", nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := paging.Merge(pager.Pages(req), lines)
	if err != nil {
		t.Fatal(err)
	}
	return resp
}

func rowsOf(t *testing.T, resp *http.Response) string {
	t.Helper()
	defer resp.Body.Close()
	var out strings.Builder
	isSequence := resp.Header.Get("Content-Type") == "application/x-ndjson"
	if err := render.Write(&out, resp.Body, render.Layout{Format: render.NDJSON, Sequence: isSequence}); err != nil {
		t.Fatal(err)
	}
	return out.String()
}
