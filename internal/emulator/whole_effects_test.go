package emulator_test

import (
	"encoding/json"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/epilot-cli/epilot/internal/emulator/resource"
	"github.com/epilot-cli/epilot/internal/jsonx"
	"github.com/epilot-cli/epilot/internal/openapi"
)

// TestEffectsAreSeen carries out each effect over HTTP, and compares the views of
// the resource before and after: something other than a time must have changed,
// and neither response may be a sample.
func TestEffectsAreSeen(t *testing.T) {
	t.Parallel()
	roles := resource.New(nil, nil, nil, nil)
	for _, name := range newWhole(t).apis.Names() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWhole(t)
			api, err := w.apis.Load(t.Context(), name, "")
			if err != nil {
				t.Fatal(err)
			}
			for _, op := range api.Operations {
				for _, e := range roles.Effects(api, op) {
					if _, err := w.emulator.Reset(t.Context(), true); err != nil {
						t.Fatal(err)
					}
					x := &exercise{T: t, sent: &sent{wholeMock: w, api: name, op: op.Load()}, api: api, roles: roles}
					x.effect(e)
				}
			}
		})
	}
}

// exercise tests the effects of one operation.
type exercise struct {
	*testing.T
	*sent
	api     *openapi.API
	other   *openapi.API // of the effect's collection, if not api
	roles   *resource.Service
	created *sent // created the resource that the effect concerns, or nil
}

// alreadySo lists operations that leave a new resource unchanged, such as opening
// an open thread. They are tested on the sample.
const alreadySo = `
 advanceUserAssignment retriggerCampaignAutomations restoreRecipientEntityUiStatus unassignPartnerUserRoles enablePartner 
 markThreadAsOpen threadBulkActionsOpen assignUsersV2 deleteLogo approveExecution exportManifest applyPlan 
 bulkAddBlueprintResources bulkUpdateBlueprintResources continueInstallationJob retryInstallationJob `

// ownBodies has the bodies of operations whose definition lacks one, or whose
// sample has no effect.
var ownBodies = map[string]string{
	"updateMessage":        `{"_id":"x","subject":"changed"}`,
	"updateThread":         `{"_id":"x","topic":"changed"}`,
	"sendDraft":            `{"_id":"x","subject":"changed"}`,
	"bulkSendMessage":      `{"email_template_id":"` + someUUID + `","recipient_ids":["` + someUUID + `"]}`,
	"changeCampaignStatus": `{"status":"inactive"}`,
}

// someUUID replaces the sample "string" in ids whose schema does not require a UUID.
const someUUID = "5da0a718-c822-403d-9f5d-20d4584e0528"

func (x *exercise) effect(e resource.Effect) {
	x.Helper()
	if x.op.ID == "processErpUpdatesEvents" {
		return // needs the mapping of its app: TestHiddenState
	}
	request := x.full()
	if body := ownBodies[x.op.ID]; body != "" {
		request.setBody(body)
	}
	if request.body == "{}" {
		request.body = `{"name":"changed"}`
	}
	request.body = strings.ReplaceAll(request.body, `"meter_id":"string"`, `"meter_id":"`+someUUID+`"`)
	for i, v := range request.values {
		if (v.param.Name == "meter_id" || v.param.Name == "campaign_id") && v.json == "string" {
			request.values[i].json = someUUID
		}
	}
	views := x.views(e, request)
	if len(views) == 0 {
		x.Errorf("%s: nothing shows %+v", x.op.ID, e)
		return
	}
	if e.Does == "remove" || strings.HasPrefix(e.ID, "[") || e.ID == "*" || e.Entity != "" && e.Does != "create" || e.Does == "copy" || e.Does == "change" && e.Collection != "" && !strings.Contains(alreadySo, " "+x.op.ID+" ") {
		x.prepare(e, request)
	}
	if e.Does == "change" {
		request.vary()
	}
	views = x.views(e, request)
	before := x.look(views)
	got := request.send(x.T, request)
	if got.status >= 300 || got.header.Get("X-Epilot-Mock") != "" {
		x.Errorf("%s %s\n\t%+v: %d %s %.300s", x.sent.api, request, e, got.status, got.header.Get("X-Epilot-Mock"), got.body)
		return
	}
	if wrong := misfit(x.op, got); wrong != "" {
		x.Errorf("%s: %s in %.300s", request, wrong, got.body)
	}
	if e.Does == "create" || e.Does == "copy" {
		views = x.views(e, request)
		for _, view := range views {
			view.take(idIn(got.body))
			for i, value := range view.values {
				if given := memberIn(got.body, value.param.Name); given != nil && value.param.In == "path" && view.role == "list" {
					view.values[i].json = given
				}
			}
		}
	}
	after := x.look(views)
	if x.op.ID == "reindexEntity" {
		return // the mock always indexes everything; there is no change to see
	}
	for _, missing := range x.missing(e, request, after) {
		x.Errorf("%s %s\n\t%s is not seen\n\tafter %.1500s", x.sent.api, request, missing, after)
	}
	if after == "" || withoutTimes(before) == withoutTimes(after) {
		x.Errorf("%s %s\n\t%+v is not seen\n\t%.300s\n\tbefore %.1500s\n\tafter  %.1500s", x.sent.api, request, e, got.body, before, after)
	}
}

