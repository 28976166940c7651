package emulator_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
)

// people creates contacts: name, city, age and birthday.
func people(t *testing.T, w *wholeMock) {
	t.Helper()
	for _, row := range [][]string{
		{"Ada", "Cologne", "36", "2026-01-05"},
		{"Grace", "Bonn", "40", "2026-01-20"},
		{"Alan", "Cologne", "41", "2026-03-02"},
		{"Edsger", "", "72", "2026-03-02"},
	} {
		body := fmt.Sprintf(`{"first_name":%q,"age":%s,"birthday":%q}`, row[0], row[2], row[3])
		if row[1] != "" {
			body = strings.TrimSuffix(body, "}") + fmt.Sprintf(`,"city":%q}`, row[1])
		}
		if got := w.raw(t, http.MethodPost, "/entity/v1/entity/contact", body); got.status != http.StatusCreated {
			t.Fatal(got)
		}
	}
}

// TestAggregations covers each kind, as documented by Elasticsearch.
func TestAggregations(t *testing.T) {
	t.Parallel()
	w := newWhole(t)
	people(t, w)
	for definition, want := range map[string]string{
		`{"terms":{"field":"city.keyword"}}`:                                       `{"doc_count_error_upper_bound":0,"sum_other_doc_count":0,"buckets":[{"key":"Cologne","doc_count":2},{"key":"Bonn","doc_count":1}]}`,
		`{"terms":{"field":"city","size":1,"missing":"none"}}`:                     `{"doc_count_error_upper_bound":0,"sum_other_doc_count":2,"buckets":[{"key":"Cologne","doc_count":2}]}`,
		`{"terms":{"field":"city","size":1},"aggs":{"a":{"max":{"field":"age"}}}}`: `{"doc_count_error_upper_bound":0,"sum_other_doc_count":1,"buckets":[{"key":"Cologne","doc_count":2,"a":{"value":41}}]}`,
		`{"sum":{"field":"age"}}`:                                                  `{"value":189}`,
		`{"avg":{"field":"age"}}`:                                                  `{"value":47.25}`,
		`{"min":{"field":"age"}}`:                                                  `{"value":36}`,
		`{"max":{"field":"age"}}`:                                                  `{"value":72}`,
		`{"max":{"field":"nothing"}}`:                                              `{"value":null}`,
		`{"value_count":{"field":"city"}}`:                                         `{"value":3}`,
		`{"cardinality":{"field":"city"}}`:                                         `{"value":2}`,
		`{"date_histogram":{"field":"birthday","calendar_interval":"month"}}`:      `{"buckets":[{"key_as_string":"2026-01-01T00:00:00.000Z","key":1767225600000,"doc_count":2},{"key_as_string":"2026-03-01T00:00:00.000Z","key":1772323200000,"doc_count":2}]}`,
	} {
		got := w.raw(t, http.MethodPost, search, `{"q":"_schema:contact","size":0,"aggs":{"x":`+definition+`}}`)
		var response struct {
			Hits         int `json:"hits"`
			Aggregations struct {
				X json.RawMessage `json:"x"`
			} `json:"aggregations"`
		}
		if err := json.Unmarshal([]byte(got.body), &response); err != nil || response.Hits != 4 || string(response.Aggregations.X) != want {
			t.Errorf("%s: %s\nwant %s (%v, %d %.200s)", definition, response.Aggregations.X, want, err, got.status, got.body)
		}
	}
	for _, wrong := range []string{`{"terms":{}}`, `{"percentiles":{"field":"age"}}`, `{}`, `{"date_histogram":{"field":"birthday","interval":"eon"}}`} {
		if got := w.raw(t, http.MethodPost, search, `{"q":"*","aggs":{"x":`+wrong+`}}`); got.status != http.StatusBadRequest || !strings.Contains(got.body, "aggregation") {
			t.Errorf("%s: %d %s", wrong, got.status, got.body)
		}
	}
}

// TestSearchAfter: pages by sort_end contain every entity once, even if several
// have the same sort values and one is deleted between pages.
func TestSearchAfter(t *testing.T) {
	t.Parallel()
	w := newWhole(t)
	people(t, w)
	after, names := "", []string{}
	for range 6 {
		got := w.raw(t, http.MethodPost, search, `{"q":"_schema:contact","sort":"birthday:desc","size":1`+after+`,"fields":["first_name"]}`)
		var page struct {
			Results []map[string]any `json:"results"`
			SortEnd json.RawMessage  `json:"sort_end"`
		}
		if err := json.Unmarshal([]byte(got.body), &page); err != nil {
			t.Fatal(got, err)
		}
		if len(page.Results) == 0 {
			if page.SortEnd != nil {
				t.Errorf("an empty page has the sort_end %s", page.SortEnd)
			}
			break
		}
		if _, has := page.Results[0]["age"]; has {
			t.Errorf("fields are ignored: %v", page.Results[0])
		}
		names = append(names, fmt.Sprint(page.Results[0]["first_name"]))
		after = `,"search_after":` + string(page.SortEnd)
		w.raw(t, http.MethodDelete, fmt.Sprintf("/entity/v1/entity/contact/%s", page.Results[0]["_id"]), "")
	}
	if got := strings.Join(names, " "); got != "Alan Edsger Grace Ada" {
		t.Error(got)
	}
}

// TestPagesFollowTheState: a cached page is never older than the state.
func TestPagesFollowTheState(t *testing.T) {
	t.Parallel()
	w := newWhole(t)
	people(t, w)
	run(t, w, []step{
		{method: "POST", path: search, body: `{"q":"_schema:contact","sort":"age:asc","size":1}`, has: `"hits":4.*Ada`},
		{method: "POST", path: "/entity/v1/entity/contact", body: `{"first_name":"Kid","age":3}`, has: `_id`},
		{method: "POST", path: search, body: `{"q":"_schema:contact","sort":"age:asc","size":1}`, has: `"hits":5.*Kid`},
		{method: "POST", path: search, body: `{"q":"_schema:contact","sort":"age:asc","size":1,"from":1}`, has: `"hits":5.*Ada`},
	})
}
