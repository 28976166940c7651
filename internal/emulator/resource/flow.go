package resource

import (
	"bytes"
	"net/http"
	"slices"
	"strconv"

	"github.com/go-json-experiment/json/jsontext"
	bolt "go.etcd.io/bbolt"

	"github.com/epilot-cli/epilot/internal/emulator/message"
	"github.com/epilot-cli/epilot/internal/emulator/object"
	"github.com/epilot-cli/epilot/internal/emulator/store"
	"github.com/epilot-cli/epilot/internal/jsonx"
)

// flow returns the sections and steps of a new workflow execution: those of its
// definition, each with a new id and the id of its origin.
func (s *source) flow() jsontext.Value {
	execution, _ := jsonx.ParseObject(s.resource)
	return s.flowItems(execution.Get("flow"), jsonx.Object{{Name: "executionId", Value: object.Quote(s.id)}})
}

// flowItems instantiates the items of a flow. Steps get the members in which.
func (s *source) flowItems(items jsontext.Value, which jsonx.Object) jsontext.Value {
	var instances []jsontext.Value
	for _, element := range object.Elements(items) {
		item, ok := jsonx.ParseObject(element)
		if !ok {
			continue
		}
		id, err := s.newID()
		if err != nil {
			return nil
		}
		instance := jsonx.Object{{Name: "id", Value: object.Quote(id)}}
		if origin := item.Get("id"); origin != nil {
			instance = instance.With("definitionId", origin)
		}
		for _, m := range item.Without("id").Without("order") {
			instance = instance.With(m.Name, m.Value)
		}
		if steps := item.Get("steps"); steps != nil {
			instance = instance.With("steps", s.flowItems(steps, which.With("sectionId", object.Quote(id))))
		} else {
			instance = asStep(instance, which)
		}
		instances = append(instances, instance.Text())
	}
	return jsonx.ArrayOf(instances)
}

// asStep adds the members that a step has in an execution.
func asStep(step, which jsonx.Object) jsonx.Object {
	status := "UNASSIGNED"
	if len(object.Elements(step.Get("assignedTo"))) > 0 {
		status = "ASSIGNED"
	}
	for _, m := range which {
		step = step.With(m.Name, m.Value)
	}
	step = step.With("status", object.Quote(status))
	if step.Get("type") == nil {
		step = step.With("type", object.Quote("STEP"))
	}
	return step
}

// stepHandlers returns the handlers of the operations on the steps of a workflow
// execution, by method and path. Each returns nil for an execution that is not stored.
func (r *Service) stepHandlers() map[string]message.Handler {
	const steps = "/v1/workflows/executions/{executionId}/steps"
	return map[string]message.Handler{
		"POST " + steps:                 r.changeStep,
		"PATCH " + steps + "/{stepId}":  r.changeStep,
		"DELETE " + steps + "/{stepId}": r.changeStep,
	}
}

// changeStep creates, changes or removes a step in the flow of an execution.
func (r *Service) changeStep(c *message.Request) (*message.Response, error) {
	var step jsonx.Object
	stored := false
	at := store.Collection{Name: "workflow\x00workflow/execution"}
	err := r.update(c, func(tx *bolt.Tx) error {
		step = nil
		found := at.Get(tx, c.Path["executionId"])
		if stored = found != nil; !stored {
			return nil
		}
		execution, _ := jsonx.ParseObject(bytes.Clone(found.Text))
		flow, changed, err := r.changedFlow(c, execution.Get("flow"))
		if err != nil || changed == nil {
			return err
		}
		step = changed
		now := object.Quote(r.now().UTC().Format(message.TimeFormat))
		return at.Put(tx, c.Path["executionId"], execution.With("flow", flow).With("lastUpdateTime", now).Text())
	})
	if err != nil || !stored {
		return nil, err
	}
	if step == nil {
		return nil, message.Refuse(http.StatusNotFound, "no step has the id %q", c.Path["stepId"])
	}
	c.Kept = true
	return documentResponse(c.Op, step.Text()), nil
}

// changedFlow returns the flow after the request, and the step that it concerns,
// which is nil if the flow has no such step.
func (r *Service) changedFlow(c *message.Request, flow jsontext.Value) (jsontext.Value, jsonx.Object, error) {
	body := c.Object()
	if c.Op.Method == http.MethodPost {
		id, err := NewUUID(r.random)
		if err != nil {
			return nil, nil, err
		}
		step := jsonx.Object{{Name: "id", Value: object.Quote(id)}, {Name: "type", Value: object.Quote("STEP")}, {Name: "manuallyCreated", Value: jsontext.Value("true")}}
		status := body.Get("status")
		step = asStep(step, body.Without("insertionIndex").With("executionId", object.Quote(c.Path["executionId"])))
		if status != nil {
			step = step.With("status", status)
		}
		return inserted(flow, jsonx.Unquote(body.Get("sectionId")), body.Get("insertionIndex"), step.Text()), step, nil
	}
	var step jsonx.Object
	change := func(element jsontext.Value) jsontext.Value {
		step, _ = jsonx.ParseObject(element)
		if c.Op.Method == http.MethodDelete {
			return nil
		}
		for _, m := range body.Without("stepId").Without("position") {
			step = step.With(m.Name, m.Value)
		}
		return step.Text()
	}
	changed := eachLevel(flow, func(steps []jsontext.Value) []jsontext.Value {
		changeElement(steps, c.Path["stepId"], change)
		return slices.DeleteFunc(steps, func(v jsontext.Value) bool { return v == nil })
	})
	return changed, step, nil
}

// eachLevel changes the list of a flow, and the steps of each of its sections.
func eachLevel(flow jsontext.Value, change func([]jsontext.Value) []jsontext.Value) jsontext.Value {
	items := change(slices.Clone(object.Elements(flow)))
	for i, element := range items {
		if section, ok := jsonx.ParseObject(element); ok && section.Get("steps") != nil {
			steps := change(slices.Clone(object.Elements(section.Get("steps"))))
			items[i] = section.With("steps", jsonx.ArrayOf(steps)).Text()
		}
	}
	return jsonx.ArrayOf(items)
}

// inserted returns the flow with a step at an index of a section, or at the top
// if sectionId is empty.
func inserted(flow jsontext.Value, sectionID string, index, step jsontext.Value) jsontext.Value {
	at, err := strconv.Atoi(string(index))
	insert := func(items []jsontext.Value) []jsontext.Value {
		if err != nil || at < 0 || at > len(items) {
			return append(items, step)
		}
		return slices.Insert(items, at, step)
	}
	items := slices.Clone(object.Elements(flow))
	for i, element := range items {
		section, _ := jsonx.ParseObject(element)
		if sectionID != "" && elementID(element) == sectionID {
			steps := insert(slices.Clone(object.Elements(section.Get("steps"))))
			items[i] = section.With("steps", jsonx.ArrayOf(steps)).Text()
			return jsonx.ArrayOf(items)
		}
	}
	return jsonx.ArrayOf(insert(items))
}