// missing returns the members that the effect sets and the views do not show, as JSON.
func (x *exercise) missing(e resource.Effect, request *sent, after string) []string {
	var missing []string
	for _, set := range e.Sets {
		var value any = set[1]
		switch {
		case strings.ContainsAny(set[1][:1], "!@.&"), e.Does == "remove", strings.ContainsAny(set[0], "$@") || set[0] == "{key}":
			continue
		case strings.ContainsAny(set[1][:1], "$?{") && json.Unmarshal([]byte(set[1]), &value) != nil:
			if value = request.expression(set[1], e.Each); value == nil {
				continue
			}
			if _, isObject := value.(map[string]any); isObject {
				continue
			}
		case set[1] == "null":
			continue
		default:
			_ = json.Unmarshal([]byte(set[1]), &value) // otherwise it is a string
		}
		text, err := json.Marshal(value)
		if err != nil {
			x.Fatal(err)
		}
		name := set[0][strings.LastIndexAny(set[0], ".]")+1:]
		want := jsonx.Quote(name) + ":" + string(text)
		if !strings.Contains(after, want) && !strings.Contains(after, jsonx.Quote(name)+":["+string(text)) {
			missing = append(missing, want)
		}
	}
	return missing
}

// vary changes the body's plain members to values that differ from a creation's.
func (s *sent) vary() {
	var body map[string]any
	if json.Unmarshal([]byte(s.body), &body) != nil {
		return
	}
	for _, name := range []string{"value", "remark", "name", "title"} {
		switch body[name].(type) {
		case string:
			body[name] = "changed"
		case float64:
			body[name] = 7
		}
	}
	if text, err := json.Marshal(body); err == nil && s.mediaType == "application/json" {
		s.body = string(text)
	}
}

// views returns the requests that show the target of an effect.
func (x *exercise) views(e resource.Effect, request *sent) []*view {
	var views []*view
	if e.Entity != "" {
		entity, err := x.apis.Load(x.Context(), "entity", "")
		if err != nil {
			x.Fatal(err)
		}
		search := x.with(entity.Find("searchEntities"))
		search.api = "entity"
		search = search.least()
		search.setBody(`{"q":"*","size":100}`)
		return []*view{{sent: search, api: entity}}
	}
	for _, op := range x.of(e).Operations {
		role := x.roles.Role(x.of(e), op)
		isView := e.Collection != "" && x.roles.Collection(x.of(e), op) == e.Collection && (role == "get" || role == "list" || role == "search")
		if e.Document != "" {
			isView = op.Method == http.MethodGet && template(op.Path) == template("/"+e.Document)
		}
		if !isView {
			continue
		}
		v := &view{sent: x.with(op).bare(), api: x.of(e), role: role, path: x.roles.RowPath(x.of(e), op)}
		v.sent.api = x.of(e).Name
		v.follow(request, e)
		if x.created != nil && role != "get" {
			v.follow(x.created, e)
		}
		views = append(views, v)
	}
	return views
}

