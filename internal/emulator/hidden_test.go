package emulator_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
)

// TestHiddenState: state that no GET returns decides about later requests.
func TestHiddenState(t *testing.T) {
	t.Parallel()
	const lineage = "/configuration-hub/v1/configs/lineage"
	pair := func(target string) string {
		return `{"type":"journey","source_org_id":"456","source_id":"one","target_id":"` + target + `"}`
	}
	const app = `{"app_id":"` + someUUID + `","component_id":"` + someOther + `"`
	const integrations, events = "/integration-toolkit/v1/integrations/", "/integration-toolkit/v1/erp/updates/events"
	erp := app + `,"meta":{},"events":[{"event_type":"CREATE","object_type":"contract","timestamp":"2026-01-01T00:00:00Z","format":"json","payload":{"a":1}}]}`
	run(t, newWhole(t), []step{
		{method: "POST", path: lineage, body: pair("two"), status: 201, has: `"target_org_id":"123"`},
		{method: "POST", path: lineage, body: pair("two"), status: 201},
		{method: "POST", path: lineage, body: pair("three"), status: 409, has: `already has the target two`},
		{method: "DELETE", path: lineage + "?type=journey&source_id=one", status: 200, has: `"deleted":true`},
		{method: "DELETE", path: lineage + "?type=journey&source_id=one", status: 200, has: `"deleted":false`},
		{method: "POST", path: lineage, body: pair("three"), status: 201},

		{method: "POST", path: events, body: erp, status: 200, sample: true},
		{method: "PUT", path: integrations + someUUID + "/app-mapping", body: app + `}`, status: 200, has: someUUID},
		{method: "PUT", path: integrations + someOther + "/app-mapping", body: app + `}`, status: 409, has: `use overwrite`},
		{method: "POST", path: events, body: erp, status: 200},
		{method: "POST", path: integrations + someUUID + "/events", body: `{}`, has: `"object_type":"contract"`},
		{method: "PUT", path: integrations + someOther + "/app-mapping", body: app + `,"overwrite":true}`, status: 200},
		{method: "DELETE", path: integrations + someOther + "/app-mapping", body: app + `}`, status: 200},
		{method: "POST", path: events, body: erp, status: 200, sample: true},
	})
}

// TestChatSession: a grant is exchanged once, and a message is answered once.
func TestChatSession(t *testing.T) {
	t.Parallel()
	w := newWhole(t)
	member := func(got reply, name string) string {
		var members map[string]any
		_ = json.Unmarshal([]byte(got.body), &members)
		text, _ := members[name].(string)
		return text
	}
	grant := member(w.raw(t, "POST", "/chat/v1/bootstrap", `{"widget_key":"w"}`), "grant")
	session := w.raw(t, "POST", "/chat/v1/sessions", `{"grant":"`+grant+`"}`)
	if session.status != 201 || member(session, "token") == "" {
		t.Fatalf("%d %s", session.status, session.body)
	}
	if again := w.raw(t, "POST", "/chat/v1/sessions", `{"grant":"`+grant+`"}`); again.status != 401 || !strings.Contains(again.body, "INVALID_GRANT") {
		t.Errorf("used grant: %d %s", again.status, again.body)
	}
	if page := w.raw(t, "GET", "/_ui?collection=chat%00%3Dsession", ""); strings.Contains(page.body, member(session, "token")) || !strings.Contains(page.body, "chat session") {
		t.Errorf("the page shows the token, or no session: %s", page.body)
	}
	w.token = member(session, "token")
	say := func(text string) reply {
		return w.raw(t, "POST", "/chat/v1/messages", `{"request_id":"`+someUUID+`","message":"`+text+`","locale":"en","simple_language":false}`)
	}
	first := say("Hi")
	if first.status != 200 || !strings.HasPrefix(first.body, `data: {"request_id":"`+someUUID+`","text":"You wrote: Hi","type":"delta"}`) || say("Hi").body != first.body {
		t.Errorf("%d %s", first.status, first.body)
	}
	if other := say("Hello"); other.status != 409 {
		t.Errorf("another message with the same ID: %d %s", other.status, other.body)
	}
	if got := w.raw(t, "POST", search, `{"q":"*"}`); got.status != 401 {
		t.Errorf("another API accepts the token of a session: %d", got.status)
	}
}

