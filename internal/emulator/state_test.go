package emulator_test

import (
	"encoding/json"
	"net/http"
	"regexp"
	"strings"
	"testing"
)

// step is a request and the expected response.
type step struct {
	method, path, body string
	status             int
	has                string // a regular expression; {name} is replaced by a stored value
	keep               string // the name under which to store the first group
	sample             bool   // whether the response is marked as a sample
}

// run makes the requests in order.
func run(t *testing.T, w *wholeMock, steps []step) {
	t.Helper()
	kept := map[string]string{}
	filled := func(text string) string {
		for name, value := range kept {
			text = strings.ReplaceAll(text, "{"+name+"}", value)
		}
		return text
	}
	for _, s := range steps {
		got := w.raw(t, s.method, filled(s.path), filled(s.body))
		if s.status != 0 && got.status != s.status {
			t.Errorf("%s %s: %d %.300s", s.method, filled(s.path), got.status, got.body)
		}
		found := regexp.MustCompile(filled(s.has)).FindStringSubmatch(got.body)
		if found == nil {
			t.Errorf("%s %s: no %s in %.500s", s.method, filled(s.path), filled(s.has), got.body)
			continue
		}
		if s.keep != "" {
			kept[s.keep] = found[1]
		}
		if isSample := got.header.Get("X-Epilot-Mock") == "sample"; isSample != s.sample {
			t.Errorf("%s %s: sample %v", s.method, filled(s.path), isSample)
		}
	}
}

const search = "/entity/v1/entity:search"

func TestEntityLife(t *testing.T) {
	t.Parallel()
	run(t, newWhole(t), []step{
		{method: "POST", path: "/entity/v1/entity/contact", body: `{"first_name":"Ada","last_name":"King"}`, status: 201, has: `"_id":"([^"]+)"`, keep: "ada"},
		{method: "DELETE", path: "/entity/v1/entity/contact/{ada}"},
		{method: "GET", path: "/entity/v1/entity/contact/{ada}", status: 404},
		{method: "POST", path: search, body: `{"q":"ada"}`, has: `"hits":0`},
		{method: "POST", path: search, body: `{"q":"ada","include_deleted":"true"}`, has: `"hits":1`},
		{method: "PATCH", path: "/entity/v1/entity/contact/{ada}:restore", status: 200, has: `Ada`},
		{method: "PATCH", path: "/entity/v1/entity/contact/{ada}:restore", status: 404},
		{method: "POST", path: search, body: `{"q":"ada"}`, has: `"hits":1`},
		{method: "DELETE", path: "/entity/v1/entity/contact/{ada}?permanent=true"},
		{method: "PATCH", path: "/entity/v1/entity/contact/{ada}:restore", status: 404},
		// The first upsert of an entity creates it, the second does not.
		{method: "PATCH", path: "/entity/v1/entity/contact:upsert", body: `{"unique_key":["email"],"entity":{"email":"a@b.de"}}`, status: 201},
		{method: "PATCH", path: "/entity/v1/entity/contact:upsert", body: `{"unique_key":["email"],"entity":{"email":"a@b.de","first_name":"Al"}}`, status: 200, has: `Al`},
	})
}

// TestOnlyEntitiesAreSearched: other resources are not found among entities.
func TestOnlyEntitiesAreSearched(t *testing.T) {
	t.Parallel()
	run(t, newWhole(t), []step{
		{method: "POST", path: "/entity/v1/entity/view", body: `{"slug":["contact"],"name":"mine","org":"123","ui_config":{},"created_by":{"source":"x"}}`, has: `mine`},
		{method: "POST", path: "/entity/v1/entity/taxonomies", body: `{"slug":"purpose","name":"Purpose","color":"#fff"}`, has: `purpose`},
		{method: "POST", path: search, body: `{"q":"*"}`, has: `"hits":0`},
	})
}

func TestQueryStringsThatAreWrong(t *testing.T) {
	t.Parallel()
	run(t, newWhole(t), []step{
		{method: "POST", path: search, body: `{"q":"first_name:(ada"}`, status: 400, has: `unclosed parenthesis at character 16 of the query`},
	})
}

// TestIDsInBodies: an id in the body selects the resource to change.
func TestIDsInBodies(t *testing.T) {
	t.Parallel()
	run(t, newWhole(t), []step{
		{method: "POST", path: "/journey/v1/journey/configuration", body: `{"organizationId":"123","name":"first","steps":[]}`, status: 201, has: `"journeyId":"([^"]+)"`, keep: "id"},
		{method: "PATCH", path: "/journey/v1/journey/configuration", body: `{"journeyId":"{id}","name":"second"}`, status: 200, has: `second`},
		{method: "GET", path: "/journey/v1/journey/configuration/{id}", status: 200, has: `"name":"second"`},
	})
}

// TestNewIDs: two creations have different ids.
func TestNewIDs(t *testing.T) {
	t.Parallel()
	w := newWhole(t)
	ids := map[string]bool{}
	for range 3 {
		got := w.raw(t, http.MethodPost, "/workflow/v1/workflows/executions", `{"workflowId":"wf1"}`)
		var made struct {
			ID string `json:"id"`
		}
		if err := json.Unmarshal([]byte(got.body), &made); err != nil || got.status != 201 || ids[made.ID] {
			t.Errorf("%d %.300s %v", got.status, got.body, err)
		}
		ids[made.ID] = true
	}
}

