package emulator_test

import (
	"encoding/json"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/epilot-cli/epilot/internal/emulator/resource"
	"github.com/epilot-cli/epilot/internal/openapi"
	"github.com/epilot-cli/epilot/internal/openapi/schema"
)

// TestFiltersHaveEffect creates a resource, and lists its collection with each
// parameter set to a value that no resource has: the list must be empty.
func TestFiltersHaveEffect(t *testing.T) {
	t.Parallel()
	roles := &resource.Service{}
	w := newWhole(t)
	for _, name := range w.apis.Names() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			api, err := w.apis.Load(t.Context(), name, "")
			if err != nil {
				t.Fatal(err)
			}
			made := map[string]bool{}
			for _, op := range api.Operations {
				if role := roles.Role(api, op); (role == "list" || role == "search") && !w.emulator.IsByHand(op) {
					s := &sent{wholeMock: w, api: name, op: op.Load()}
					s.filters(t, roles, api, made)
				}
			}
		})
	}
}

// noFilter lists parameters of lists that select no resources.
const noFilter = ` hydrate fields language lang include_deleted include_scores anonymize cursor next filter contract_id contact_id exclude end_date `

// filters tests the parameters of one list.
func (s *sent) filters(t *testing.T, roles *resource.Service, api *openapi.API, made map[string]bool) {
	t.Helper()
	collection := roles.Collection(api, api.Find(s.op.ID))
	if !made[collection] {
		(&listing{sent: s}).fillCollection(t, roles, api)
		made[collection] = true
	}
	list := s.bare()
	if rows, isSample := countRows(list.send(t, list)); rows == 0 || isSample {
		t.Logf("%s %s: %d rows, sample %v", api.Name, s.op.ID, rows, isSample)
		return
	}
	s.bodyFilters(t)
	for _, p := range s.op.Params {
		value := otherValue(p.Schema)
		if p.In != "query" || p.Required || value == "" || strings.Contains(noFilter, " "+p.Name+" ") || strings.HasPrefix(p.Name, "exclude_") {
			continue
		}
		filtered := s.bare()
		filtered.values = append(filtered.values, filterValue(p, value))
		got := filtered.send(t, filtered)
		if rows, isSample := countRows(got); got.status < 300 && (rows > 0 || isSample) {
			t.Errorf("%s %s ?%s=%s: %d rows, sample %v", api.Name, s.op.ID, p.Name, value, rows, isSample)
		}
	}
}

// unfiltered lists members of search bodies without an effect: the resources that
// the mock keeps do not have what they select.
const unfiltered = ` searchPortalUserEntities.slug searchPortalUserEntities.q_fields searchPortalUserEntities.group
 searchPortalUserEntities.group_title searchPortalUserEntities.targets searchMessages.inbox_id searchMessages.user_groups
 searchThreadsV2.inbox_id searchThreadsV2.user_groups searchNotesByContext.include_related_schemas queryEvents.event_id queryEvents.event_name `

// bodyFilters tests the plain members of the body of a search.
func (s *sent) bodyFilters(t *testing.T) {
	t.Helper()
	body := s.op.Body.JSON()
	if body == nil {
		return
	}
	for _, part := range body.Parts() {
		for _, p := range part.Properties {
			value := otherValue(p.Schema)
			if value == "" || strings.Contains(noFilter+" sort sort_by q query search_after stable_query_id context ", " "+p.Name+" ") || slices.Contains(strings.Fields(unfiltered), s.op.ID+"."+p.Name) {
				continue
			}
			var members map[string]any
			filtered := s.least()
			_ = json.Unmarshal([]byte(filtered.body), &members)
			if members[p.Name] = value; schema.Items(p.Schema) != nil {
				members[p.Name] = []any{value}
			}
			delete(members, "q")
			text, _ := json.Marshal(members)
			filtered.setBody(string(text))
			got := filtered.send(t, filtered)
			if rows, isSample := countRows(got); got.status < 300 && (rows > 0 || isSample) {
				t.Errorf("%s %s %s: %d rows, sample %v", s.api, s.op.ID, text, rows, isSample)
			}
		}
	}
}

func filterValue(p *openapi.Param, text string) value {
	if slices.Contains(schema.Types(p.Schema), "array") {
		return value{p, []any{text}}
	}
	return value{p, text}
}

// otherValue returns a value that no sample has, or "" if the schema has no such value.
func otherValue(s *openapi.Schema) string {
	if items := schema.Items(s); items != nil {
		s = items
	}
	for _, text := range []string{"nosuchvalue", someUUID, "2999-01-01T00:00:00Z", "2999-01-01", "987654321"} {
		quoted, _ := json.Marshal(text)
		value, _ := schema.Decode(quoted)
		if slices.Contains(schema.Types(s), "string") && len(schema.Check(s, value, schema.Request)) == 0 {
			return url.QueryEscape(text)
		}
	}
	return ""
}

