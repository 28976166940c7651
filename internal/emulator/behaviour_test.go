package emulator_test

import (
	"crypto/rand"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/epilot-cli/epilot/internal/catalog"
	"github.com/epilot-cli/epilot/internal/emulator"
	"github.com/epilot-cli/epilot/internal/openapi"
)

// TestMessages: a message is sent, read, found in its thread, moved and deleted.
func TestMessages(t *testing.T) {
	t.Parallel()
	const messages, threads = "/message/v1/message/messages", "/message/v1/message/threads"
	run(t, newWhole(t), []step{
		{method: "POST", path: messages, body: `{"subject":"Offer","text":"Hello","from":{"address":"a@example.com"},"to":[{"address":"b@example.com"}],"thread":{"topic":"Offer","assigned_to":["1"]}}`, status: 201, has: `"subject":"Offer"`},
		{method: "POST", path: messages + ":search", body: `{"q":"offer"}`, has: `"hits":1.*"_id":"([^"]+)"`, keep: "message"},
		{method: "GET", path: messages + "/{message}", status: 200, has: `"subject":"Offer".*"thread":"([^"]+)"`, keep: "thread"},
		{method: "GET", path: "/message/v2/message/messages/{message}", status: 200, has: `"text":"Hello"`},
		{method: "POST", path: messages + "/{message}/read", body: `{}`, status: 204},
		{method: "GET", path: messages + "/{message}", has: `"org_read_message":\["123"\]`},
		{method: "POST", path: "/message/v2/message/messages/{message}/unread", body: `{"scopes":["user"]}`, status: 204},
		{method: "GET", path: messages + "/{message}", has: `"org_read_message":\[\]`},
		{method: "POST", path: threads + ":search", body: `{"q":"_id:{thread}"}`, has: `"hits":1.*"topic":"Offer".*"done":false`},
		{method: "POST", path: threads + "/{thread}:markAsDone", status: 204},
		{method: "POST", path: "/message/v2/message/threads:search", body: `{"inbox_id":["3f34ce73-089c-4d45-a5ee-c161234e41c3"],"q":"done:true"}`, has: `"hits":1`},
		{method: "POST", path: "/message/v2/message/threads/{thread}/assign:users", body: `{"add":["7","8"],"remove":["1"]}`, status: 204},
		{method: "POST", path: threads + ":search", body: `{"q":"*"}`, has: `"assigned_to":\["7","8"\]`},
		{method: "POST", path: messages + "/{message}/trash", status: 204},
		{method: "POST", path: messages + "/{message}/untrash", status: 204},
		{method: "DELETE", path: messages + "/{message}", status: 204},
		{method: "GET", path: messages + "/{message}", status: 404},
		{method: "POST", path: threads + "/bulk:delete", body: `{"ids":["{thread}"]}`, status: 200},
		{method: "POST", path: threads + ":search", body: `{"q":"*"}`, has: `"hits":0`},
	})
}