// TestQueue: events are polled in order, once, until they are acknowledged.
func TestQueue(t *testing.T) {
	t.Parallel()
	const integrations = "/integration-toolkit/v1/integrations"
	const queue = integrations + "/{integration}/outbound/messages/"
	const trigger, history = "/event-catalog/v1/events/ContractChanged:trigger", "/event-catalog/v1/events/ContractChanged:history"
	const tracking = "/integration-toolkit/v1/erp/tracking/acknowledgement"
	useCase := `{"name":"Contracts","slug":"contracts","enabled":true,"type":"outbound","configuration":{"event_catalog_event":"ContractChanged","mappings":[{"id":"` +
		someUUID + `","name":"m","enabled":true,"created_at":"2026-01-01T00:00:00Z","updated_at":"2026-01-01T00:00:00Z","delivery":{"type":"poll","poison_policy":"block","max_delivery_attempts":1}}]}}`
	const none, message = `"messages":\[\]`, `"messages":\[\{"id":"([^"]+)"`
	ack := func(id, lease string) string { return `{"acks":[{"id":"` + id + `","lease_token":"` + lease + `"}]}` }
	run(t, newWhole(t), []step{
		{method: "POST", path: integrations, body: `{"name":"ERP"}`, has: `"id":"([^"]+)"`, keep: "integration"},
		{method: "POST", path: integrations + "/{integration}/use-cases", body: useCase, has: `"id"`},
		{method: "POST", path: queue + "poll", body: `{}`, status: 200, has: none},
		{method: "POST", path: trigger, body: `{"fields":{"n":1}}`, status: 200},
		{method: "POST", path: trigger, body: `{"fields":{"n":2}}`, status: 200},
		{method: "POST", path: history, body: `{}`, status: 200, has: `"_ack_id":"([^"]+)"`, keep: "ack"},
		{method: "POST", path: tracking, body: `{"ack_id":"{ack}"}`, status: 200},
		{method: "POST", path: tracking, body: `{"ack_id":"{ack}"}`, status: 404},
		{method: "POST", path: queue + "poll", body: `{"limit":1}`, status: 200, has: `"has_more":true,` + message + `.*"n":1`, keep: "one"},
		{method: "POST", path: queue + "poll", body: `{"limit":1}`, status: 200, has: none},
		{method: "POST", path: queue + "ack", body: ack("{one}", "lt_x"), status: 200, has: `"rejected","reason":"stale_lease"`},
		{method: "POST", path: queue + "ack", body: ack("msg_x", "lt_x"), status: 200, has: `"not_found"`},
		{method: "POST", path: queue + "unblock", body: `{}`, status: 200, has: `"dead_lettered_id":"{one}","unblocked":true`},
		{method: "POST", path: queue + "unblock", body: `{}`, status: 200, has: `"unblocked":false`},
		{method: "GET", path: queue + "dlq", status: 200, has: `"delivery_attempts":1.*"id":"{one}"`},
		{method: "POST", path: queue + "poll", body: `{}`, status: 200, has: `"has_more":false,` + message + `.*"n":2`, keep: "two"},
	})
}

