package names

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/epilot-cli/epilot/internal/emulator/message"
	"github.com/epilot-cli/epilot/internal/jsonx"
	"github.com/epilot-cli/epilot/internal/openapi/schema"
)

// catalogPrefix precedes the name of an event of the event catalog in webhooks.
const catalogPrefix = "event_"

// otherEvents are the documented events that are neither in the event catalog nor
// about an entity.
var otherEvents = []string{"automation_flow_target", "customer_request_created"}

// eventsOf returns the events that bodies of an API can name: those of the event
// catalog, and except in automations those about an entity: "order.created".
func eventsOf(api string, catalog, schemas []string) []string {
	if api == "automation" {
		return catalog
	}
	known := slices.Clone(otherEvents)
	for _, slug := range schemas {
		known = append(known, slug+".created", slug+".updated", slug+".deleted")
	}
	for _, event := range catalog {
		if api == "webhooks" {
			event = catalogPrefix + event
		}
		known = append(known, event)
	}
	return known
}

// eventFault returns what is wrong with the name of an event, or "".
func (v *vocabulary) eventFault(event string) string {
	if slices.Contains(v.events, event) {
		return ""
	}
	return "unknown event " + event + didYouMean(event, v.events) + v.listed
}

// listed says where the events of an API are listed, after a fault.
func listed(api string, count int) string {
	switch api {
	case "webhooks":
		return fmt.Sprintf(" GET /v1/webhooks/configured-events lists all %d", count)
	case "automation":
		return fmt.Sprintf(" GET /v1/events of event-catalog lists all %d", count)
	}
	return " Known are the events of event-catalog, and those such as order.created"
}

// checkPath checks the event in the path of an operation of the event catalog.
func (k *Checker) checkPath(c *message.Request) error {
	event := c.Path["event_name"]
	if event == "" {
		return nil
	}
	known, err := k.IDs(c.HTTP.Context(), "event-catalog", "event")
	if err != nil || slices.Contains(known, event) {
		return err
	}
	if s := c.Op.Param("event_name", "path").Schema; slices.Contains([]string{
		jsonx.Unquote([]byte(schema.Example("event_name", s, false))),
		jsonx.Unquote([]byte(schema.SampleFor(s, true, schema.Request))),
	}, event) {
		return nil
	}
	return message.Refuse(http.StatusNotFound, "no event has the name %q%s", event, strings.TrimSuffix(didYouMean(event, known), "."))
}

// Handlers returns the handler of the list of events for webhooks.
func (k *Checker) Handlers() map[string]message.Handler {
	return map[string]message.Handler{"GET /v1/webhooks/configured-events": k.configuredEvents}
}

func (k *Checker) configuredEvents(c *message.Request) (*message.Response, error) {
	type entry struct {
		Name  string `json:"eventName"`
		Label string `json:"eventLabel"`
	}
	known, err := k.load(c)
	if err != nil {
		return nil, err
	}
	entries := make([]entry, 0, len(known.events))
	for _, name := range known.events {
		label := strings.NewReplacer("_", " ", ".", " ").Replace(strings.TrimPrefix(name, catalogPrefix))
		entries = append(entries, entry{name, strings.ToUpper(label[:1]) + label[1:]})
	}
	return message.JSON(http.StatusOK, entries)
}
