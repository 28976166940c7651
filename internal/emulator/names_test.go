package emulator_test

import (
	"encoding/json"
	"testing"
)

// TestEventNames: an event that epilot does not have is refused, and the message
// says which it has.
func TestEventNames(t *testing.T) {
	t.Parallel()
	const hooks, flows, events = "/webhooks/v1/webhooks/configs", "/automation/v1/automation/flows", "/event-catalog/v1/events"
	hook := func(event string) string {
		return `{"name":"Hook","url":"https://example.com","eventName":"` + event + `"}`
	}
	flow := func(event string) string {
		return `{"flow_name":"Flow","actions":[],"triggers":[{"type":"event_catalog","configuration":{"event_name":"` + event + `","event_version":"1.0","entity_node_id":"a","entity_schema":"contact"}}]}`
	}
	custom := func(event string) string {
		return `{"event_name":"` + event + `","event_title":"Ours","schema_fields":{},"entity_graph":{"nodes":[],"edges":[]}}`
	}
	run(t, newWhole(t), []step{
		{method: "GET", path: events, has: `"event_name":"MeterReadingAdded"`},
		{method: "GET", path: "/webhooks/v1/webhooks/configured-events", has: `"eventName":"order.created","eventLabel":"Order created".*"eventName":"event_MeterReadingAdded"`},

		{method: "POST", path: hooks, body: hook("order.created"), status: 201, has: `"id":"([^"]+)"`, keep: "hook"},
		{method: "POST", path: hooks, body: hook("customer_request_created"), status: 201},
		{method: "POST", path: hooks, body: hook("event_MeterReadingAdded"), status: 201},
		{method: "POST", path: hooks, body: hook("order.creatd"), status: 400, has: `body: \$.eventName: unknown event order.creatd; did you mean order.created\? GET /v1/webhooks/configured-events lists all [0-9]+`},
		{method: "POST", path: hooks, body: hook("event_Nothing"), status: 400},
		{method: "PUT", path: hooks + "/{hook}", body: hook("orders.created"), status: 400},
		{method: "GET", path: hooks + "/{hook}", has: `"eventName":"order.created"`},

		{method: "POST", path: flows, body: flow("MeterReadingAdded"), status: 201},
		{method: "POST", path: flows, body: flow("CustomerRequestSubmited"), status: 400, has: `triggers\[0\].configuration.event_name: .*did you mean CustomerRequestSubmitted`},

		{method: "POST", path: events + "/Nothing:trigger", body: `{"fields":{}}`, status: 404, has: `no event has the name`},
		{method: "POST", path: events + "/MeterReadingAded:history", body: `{}`, status: 404, has: `did you mean MeterReadingAdded`},
		{method: "GET", path: events + "/Nothing/json_schema", status: 404},
		{method: "POST", path: events + "/MeterReadingAdded:trigger", body: `{"fields":{}}`, status: 200},

		{method: "POST", path: flows, body: flow("RoofInspected"), status: 400},
		{method: "POST", path: events, body: custom("RoofInspected"), status: 201},
		{method: "POST", path: events, body: custom("RoofInspected"), status: 409},
		{method: "POST", path: events, body: custom("MeterReadingAdded"), status: 409},
		{method: "POST", path: flows, body: flow("RoofInspected"), status: 201},
		{method: "POST", path: hooks, body: hook("event_RoofInspected"), status: 201},
		{method: "POST", path: events + "/RoofInspected:trigger", body: `{"fields":{}}`, status: 200},

		{method: "POST", path: hooks, body: hook("roof.created"), status: 400},
		{method: "PUT", path: "/entity/v1/entity/schemas/roof", body: `{"slug":"roof","name":"Roof","plural":"Roofs","attributes":[],"capabilities":[]}`, status: 200},
		{method: "POST", path: hooks, body: hook("roof.created"), status: 201},
	})
}

// TestGrants: a role cannot grant an action that epilot does not have.
func TestGrants(t *testing.T) {
	t.Parallel()
	const roles = "/permissions/v1/permissions/roles"
	w := newWhole(t)
	role := func(action string) string {
		text, err := json.Marshal(map[string]any{"name": "R", "slug": "r", "type": "user_role", "grants": []any{map[string]any{"action": action, "resource": "*"}}})
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	// The documented actions, and those of the description of roles.
	for _, action := range []string{
		"*", "entity:view", "entity:update", "entity:edit", "entity:*", "entity:attribute:view", "entity-read", "entity-create", "entity-update", "entity-delete",
		"user:view", "user:invite", "role:view", "role:create", "role:assign", "message:view", "message:send", "message:*", "workflow:*", "workflow:execution:*",
		"webhook:*", "note:view", "contact:view", "file:view", "journey:publish", "automation:trigger", "ai-agents:view", "email_template:edit", "integration:consume", "integration:manage", "meter_reading:edit",
	} {
		if got := w.raw(t, "POST", roles, role(action)); got.status != 200 {
			t.Errorf("%s: %d %s", action, got.status, got.body)
		}
	}
	run(t, w, []step{
		{method: "POST", path: roles, body: role("entity:veiw"), status: 400, has: `body: \$.grants\[0\].action: unknown action entity:veiw; did you mean entity:view\?"`},
		{method: "POST", path: roles, body: role("entity:xyzzyx"), status: 400, has: `unknown action entity:xyzzyx; known: \*, abort, .*, view`},
		{method: "POST", path: roles, body: role("entitiy:view"), status: 400, has: `unknown resource entitiy in action entitiy:view; did you mean entity\?`},
		{method: "POST", path: roles, body: role("entity"), status: 400, has: `invalid action entity: use \* or resource:action`},
		{method: "POST", path: roles, body: role(""), status: 400},
		{method: "POST", path: roles, body: role("entity:"), status: 400},
		{method: "POST", path: roles, body: role("fly:view"), status: 400},
		{method: "PUT", path: roles + "/123:manager", body: `{"id":"123:manager","organization_id":"123","name":"M","slug":"manager","type":"user_role","grants":[{"action":"entity:fly"}]}`, status: 400},
		{method: "POST", path: "/partner-directory/v2/partners/123/roles", body: `{"name":"R","slug":"r","grants":[{"action":"entity-reed"}]}`, status: 400},
		{method: "POST", path: "/partner-directory/v2/partners/123/roles", body: `{"name":"R","slug":"r","grants":[{"action":"entity-read","dependencies":[{"action":"entity-view"}]}]}`, status: 201},
	})
}
