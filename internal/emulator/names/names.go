// Package names checks names in requests that must exist elsewhere in epilot: the
// events that webhooks, flows and use cases subscribe to, and the actions that
// roles grant.
package names

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/epilot-cli/epilot/internal/emulator/message"
	"github.com/epilot-cli/epilot/internal/openapi/schema"
	"github.com/epilot-cli/epilot/internal/suggest"
)

// Checker knows the names of an organization.
type Checker struct {
	APIs []string // the names of the APIs

	// IDs returns the ids of the resources in a collection: "event-catalog", "event".
	IDs func(ctx context.Context, api, collection string) ([]string, error)
}

// eventMembers has the members of a body that name an event, by API. Members of
// these names in other APIs name something else.
var eventMembers = map[string]string{
	"automation":          "event_name",
	"integration-toolkit": "event_catalog_event",
	"webhooks":            "eventName",
}

// grantingAPIs are the APIs whose bodies have grants.
var grantingAPIs = []string{"app", "customer-portal", "partner-directory", "permissions"}

// Check refuses a write that names an unknown event or action with 400, and any
// request about an unknown event of the event catalog with 404. Names in the
// documented samples are accepted.
func (k *Checker) Check(c *message.Request) error {
	if c.API.Name == "event-catalog" {
		return k.checkPath(c)
	}
	if c.Op.Method == http.MethodGet || c.Op.Method == http.MethodHead {
		return nil
	}
	uses := usesIn(c.API.Name, c.Body)
	if len(uses) == 0 {
		return nil
	}
	known, err := k.load(c)
	if err != nil {
		return err
	}
	for _, u := range uses {
		fault := ""
		if u.isAction {
			fault = known.actionFault(u.name)
		} else {
			fault = known.eventFault(u.name)
		}
		if fault != "" && !inSample(c, u) {
			return message.Refuse(http.StatusBadRequest, "body: %s: %s", u.at, fault)
		}
	}
	return nil
}

// use is a name in a body.
type use struct {
	at       string // its path: "$.grants[0].action"
	name     string
	isAction bool // of a grant, otherwise an event
}

// usesIn returns the names in a body of the API that have to be checked, in the
// order of their paths.
func usesIn(api string, body any) []use {
	eventMember, isGranting := eventMembers[api], slices.Contains(grantingAPIs, api)
	if eventMember == "" && !isGranting {
		return nil
	}
	var uses []use
	var visit func(value any, at string)
	visit = func(value any, at string) {
		switch typed := value.(type) {
		case map[string]any:
			isGrant := isGranting && strings.HasPrefix(at[strings.LastIndexByte(at, '.')+1:], "grants[")
			for name, member := range typed {
				isAction := isGrant && name == "action"
				if text, isText := member.(string); isText && (isAction || name == eventMember) {
					uses = append(uses, use{at + "." + name, text, isAction})
				}
				visit(member, at+"."+name)
			}
		case []any:
			for i, element := range typed {
				visit(element, at+"["+strconv.Itoa(i)+"]")
			}
		}
	}
	visit(body, "$")
	slices.SortFunc(uses, func(a, b use) int { return strings.Compare(a.at, b.at) })
	return uses
}

// inSample reports whether a documented body of the operation uses the name.
func inSample(c *message.Request, u use) bool {
	for _, realistic := range []bool{false, true} {
		text := schema.SampleWith(c.Op.Body.JSON(), schema.SampleOptions{Direction: schema.Request, Full: true, Realistic: realistic})
		value, err := schema.Decode([]byte(text))
		if err == nil && slices.ContainsFunc(usesIn(c.API.Name, value), func(s use) bool { return s.name == u.name && s.isAction == u.isAction }) {
			return true
		}
	}
	return false
}

// vocabulary has the names that a body can contain.
type vocabulary struct {
	events    []string
	listed    string   // where the events are listed
	resources []string // the first words of actions
}

func (k *Checker) load(c *message.Request) (*vocabulary, error) {
	events, err := k.IDs(c.HTTP.Context(), "event-catalog", "event")
	if err != nil {
		return nil, err
	}
	schemas, err := k.IDs(c.HTTP.Context(), "entity", "entity/schema")
	if err != nil {
		return nil, err
	}
	known := &vocabulary{events: eventsOf(c.API.Name, events, schemas), resources: slices.Concat(resourcesOf(k.APIs), schemas)}
	known.listed = listed(c.API.Name, len(known.events))
	return known, nil
}

// didYouMean ends a message with a question for the nearest name, or with a stop.
func didYouMean(name string, known []string) string {
	if near := suggest.Match(name, known); near != "" {
		return "; did you mean " + near + "?"
	}
	return "."
}