// countRows returns the length of the first array in a response.
func countRows(got reply) (rows int, isSample bool) {
	var value any
	if json.Unmarshal([]byte(got.body), &value) != nil {
		return 0, false
	}
	return arrayLength(value), got.header.Get("X-Epilot-Mock") != ""
}

func arrayLength(value any) int {
	if list, ok := value.([]any); ok {
		return len(list)
	}
	members, _ := value.(map[string]any)
	for _, name := range slices.Sorted(mapsKeys(members)) {
		if n := arrayLength(members[name]); n > 0 {
			return n
		}
	}
	return 0
}

// TestFiltersByMeaning: parameters select by what they mean, not only by name.
func TestFiltersByMeaning(t *testing.T) {
	t.Parallel()
	const readings = "/metering/v1/metering/reading/" + someUUID + "/" + someOther + "?type=cumulative"
	const classifications = "/entity/v1/entity/taxonomies/"
	run(t, newWhole(t), []step{
		{method: "GET", path: "/entity/v1/entity/schemas?include=contact,order", has: `^\{"results":\[\{"slug":"contact".*\{"slug":"order"`},
		{method: "GET", path: "/entity/v1/entity/schemas?exclude[]=contact", has: `"slug":"account"`},
		{method: "GET", path: "/entity/v1/entity/schemas?include=contact&exclude=contact", has: `"results":\[\]`},

		{method: "POST", path: classifications + "purpose/classifications", body: `{"create":[{"id":"a","slug":"a","name":"Alpha"}],"update":[],"delete":[]}`, has: `Alpha`},
		{method: "POST", path: classifications + "tags/classifications", body: `{"create":[{"id":"b","slug":"b","name":"Beta"}],"update":[],"delete":[]}`, has: `Beta`},
		{method: "POST", path: classifications + "classifications:search?taxonomySlug=purpose", has: `"results":\[\{"id":"a"[^{]*\}\],"hits":1`},
		{method: "POST", path: classifications + "classifications:search?taxonomySlug[]=tags&taxonomySlug[]=other", has: `Beta`},

		{method: "POST", path: "/automation/v1/automation/flows", body: `{"flow_name":"one","triggers":[{"type":"entity_manual","configuration":{"schema":"contact"}}],"actions":[]}`, status: 201},
		{method: "POST", path: "/automation/v1/automation/flows", body: `{"flow_name":"two","triggers":[{"type":"journey_submission","configuration":{"source_id":"` + someUUID + `"}}],"actions":[]}`, status: 201},
		{method: "GET", path: "/automation/v1/automation/flows?schema=contact", has: `"total":1,"results":\[\{[^\[]*"flow_name":"one"`},
		{method: "GET", path: "/automation/v1/automation/flows?trigger_source_id=" + someUUID, has: `"total":1,"results":\[\{[^\[]*"flow_name":"two"`},

		{method: "POST", path: "/workflow-definition/v2/flows/templates", body: `{"name":"Alpha","phases":[],"tasks":[],"edges":[],"trigger":{"type":"manual","entity_schema":"order"}}`, status: 201},
		{method: "GET", path: "/workflow-definition/v2/flows/templates?trigger_schema=order", has: `"name":"Alpha"`},
		{method: "GET", path: "/workflow-definition/v2/flows/templates?trigger_schema=contact", has: `\[\]`},

		{method: "POST", path: "/metering/v1/metering/reading", body: `{"meter_id":"` + someUUID + `","counter_id":"` + someOther + `","timestamp":"2026-05-04T10:00:00Z","value":7,"source":"360","reason":"regular"}`, status: 200},
		{method: "GET", path: readings + "&start_date=2026-05-01&end_date=2026-05-31", has: `"value":7`},
		{method: "GET", path: readings + "&start_date=2026-05-04&end_date=2026-05-04", has: `"value":7`},
		{method: "GET", path: readings + "&start_date=2026-06-01", has: `"results":\[\]`},
		{method: "GET", path: readings + "&end_date=2026-05-03", has: `"results":\[\]`},

		{method: "POST", path: "/calendar/v1/calendar", body: `{"name":"Team"}`, has: `"_?id":"([^"]+)"`, keep: "calendar"},
		{method: "POST", path: "/calendar/v1/calendar/events", body: `{"calendar_id":"{calendar}","_title":"Visit","is_all_day":false,"status":"busy","sensitivity":"normal","start_time":"2026-05-04T10:00:00Z","end_time":"2026-05-04T11:00:00Z","timezone":"UTC"}`, status: 201},
		{method: "GET", path: "/calendar/v1/calendar/events?from=2026-05-04T10:30:00Z&to=2026-05-05T00:00:00Z", has: `"calendar_id":"{calendar}"`},
		{method: "GET", path: "/calendar/v1/calendar/events?from=2026-05-05T00:00:00Z&to=2026-05-06T00:00:00Z", has: `"results":\[\]`},
		{method: "GET", path: "/calendar/v1/calendar/events?from=2026-05-01T00:00:00Z&to=2026-05-02T00:00:00Z", has: `"results":\[\]`},
	})
}
