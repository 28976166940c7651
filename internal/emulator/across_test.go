package emulator_test

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/epilot-cli/epilot/internal/jsonx"
)

const someOther = "3f34ce73-089c-4d45-a5ee-c161234e41c3"

// TestMapping: a mapping creates an entity from another one, and changes it the
// second time.
func TestMapping(t *testing.T) {
	t.Parallel()
	const execute = "/entity-mapping/v1/mappings:execute"
	const body = `{"source_ref":{"entity_id":"{source}"},"targets":[{"target_schema":"contact","target_unique":["email"],"mapping_attributes":[` +
		`{"target":"email","mode":"copy_if_exists","source":"mail"},{"target":"status","mode":"set_value","value":"new"},` +
		`{"target":"first_name","operation":{"_copy":"person.first"}},{"target":"remark","operation":{"_template":"for {{ person.first }}"}},` +
		`{"target":"_tags","operation":{"_append":["mapped"],"_uniq":true}}]}]}`
	run(t, newWhole(t), []step{
		{method: "POST", path: "/entity/v1/entity/submission", body: `{"mail":"ada@example.com","person":{"first":"Ada"}}`, status: 201, has: `"_id":"([^"]+)"`, keep: "source"},
		{method: "POST", path: execute + "?preview_mode=true", body: body, status: 200, has: `"mapped_entities":\[\{.*"email":"ada@example.com"`},
		{method: "POST", path: search, body: `{"q":"_schema:contact"}`, has: `"hits":0`},
		{method: "POST", path: execute, body: body, status: 200, has: `"_id":"([^"]+)".*"_title":"Ada"`, keep: "contact"},
		{method: "POST", path: execute, body: body, status: 200, has: `"_id":"{contact}"`},
		{method: "POST", path: search, body: `{"q":"_schema:contact"}`, has: `"hits":1.*"_tags":\["mapped"\].*"status":"new".*"remark":"for Ada"`},
		{method: "POST", path: "/entity-mapping/v1/relations:execute", body: `{"source_ref":{"entity_id":"{contact}"},"additional_relations":[{"entity_id":"{source}","attribute":"submissions"}],` +
			`"target":{"main_entity_ref":{"entity_id":"{source}"},"relation_attributes":[{"target":"origin","mode":"append","source_filter":{"self":true},"target_tags":["first"]}]}}`, status: 200, has: `"relation_attr":"submissions".*"relation_attr":"origin"`},
		{method: "GET", path: "/entity/v3/entity/contact/{contact}/relations", status: 200, has: `"attribute":"submissions".*"attribute":"origin","_tags":\["first"\]`},
	})
}

// TestPortalTemplates: templates move between portals, and their ids are replaced.
func TestPortalTemplates(t *testing.T) {
	t.Parallel()
	const templates = "/customer-portal/v3/portal/email-templates"
	run(t, newWhole(t), []step{
		{method: "POST", path: templates + "/one", body: `{"invitation":"` + someUUID + `","forgotPassword":"` + someOther + `"}`},
		{method: "POST", path: templates + ":migrate-references", body: `{"source_template_id":"` + someUUID + `","destination_template_id":"` + someOther + `"}`, status: 200, has: `"migrated_portal_count":1,"migrated_portal_ids":\["one"\]`},
		{method: "GET", path: templates + "/one", has: `"invitation":"` + someOther},
		{method: "POST", path: "/customer-portal/v3/portal/config/swap", body: `{"source_portal_id":"one","target_portal_id":"two"}`, status: 200},
		{method: "GET", path: templates + "/two", has: `"invitation":"` + someOther},
	})
}

// TestDefaultBoard: the id "default" stands for the board that was set.
func TestDefaultBoard(t *testing.T) {
	t.Parallel()
	const board = "/kanban/v1/kanban/board"
	run(t, newWhole(t), []step{
		{method: "GET", path: board + "/default", status: 404},
		{method: "POST", path: board, body: `{"title":"Sales","config":{}}`, has: `"id":"([^"]+)"`, keep: "board"},
		{method: "PUT", path: "/kanban/v1/kanban/org/default-board?boardId={board}", status: 200, has: `"default_board_id":"{board}"`},
		{method: "GET", path: board + "/default", status: 200, has: `"id":"{board}","title":"Sales"|"title":"Sales".*"id":"{board}"`},
		{method: "DELETE", path: "/kanban/v1/kanban/org/default-board", status: 200},
		{method: "GET", path: board + "/default", status: 404},
	})
}