// TestFlow: an execution has the phases and tasks of its template, and they can change.
func TestFlow(t *testing.T) {
	t.Parallel()
	const executions = "/workflow/v2/flows/executions"
	run(t, newWhole(t), []step{
		{method: "POST", path: "/workflow-definition/v2/flows/templates", body: `{"name":"Onboarding","phases":[{"id":"p1","name":"First"}],"tasks":[{"id":"t1","name":"Call","task_type":"MANUAL","phase_id":"p1"}],"edges":[],"trigger":{"type":"manual"}}`, status: 201, has: `"id":"([^"]{20,})"`, keep: "template"},
		{method: "POST", path: executions, body: `{"flow_template_id":"{template}","contexts":[{"id":"c1","schema":"contact","is_primary":true}]}`, status: 201, has: `"id":"([^"]+)"`, keep: "execution"},
		{method: "GET", path: executions + "/{execution}", status: 200, has: `"name":"Onboarding"`},
		{method: "GET", path: executions + "/{execution}", has: `"tasks":\[\{"id":"t1","name":"Call"`},
		{method: "PATCH", path: executions + "/{execution}/tasks/t1", body: `{"status":"COMPLETED"}`, status: 200, has: `"id":"t1".*"status":"COMPLETED"`},
		{method: "GET", path: executions + "/{execution}", has: `"id":"t1",.*"status":"COMPLETED"`},
		{method: "PATCH", path: executions + "/{execution}/phases/p1", body: `{"name":"Begin"}`, status: 200, has: `"name":"Begin"`},
		{method: "GET", path: executions + "/{execution}", has: `"name":"Begin"`},
		{method: "POST", path: executions + "/{execution}/tasks", body: `{"previous_task_id":"3f34ce73-089c-4d45-a5ee-c161234e41c3","next_task_id":"3f34ce73-089c-4d45-a5ee-c161234e41c3","task":{"name":"Mail","task_type":"MANUAL","phase_id":"p1"}}`, status: 201, has: `"name":"Mail"`},
		{method: "GET", path: executions + "/{execution}", has: `"name":"Call".*"name":"Mail"`},
		{method: "DELETE", path: executions + "/{execution}"},
		{method: "GET", path: executions + "/{execution}", status: 404},
	})
}

// TestAutomationFinishes: an execution runs, and finishes two seconds later on
// the mock's clock.
func TestAutomationFinishes(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	w := newClocked(t, func() time.Time { return now })
	const executions = "/automation/v1/automation/executions"
	run(t, w, []step{
		{method: "POST", path: executions, body: `{"flow_id":"f1","entity_id":"e3d3ebac-baab-4395-abf4-50b5bf1f8b74"}`, status: 201, has: `"id":"([^"]+)".*"execution_status":"in_progress"`, keep: "id"},
		{method: "GET", path: executions + "/{id}", has: `"execution_status":"in_progress"`},
	})
	now = now.Add(2 * time.Second)
	run(t, w, []step{
		{method: "GET", path: executions, has: `"execution_status":"success"`},
		{method: "GET", path: executions, has: `^(?:[^=]|=[^l])*$`}, // the scheduled change is hidden
	})
}

// newClocked returns a mock with a test clock.
func newClocked(t *testing.T, now func() time.Time) *wholeMock {
	t.Helper()
	known := catalog.New(catalog.Options{})
	e, err := emulator.New(emulator.Options{
		APIs:  func(name string) (*openapi.API, error) { return known.Load(t.Context(), name, "") },
		Names: known.Names(), StatePath: stateCopy(t), Issuer: issuer, Now: now, Random: rand.Reader,
	})
	if err != nil {
		t.Fatal(err)
	}
	token, err := e.BootstrapToken()
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(e)
	t.Cleanup(server.Close)
	return &wholeMock{emulator: e, apis: known, url: server.URL, token: token, client: server.Client()}
}

// TestReactions: reactions to a note can be added and removed.
func TestReactions(t *testing.T) {
	t.Parallel()
	run(t, newWhole(t), []step{
		{method: "POST", path: "/notes/v1/note", body: `{"type":"note","content":"Hi","contexts":[]}`, has: `"_id":"([^"]+)"`, keep: "note"},
		{method: "POST", path: "/notes/v1/note/{note}/reaction", body: `{"emoji":"thumbs-up"}`, status: 200, has: `thumbs-up`},
		{method: "GET", path: "/notes/v1/note/{note}", has: `"reactions":\{"thumbs-up":\["10006129"\]\}`},
		{method: "POST", path: "/notes/v1/note/{note}/reactions/toggle", body: `{"emojis":["heart"]}`, status: 200, has: `heart`},
		{method: "DELETE", path: "/notes/v1/note/{note}/reaction/thumbs-up", status: 200},
		{method: "GET", path: "/notes/v1/note/{note}", has: `"reactions":\{"thumbs-up":\[\],"heart":\["10006129"\]\}`},
	})
}