// TestQueueAcknowledges: messages are acknowledged in order, and then gone.
func TestQueueAcknowledges(t *testing.T) {
	t.Parallel()
	w := newWhole(t)
	const queue = "/integration-toolkit/v1/integrations/" + someUUID + "/outbound/messages/"
	w.raw(t, "POST", "/integration-toolkit/v1/integrations/"+someUUID+"/use-cases", `{"name":"Contracts","slug":"contracts","enabled":true,"type":"outbound","configuration":{"event_catalog_event":"ContractChanged","mappings":[{"id":"`+
		someUUID+`","name":"m","enabled":true,"created_at":"2026-01-01T00:00:00Z","updated_at":"2026-01-01T00:00:00Z","delivery":{"type":"poll"}}]}}`)
	for range 2 {
		w.raw(t, "POST", "/event-catalog/v1/events/ContractChanged:trigger", `{"fields":{}}`)
	}
	var batch struct {
		Messages []struct {
			ID    string `json:"id"`
			Lease string `json:"lease_token"`
		} `json:"messages"`
	}
	got := w.raw(t, "POST", queue+"poll", "")
	if err := json.Unmarshal([]byte(got.body), &batch); err != nil || len(batch.Messages) != 2 {
		t.Fatalf("%v %s", err, got.body)
	}
	ack := func(n int) string {
		m := batch.Messages[n]
		return w.raw(t, "POST", queue+"ack", `{"acks":[{"id":"`+m.ID+`","lease_token":"`+m.Lease+`"}]}`).body
	}
	for i, want := range []string{"out_of_order", "accepted", "accepted", "not_found"} {
		if got := ack([]int{1, 0, 1, 0}[i]); !strings.Contains(got, want) {
			t.Errorf("acknowledgement %d: %s, want %s", i, got, want)
		}
	}
	if got := w.raw(t, "POST", queue+"poll", ""); !strings.Contains(got.body, `"messages":[]`) {
		t.Errorf("after all were acknowledged: %s", got.body)
	}
}

// TestRevertTemplate: a template returns to its first version.
func TestRevertTemplate(t *testing.T) {
	t.Parallel()
	const templates = "/email-template/v1/email-template/templates"
	body := func(subject string) string { return `{"name":"Offer","subject":"` + subject + `","body":"Hello"}` }
	run(t, newWhole(t), []step{
		{method: "POST", path: templates, body: body("first"), has: `"_id":"([^"]+)"`, keep: "template"},
		{method: "POST", path: templates + ":revert", body: `{"email_template_id":"{template}"}`, status: 200},
		{method: "PUT", path: templates + "/{template}", body: body("second")},
		{method: "PUT", path: templates + "/{template}", body: body("third")},
		{method: "GET", path: templates + "/{template}", has: `"subject":"third"`},
		{method: "POST", path: templates + ":revert", body: `{"email_template_id":"{template}"}`, status: 200},
		{method: "GET", path: templates + "/{template}", has: `"subject":"first"`},
		{method: "POST", path: templates + ":revert", body: `{"email_template_id":"nothing"}`, status: 404},
	})
}

// TestFileSession: a cookie opens files for a browser, and only for reading.
func TestFileSession(t *testing.T) {
	t.Parallel()
	w := newWhole(t)
	ask := func(method, path, authorization, cookie string) reply {
		request, err := http.NewRequestWithContext(t.Context(), method, w.url+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		for name, value := range map[string]string{"Authorization": authorization, "Cookie": cookie} {
			if value != "" {
				request.Header.Set(name, value)
			}
		}
		got, err := w.do(request)
		if err != nil {
			t.Fatal(err)
		}
		return got
	}
	const session = "/file/v1/files/session"
	cookie, _, _ := strings.Cut(ask("GET", session, "Bearer "+w.token, "").header.Get("Set-Cookie"), ";")
	for _, try := range []struct {
		method, path, cookie string
		status               int
	}{
		{"GET", "/file/v1/files/" + someUUID + "/preview", "", 401},
		{"GET", "/file/v1/files/" + someUUID + "/preview", "token=other", 401},
		{"GET", "/file/v1/files/" + someUUID + "/preview", cookie, 200},
		{"DELETE", "/file/v1/files/public/links/" + someUUID, cookie, 401},
		{"GET", "/entity/v1/entity/contact/" + someUUID, cookie, 401},
	} {
		if got := ask(try.method, try.path, "", try.cookie); got.status != try.status {
			t.Errorf("%s %s: %d, want %d", try.method, try.path, got.status, try.status)
		}
	}
	if ended := ask("DELETE", session, "Bearer "+w.token, "").header.Get("Set-Cookie"); !strings.Contains(ended, "Max-Age=0") {
		t.Errorf("the end of a session: %s", ended)
	}
}