// of returns the API of the collection that an effect concerns.
func (x *exercise) of(e resource.Effect) *openapi.API {
	if e.API == "" {
		return x.api
	}
	if x.other != nil {
		return x.other
	}
	api, err := x.apis.Load(x.Context(), e.API, "")
	if err != nil {
		x.Fatal(err)
	}
	x.other = api
	return api
}

// prepare creates a resource for the effect, and points the request at it.
func (x *exercise) prepare(e resource.Effect, request *sent) {
	x.Helper()
	if e.Entity != "" {
		slug := e.Entity
		if given, ok := request.expression(slug, e.Each).(string); ok {
			slug = given
		}
		if slug == "*" {
			slug = "contact"
		}
		body := `{"name":"one"}`
		if attribute, ok := request.valueOf("attribute").(string); ok {
			body = `{"_changesets":{"` + attribute + `":{"proposed_value":"two","created_at":"2026-01-01T00:00:00Z","edit_mode":"approval"}}}`
		}
		id := idIn(x.raw(x.T, http.MethodPost, "/entity/v1/entity/"+slug, body).body)
		request.assign(e.ID, e.Each, id)
		return
	}
	api := x.of(e)
	for _, op := range api.Operations {
		creates := x.roles.Role(api, op) == "create" && x.roles.Collection(api, op) == e.Collection
		for _, other := range x.roles.Effects(api, op) {
			creates = creates || other.Does == "create" && other.Collection == e.Collection
		}
		if e.Document != "" && op.ID != x.op.ID {
			others := x.roles.Effects(api, op)
			creates = len(others) > 0 && others[0].Document == e.Document
		}
		if !creates {
			continue
		}
		creation := x.with(op).full()
		creation.api = api.Name
		x.created = creation
		for _, p := range op.PathParams() {
			if given := request.valueOf(p.Name); given != nil {
				creation.assign("{"+p.Name+"}", "", given)
			}
		}
		got := creation.send(x.T, creation)
		if got.status >= 300 {
			x.Errorf("%s: %d %.300s", creation, got.status, got.body)
		}
		id := ""
		if x.roles.Collection(api, op) == e.Collection {
			id = x.roles.ID(api, op, got.body)
		}
		others := x.roles.Effects(api, op)
		if id == "" && (len(others) == 0 || others[len(others)-1].Collection == e.Collection) {
			id = idIn(got.body)
		}
		if id == "" {
			for _, view := range x.views(e, creation) {
				if view.role != "get" {
					id = idIn(view.send(x.T, view.sent).body)
				}
			}
		}
		if !strings.HasPrefix(e.ID, "[") && e.ID != "*" && e.Document == "" && id != "" {
			request.assign(e.ID, e.Each, id)
		}
		for condition := range strings.SplitSeq(strings.Trim(e.ID, "[]"), "&") {
			name, expression, found := strings.Cut(condition, "=")
			if strings.HasSuffix(name, "!") {
				request.assign(expression, e.Each, "other")
			}
			if value := memberIn(got.body, name); found && value != nil && !strings.HasSuffix(name, "!") {
				request.assign(expression, e.Each, value)
			}
		}
		return
	}
}

// look returns the responses of the views; of a sample, it says only that it is one.
func (x *exercise) look(views []*view) string {
	var shown strings.Builder
	for _, v := range views {
		got := v.send(x.T, v.sent)
		if got.header.Get("X-Epilot-Mock") == "" {
			shown.WriteString(v.op.ID + " " + v.target() + " " + got.body + "\n")
		} else {
			shown.WriteString(v.op.ID + " " + v.target() + " sample\n")
		}
	}
	return shown.String()
}

var changeTime = regexp.MustCompile(`"_?(updated_?[aA]t|last_?[uU]pdated(_at|At)?|modified_?[aA]t)":("[^"]*"|\d+)`)

// withoutTimes removes times of change and sample responses.
func withoutTimes(text string) string {
	var lines []string
	for line := range strings.Lines(changeTime.ReplaceAllString(text, "")) {
		if !strings.HasSuffix(line, " sample\n") {
			words := strings.SplitN(line, " ", 3)
			lines = append(lines, words[0]+" "+words[len(words)-1])
		}
	}
	return strings.Join(lines, "")
}