// TestAssignments: roles of a user can be added, listed and removed.
func TestAssignments(t *testing.T) {
	t.Parallel()
	const assignments = "/permissions/v1/permissions/assignments"
	run(t, newWhole(t), []step{
		{method: "PUT", path: assignments + "/7", body: `["123:owner"]`},
		{method: "POST", path: assignments + "/7/123:manager", has: `"123:owner","123:manager"`},
		{method: "GET", path: assignments + "/7", status: 200, has: `^\["123:owner","123:manager"\]$`},
		{method: "GET", path: assignments, has: `"user_id":"7","roles":\["123:owner","123:manager"\]`},
		{method: "DELETE", path: assignments + "/7/123:owner", status: 200, has: `"roles":\["123:manager"\]`},
		{method: "GET", path: assignments + "/7", has: `^\["123:manager"\]$`},
	})
}

// TestPublicLinks: a public link to a file is listed until it is revoked.
func TestPublicLinks(t *testing.T) {
	t.Parallel()
	const file = "ef7d985c-2385-44f4-9c71-ae06a52264f8"
	run(t, newWhole(t), []step{
		{method: "GET", path: "/file/v1/files/" + file + "/public/links", has: `"results":\[\]`},
		{method: "POST", path: "/file/v1/files/" + file + "/public/links", status: 201, has: `/v1/files/public/links/([^/"]+)/`, keep: "link"},
		{method: "GET", path: "/file/v1/files/" + file + "/public/links", has: `"id":"{link}"`},
		{method: "DELETE", path: "/file/v1/files/public/links/{link}", status: 204},
		{method: "GET", path: "/file/v1/files/" + file + "/public/links", has: `"results":\[\]`},
	})
}

// TestWhatResourcesAre: a new resource says what it is, and not what the sample of
// the documentation is; its id finds it.
func TestWhatResourcesAre(t *testing.T) {
	t.Parallel()
	const messages = "/message/v1/message/messages"
	const mail = `"text":"Hello","from":{"address":"a@example.com"},"to":[{"address":"b@example.com"}]}`
	run(t, newWhole(t), []step{
		{method: "POST", path: messages, body: `{"subject":"Offer",` + mail, status: 201, has: `^\{"subject":"Offer",.*"_id":"([^"]+)"\}$`, keep: "message"},
		{method: "GET", path: messages + "/{message}", status: 200, has: `"_title":"Offer".*"_schema":"message"`},
		{method: "POST", path: "/message/v1/message/threads:search", body: `{"q":"*"}`, has: `"_title":"Offer".*"_schema":"thread"`},
		{method: "POST", path: "/message/v1/message/drafts", body: `{"subject":"Later",` + mail, status: 201, has: `"_id":"([^"]+)"`, keep: "draft"},
		{method: "PUT", path: messages, body: `{"_id":"{draft}","subject":"Now"}`, status: 201, has: `"subject":"Now"`},
		{method: "POST", path: "/message/v1/message/drafts:send", body: `{"_id":"{draft}"}`, status: 201, has: `"type":"SENT"`},
		{method: "POST", path: "/entity/v1/entity/activity", body: `{"type":"x","title":"T","message":"m"}`, has: `"_id":"(01[^"]+)"`, keep: "activity"},
		{method: "GET", path: "/entity/v1/entity/activity/{activity}", status: 200, has: `"title":"T"`},
		{method: "POST", path: "/notes/v1/note", body: `{"content":"hello","contexts":[]}`, has: `"_schema":"note"`},
		{method: "POST", path: "/email-template/v1/email-template/templates", body: `{"name":"Offer","subject":"Your offer","body":"x"}`, has: `"_title":"Offer".*"_schema":"email_template"`},
		{method: "POST", path: "/calendar/v1/calendar", body: `{"name":"Team"}`, has: `"_schema":"calendar".*"_title":"Team".*"read_only":false`},
		{method: "POST", path: "/pricing/v1/order", body: `{"line_items":[]}`, has: `"_org_id":"123"`},
		{method: "PATCH", path: "/organization/v2/organization/123", body: `{"name":"Stadtwerke"}`, status: 200},
		{method: "GET", path: "/organization/v2/organization/current", status: 200, has: `"name":"Stadtwerke"`},
	})
}