// TestImportAndExport: an uploaded file becomes entities, and these a file again.
func TestImportAndExport(t *testing.T) {
	t.Parallel()
	w := newWhole(t)
	place, _ := jsonx.ParseObject([]byte(w.raw(t, "POST", "/file/v2/files/upload", `{"filename":"contacts.csv","mime_type":"text/csv"}`).body))
	download := func(method, url, body string) string {
		request, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		response, err := w.client.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		defer response.Body.Close()
		text, _ := io.ReadAll(response.Body)
		return string(text)
	}
	download("PUT", jsonx.Unquote(place.Get("upload_url")), "first_name,last_name,email\nAda,King,ada@example.com\nGrace,Hopper,\n")
	run(t, w, []step{
		{method: "POST", path: "/entity/v1/entity:import?job_id=one", body: `{"schema":"contact","S3Reference":` + string(place.Get("s3ref")) + `}`, status: 201, has: `"status":"IN_PROGRESS".*"imported":2`},
		{method: "POST", path: "/entity/v1/entity:import?job_id=one", status: 201, has: `"job_id":"one"`},
		{method: "POST", path: search, body: `{"q":"_schema:contact AND first_name:ada"}`, has: `"hits":1.*"_title":"Ada King".*"email":"ada@example.com"`},
		{method: "POST", path: "/entity/v1/entity:abortImport?job_id=one&schema=contact", status: 202, has: `"status":"IN_PROGRESS","jobPollId":"one"`},
		{method: "POST", path: "/entity/v1/entity:import?job_id=one", status: 201, has: `"status":"CANCELLED"`},
		{method: "POST", path: search, body: `{"q":"_schema:contact"}`, has: `"hits":2`},
	})
	job, _ := jsonx.ParseObject([]byte(w.raw(t, "POST", "/entity/v1/entity:export", `{"q":"_schema:contact","sort":"first_name:asc","fields":["first_name","email"]}`).body))
	if got, want := download("GET", jsonx.Unquote(job.Get("download_url")), ""), "first_name,email\nAda,ada@example.com\nGrace,\n"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

// TestStepsOfExecutions: a workflow has the sections and steps of its definition,
// which can change; the portal of a customer marks one as done.
func TestStepsOfExecutions(t *testing.T) {
	t.Parallel()
	const executions = "/workflow/v1/workflows/executions"
	run(t, newWhole(t), []step{
		{method: "POST", path: "/workflow-definition/v1/workflows/definitions", body: `{"name":"Sale","flow":[{"id":"s1","name":"First","type":"SECTION","order":1,"steps":[{"id":"a","name":"Call","type":"STEP","order":1}]},{"id":"b","name":"Mail","type":"STEP","order":2}]}`, has: `"id":"([^"]{20,})"`, keep: "definition"},
		{method: "POST", path: executions, body: `{"workflowId":"{definition}","contexts":[]}`, status: 201, has: `^\{"id":"([^"]+)"`, keep: "execution"},
		{method: "GET", path: executions + "/{execution}", status: 200, has: `"name":"Sale".*"definitionId":"s1","name":"First".*"steps":\[\{"id":"([^"]+)","definitionId":"a","name":"Call"`, keep: "call"},
		{method: "PATCH", path: executions + "/{execution}/steps/{call}", body: `{"status":"IN_PROGRESS"}`, status: 200, has: `"name":"Call".*"status":"IN_PROGRESS"`},
		{method: "GET", path: executions + "/{execution}", has: `"name":"Call"[^}]*"status":"IN_PROGRESS"`},
		{method: "PUT", path: "/customer-portal/v2/portal/workflow/{execution}/{call}:markDone", status: 200},
		{method: "GET", path: executions + "/{execution}", has: `"name":"Call"[^}]*"status":"COMPLETED"`},
		{method: "POST", path: executions + "/{execution}/steps", body: `{"insertionIndex":0,"name":"Greet"}`, status: 201, has: `"id":"([^"]+)"`, keep: "greet"},
		{method: "GET", path: executions + "/{execution}", has: `"flow":\[\{"id":"{greet}"`},
		{method: "DELETE", path: executions + "/{execution}/steps/{greet}", status: 204},
		{method: "DELETE", path: executions + "/{execution}/steps/{greet}", status: 404},
	})
}

// TestBulkMail: a mail to several recipients becomes messages with the subject of
// the template.
func TestBulkMail(t *testing.T) {
	t.Parallel()
	run(t, newWhole(t), []step{
		{method: "POST", path: "/email-template/v1/email-template/templates", body: `{"name":"Offer","subject":"Your offer","body":"<p>Hello</p>"}`, has: `"_id":"([^"]+)"`, keep: "template"},
		{method: "POST", path: "/email-template/v1/email-template/templates:bulkSendMessage", body: `{"email_template_id":"{template}","recipient_ids":["` + someUUID + `","` + someOther + `"]}`, status: 200, has: `"total_queued":2`},
		{method: "POST", path: "/message/v1/message/messages:search", body: `{"q":"subject:offer"}`, has: `"hits":2.*Hello`},
	})
}