// TestSamplesFitTheRequest: samples belong to the organization of the tokens,
// echo the request, and contain no real hosts.
func TestSamplesFitTheRequest(t *testing.T) {
	t.Parallel()
	const contract = "/customer-portal/v2/portal/contract/5da0a718-c822-403d-9f5d-20d4584e0528"
	run(t, newWhole(t), []step{
		{method: "GET", path: "/organization/v2/organization/123", status: 200, has: `"id":"123"`, sample: true},
		{method: "PATCH", path: "/organization/v2/organization/123", body: `{"name":"Mine"}`, status: 200, has: `Mine`},
		{method: "GET", path: "/organization/v2/organization/123", status: 200, has: `"name":"Mine"`},
		{method: "PATCH", path: contract, body: `{"contract_name":"Wind"}`, status: 200, has: `"data":{.*"contract_name":"Wind"`},
		{method: "GET", path: contract, status: 200, has: `"entity":{.*"contract_name":"Wind"`},
	})
}

// TestOrganization: the entity schemas and roles of a typical organization exist,
// and can be changed and removed.
func TestOrganization(t *testing.T) {
	t.Parallel()
	const schemas = "/entity/v1/entity/schemas"
	run(t, newWhole(t), []step{
		{method: "GET", path: schemas, status: 200, has: `"slug":"contact".*"slug":"order"`},
		{method: "GET", path: schemas + "/contact", status: 200, has: `"slug":"contact"`},
		{method: "PUT", path: schemas + "/contact", body: `{"slug":"contact","name":"Person","plural":"People","attributes":[],"capabilities":[]}`, has: `Person`},
		{method: "GET", path: schemas + "/contact", status: 200, has: `"name":"Person"`},
		{method: "DELETE", path: schemas + "/order"},
		{method: "GET", path: schemas + "/order", status: 404},
		{method: "GET", path: "/permissions/v1/permissions/roles", status: 200, has: `"123:owner"`},
		{method: "GET", path: "/permissions/v1/permissions/roles/123:owner", status: 200, has: `Owner`},
	})
}

// TestListFilters: filters not named like a member are interpreted, and arrays
// are accepted in the forms that clients send.
func TestListFilters(t *testing.T) {
	t.Parallel()
	view := func(slug string) step {
		return step{
			method: "POST", path: "/entity/v1/entity/view", status: 201, has: "name",
			body: `{"slug":["` + slug + `"],"name":"all of ` + slug + `","org":"123","ui_config":{},"created_by":{"source":"x"}}`,
		}
	}
	run(t, newWhole(t), []step{
		view("contact"), view("order"),
		{method: "GET", path: "/entity/v1/entity/views?slug[]=order", status: 200, has: `^[^#]*all of order`},
		{method: "GET", path: "/entity/v1/entity/views?slug=product", status: 200, has: `"results":\[\]`},
		{method: "GET", path: "/entity/v1/entity/views?slug[0]=product", status: 200, has: `"results":\[\]`},
	})
}

// TestReadOnlyTokens: a read-only token can read and search, but not change anything.
func TestReadOnlyTokens(t *testing.T) {
	t.Parallel()
	w := newWhole(t)
	var made struct{ Token string }
	got := w.raw(t, http.MethodPost, "/access-token/v1/access-tokens", `{"name":"reader","read_only":true}`)
	if err := json.Unmarshal([]byte(got.body), &made); err != nil {
		t.Fatal(got)
	}
	w.token = made.Token
	run(t, w, []step{
		{method: "POST", path: search, body: `{"q":"*"}`, status: 200, has: `"hits":0`},
		{method: "GET", path: "/entity/v1/entity/schemas", status: 200, has: "contact"},
		{method: "POST", path: "/entity/v1/entity/contact", body: `{}`, status: 403, has: "read-only"},
		{method: "DELETE", path: "/entity/v1/entity/schemas/order", status: 403, has: "read-only"},
	})
}

func TestRelations(t *testing.T) {
	t.Parallel()
	const contact, order = "/entity/v1/entity/contact", "/entity/v1/entity/order"
	run(t, newWhole(t), []step{
		{method: "POST", path: contact, body: `{"first_name":"Ada"}`, status: 201, has: `"_id":"([^"]+)"`, keep: "ada"},
		{method: "POST", path: order, body: `{"order_number":"7"}`, status: 201, has: `"_id":"([^"]+)"`, keep: "order"},
		{method: "POST", path: order + "/{order}/relations", body: `[{"entity_id":"{ada}","attribute":"customer","_tags":["main"]}]`, status: 200, has: `{ada}`},
		{method: "GET", path: order + "/{order}/relations", status: 200, has: `^\[\{"entity_id":"{ada}","_schema":"contact","attribute":"customer","_tags":\["main"\],"reverse":false\}\]$`},
		{method: "GET", path: contact + "/{ada}/relations", status: 200, has: `^\[\]$`},
		{method: "GET", path: contact + "/{ada}/relations?include_reverse=true", status: 200, has: `"entity_id":"{order}".*"reverse":true`},
		{method: "GET", path: "/entity/v3/entity/contact/{ada}/relations?mode=both", status: 200, has: `"hits":1.*{order}`},
		{method: "GET", path: "/entity/v3/entity/contact/{ada}/relations?mode=both&exclude_schemas=order", status: 200, has: `"hits":0`},
		{method: "GET", path: "/entity/v2/entity/order/{order}/relations?hydrate=true", status: 200, has: `"first_name":"Ada"`},
		{method: "GET", path: "/entity/v2/entity/contact/{ada}/relations/count", status: 200, has: `"hits":1`},
		{method: "PUT", path: order + "/{order}/relations/customer/{ada}", body: `{"_tags":["other"]}`, status: 200, has: `other`},
		{method: "GET", path: order + "/{order}/relations", status: 200, has: `\["other"\]`},
		{method: "DELETE", path: order + "/{order}/relations/customer/{ada}"},
		{method: "GET", path: order + "/{order}/relations", status: 200, has: `^\[\]$`},
	})
}
