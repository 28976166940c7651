package resource

import (
	"net/http"
	"slices"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/epilot-cli/epilot/internal/emulator/message"
	"github.com/epilot-cli/epilot/internal/emulator/sample"
	"github.com/epilot-cli/epilot/internal/jsonx"
	"github.com/epilot-cli/epilot/internal/openapi"
	"github.com/epilot-cli/epilot/internal/openapi/schema"
)

// response returns the operation's success: the resource, if the operation
// returns it, otherwise the sample with the id and the members that were set. It
// is nil if the success is not JSON.
func (a *applying) response() *message.Response {
	content := message.JSONContent(a.c.Op)
	if content == nil {
		if success := message.Success(a.c.Op); success == nil || len(success.Contents) == 0 {
			return &message.Response{Status: message.SuccessStatus(a.c.Op)}
		}
		return nil
	}
	response := &message.Response{Status: message.SuccessStatus(a.c.Op), MediaType: content.MediaType}
	if a.raw != nil && matchesSchema(content.Schema, a.raw) {
		response.Body = a.raw
		return response
	}
	if shape := a.returned(content.Schema); shape != nil && a.responds == nil {
		if fitting, ok := shape.conform(shape.withID(a.resource, a.id)); ok {
			response.Body = shape.wrap(fitting.Text())
			return response
		}
	}
	if list := a.returnedList(content.Schema); list != nil && a.responds == nil {
		response.Body = list
		return response
	}
	if members := a.echoed(content.Schema); members != nil {
		response.Body = members.Text()
		return response
	}
	text := sample.Personalize(a.c, content.Schema, []byte(sample.Text(content)), "")
	if members, ok := jsonx.ParseObject(text); ok {
		text = a.overlay(a.withBody(members, content.Schema), content.Schema).Text()
	}
	response.Body = text
	return response
}

// withBody sets the members of the body in a sample of a changed resource, at the top
// or in the member that declares them.
func (a *applying) withBody(members jsonx.Object, s *openapi.Schema) jsonx.Object {
	body := a.c.Object()
	if a.c.Op.Method != http.MethodPatch && a.c.Op.Method != http.MethodPut || body == nil {
		return members
	}
	place := documentShape(s, body)
	if place == nil {
		return members
	}
	fitting, ok := place.conform(merge(place.within(members), body, place, a.c.Op.Body.JSON()))
	if !ok {
		return members
	}
	return replaceWithin(members, place.path, fitting)
}

// echoed returns the body with the members that the rows set, if the operation
// returns what it was sent; otherwise nil.
func (a *applying) echoed(s *openapi.Schema) jsonx.Object {
	body := a.c.Op.Body.JSON()
	if body == nil || a.responds == nil || len(memberNames(body)) == 0 || !slices.Equal(memberNames(s), memberNames(body)) {
		return nil
	}
	members := a.c.Object()
	for _, m := range a.responds {
		members = members.With(m.Name, m.Value)
	}
	if !matchesSchema(s, members.Text()) {
		return nil
	}
	return members
}

// returned returns where the response contains the resource: at the top or in a
// member, whichever declares more of it; nil if it declares only a part of the
// resource and the resource has less than half of it. A schema with the id and half
// of the resource's members is the resource.
func (a *applying) returned(s *openapi.Schema) *shape {
	if !holdsObject(s) {
		return nil
	}
	best, most := (*shape)(nil), 0
	consider := func(candidate *shape) {
		count, all := 0, true
		for _, m := range a.resource {
			declared := schema.Declares(candidate.resource, m.Name)
			if declared {
				count++
			}
			all = all && (declared || m.Name == laterMember)
		}
		isWhole := a.kind != nil && 2*count >= len(a.resource) && idMember(candidate.resource, a.kind) != ""
		if count > most && (all || isWhole || 2*count >= len(memberNames(candidate.resource))) {
			best, most = candidate, count
		}
	}
	consider(&shape{whole: s, resource: s})
	for _, name := range memberNames(s) {
		if inner := schema.Member(s, name); holdsObject(inner) {
			consider(&shape{whole: s, resource: inner, path: []string{name}})
		}
	}
	if best == nil {
		return nil
	}
	if a.kind != nil {
		best.id = idMember(best.resource, a.kind)
	}
	return best.prepare()
}

// returnedList returns the response with all changed resources, or nil if it has
// no array of them.
func (a *applying) returnedList(s *openapi.Schema) jsontext.Value {
	path, found := listPath(s, "", 0)
	if !found {
		return nil
	}
	items := s
	for _, name := range path {
		items = schema.Member(items, name)
	}
	if items = schema.Items(items); items == nil || a.returned(items) == nil {
		return nil
	}
	element := a.returned(items)
	if len(element.path) > 0 {
		return nil
	}
	var list []jsontext.Value
	for _, resource := range a.all {
		if fitting, ok := element.conform(resource); ok {
			list = append(list, fitting.Text())
		}
	}
	text := (&shape{whole: s, resource: items, path: path}).prepare().wrap(jsonx.ArrayOf(list))
	if !matchesSchema(s, text) {
		return nil
	}
	return text
}

// overlay sets the id and the members set by the effect in a sample.
func (a *applying) overlay(members jsonx.Object, s *openapi.Schema) jsonx.Object {
	set := func(name string, value jsontext.Value) {
		if value == nil || !schema.Declares(s, name) {
			return
		}
		if changed := members.With(name, value); matchesSchema(s, changed.Text()) {
			members = changed
		}
	}
	for _, m := range a.responds {
		set(m.Name, m.Value)
	}
	for _, m := range a.resource {
		if slices.Contains(a.assigned, m.Name) {
			set(m.Name, m.Value)
		}
	}
	if a.kind != nil {
		if name := idMember(s, a.kind); name != "" {
			set(name, idValue(schema.Member(s, name), a.id))
		}
	}
	return members
}
