package resource

import (
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/go-json-experiment/json/jsontext"
	bolt "go.etcd.io/bbolt"

	"github.com/epilot-cli/epilot/internal/emulator/message"
	"github.com/epilot-cli/epilot/internal/emulator/object"
	"github.com/epilot-cli/epilot/internal/emulator/sample"
	"github.com/epilot-cli/epilot/internal/jsonx"
	"github.com/epilot-cli/epilot/internal/openapi"
	"github.com/epilot-cli/epilot/internal/openapi/schema"
)

// create serves POST /resources.
func (r *Service) create(c *message.Request, res *endpoint) (*message.Response, error) {
	resource, id, err := r.newResource(c, res, "")
	if err != nil {
		return nil, err
	}
	err = r.store.Update(c.HTTP.Context(), func(tx *bolt.Tx) error {
		if res.rejectsDuplicates(id) && res.collection(c).Get(tx, id) != nil {
			return message.Refuse(http.StatusConflict, "another %s has the id %q", res.kind.name, id)
		}
		return res.collection(c).Put(tx, id, resource.Text())
	})
	if err != nil {
		return nil, err
	}
	c.Kept = true
	return res.respond(resource, id), nil
}

// rejectsDuplicates reports whether the definition says that an id can be taken.
// That of a sample call never is.
func (r *endpoint) rejectsDuplicates(id string) bool {
	return !slices.Contains(r.samples, id) && slices.ContainsFunc(r.op.Responses, func(response *openapi.Response) bool { return response.Status == "409" })
}

// newResource makes a resource of the call's body. Without an id it gets a new one,
// or the one that the client chose in the body.
func (r *Service) newResource(c *message.Request, res *endpoint, id string) (jsonx.Object, string, error) {
	request, body := res.request(), unwrap(c.Object(), res.shape)
	if id == "" {
		if name := chosenID(res.op, res.kind); name != "" {
			id = jsonx.Unquote(body.Get(name))
		}
	}
	resource := jsonx.Object{}
	if res.shape != nil {
		resource = res.shape.initial(request)
	}
	if id == "" {
		var err error
		if id, err = newIDLike(r.random, res.idForm()); err != nil {
			return nil, "", err
		}
	}
	resource = merge(resource, body, res.shape, request)
	if res.shape != nil {
		resource = res.shape.setPathMembers(resource, c.Path, res.param)
		resource = res.shape.setTimes(resource, r.now(), true)
		resource = withTitle(res.shape, resource, nil)
		resource = res.shape.withID(resource, id)
	}
	return resource, id, nil
}

// request is the schema of what a client sends of a resource.
func (r *endpoint) request() *openapi.Schema {
	if r.role == upserts && r.kind.post != nil {
		return r.kind.post.Body.JSON()
	}
	return r.op.Body.JSON()
}

// withTitle gives a resource that has a "_title" one that a person knows it by. A
// title of its own, one that old has too or the client sent, stays.
func withTitle(s *shape, resource, old jsonx.Object) jsonx.Object {
	now := resource.Get("_title")
	own := now != nil && string(now) != string(s.least.Get("_title")) && (old == nil || string(now) != string(titleOf(old)))
	if title := titleOf(resource); !own && title != nil && schema.Declares(s.resource, "_title") {
		return resource.With("_title", title)
	}
	return resource
}

// titleOf is a title made of a resource's names, nil where it has none.
func titleOf(resource jsonx.Object) jsontext.Value {
	for _, names := range [][]string{{"name"}, {"title"}, {"first_name", "last_name"}, {"company_name"}} {
		title := ""
		for _, name := range names {
			if value := resource.Get(name); value.Kind() == '"' {
				title = joined(title, jsonx.Unquote(value))
			}
		}
		if title != "" {
			return object.Quote(title)
		}
	}
	return nil
}

func joined(first, second string) string {
	if first == "" {
		return second
	}
	return first + " " + second
}

// respond is the operation's success with the resource as its body, in the form
// that the definition gives it; nil where a sample has to do.
func (r *endpoint) respond(resource jsonx.Object, id string) *message.Response {
	if r.shape == nil {
		return nil
	}
	fitting, ok := r.shape.conform(r.shape.withID(resource, id))
	if !ok {
		return nil
	}
	return &message.Response{Status: message.SuccessStatus(r.op), MediaType: r.shape.mediaType, Body: r.shape.wrap(fitting.Text())}
}

// initial is a new resource before the client's members are laid over it: what the
// answer requires, and beside that the plain values that only the server gives.
func (s *shape) initial(request *openapi.Schema) jsonx.Object {
	resource := jsonx.Object{}
	for _, m := range s.full() {
		if s.least.Get(m.Name) != nil || isServerMember(request, m) {
			resource = append(resource, m)
		}
	}
	for _, m := range s.least {
		if resource.Get(m.Name) == nil {
			resource = append(resource, m)
		}
	}
	return s.withOrganization(resource)
}

// withOrganization makes the mock's organization the resource's own.
func (s *shape) withOrganization(resource jsonx.Object) jsonx.Object {
	for _, name := range []string{"_org", "org_id", "organization_id", "orgId", "organizationId"} {
		if resource.Get(name) != nil && matchesSchema(schema.Member(s.resource, name), object.Quote(sample.Organization)) {
			resource = resource.With(name, object.Quote(sample.Organization))
		}
	}
	return resource
}

// isServerMember reports whether the server gives a new resource this member.
func isServerMember(request *openapi.Schema, m jsonx.Member) bool {
	kind := m.Value.Kind()
	if kind != '"' && kind != '0' || string(m.Value) == `"string"` || isLaterMember(m.Name) {
		return false
	}
	return !schema.Declares(request, m.Name) || schema.Shape(schema.Member(request, m.Name)).ReadOnly
}

// isLaterMember reports whether a new resource cannot have the member yet.
func isLaterMember(name string) bool {
	name = strings.ToLower(name)
	return slices.ContainsFunc([]string{"delet", "archiv", "error", "fail", "cancel", "revok", "expir", "finish", "complet", "reason"},
		func(word string) bool { return strings.Contains(name, word) })
}

// merge lays the body's members over the resource; null takes a member away
// where it is not a value of its own. Whose an entity is, no body says.
func merge(resource, body jsonx.Object, s *shape, request *openapi.Schema) jsonx.Object {
	for _, m := range body {
		switch {
		case request != nil && schema.Shape(schema.Member(request, m.Name)).WriteOnly:
		case m.Name == "_org" && resource.Get(m.Name) != nil:
		case m.Value.Kind() == 'n' && !takesNull(s, m.Name):
			resource = resource.Without(m.Name)
		default:
			resource = resource.With(m.Name, m.Value)
		}
	}
	return resource
}

func takesNull(s *shape, name string) bool {
	return s != nil && slices.Contains(schema.Types(schema.Member(s.resource, name)), "null")
}

// unwrap is the body's resource: some bodies have it in the member in which the
// answer has it.
func unwrap(body jsonx.Object, s *shape) jsonx.Object {
	if s == nil || len(s.path) == 0 {
		return body
	}
	if inner, ok := jsonx.ParseObject(body.Get(s.path[0])); ok && len(body) == 1 {
		return inner
	}
	return body
}

// setTimes sets the times: all of them for a new resource, else those of the change.
func (s *shape) setTimes(resource jsonx.Object, now time.Time, isNew bool) jsonx.Object {
	for _, name := range memberNames(s.resource) {
		if created, updated := timeRole(name); updated || created && isNew {
			if value := timeValue(schema.Member(s.resource, name), now); value != nil {
				resource = resource.With(name, value)
			}
		}
	}
	return resource
}

func timeRole(name string) (created, updated bool) {
	switch strings.ToLower(strings.ReplaceAll(name, "_", "")) {
	case "createdat", "created", "createdon", "createddate", "creationdate", "creationtime", "createdtime":
		return true, false
	case "updatedat", "updated", "updatedon", "lastupdated", "lastupdatedat", "modifiedat", "lastmodified", "lastmodifiedat", "updatedtime":
		return false, true
	}
	return false, false
}

// timeValue is the time in the first form that the schema takes, nil where
// there is none.
func timeValue(s *openapi.Schema, now time.Time) jsontext.Value {
	now = now.UTC()
	for _, text := range []jsontext.Value{
		object.Quote(now.Format(message.TimeFormat)), object.Quote(now.Format(time.DateOnly)),
		jsontext.Value(strconv.FormatInt(now.UnixMilli(), 10)), jsontext.Value(strconv.FormatInt(now.Unix(), 10)),
	} {
		if matchesSchema(s, text) {
			return text
		}
	}
	return nil
}

func matchesSchema(s *openapi.Schema, text []byte) bool {
	value, err := schema.Decode(text)
	return err == nil && len(schema.Check(s, value, schema.Response)) == 0
}

// setPathMembers sets the members that the collection's own path names: an entity's
// "_schema" is the slug of its path.
func (s *shape) setPathMembers(resource jsonx.Object, path map[string]string, except string) jsonx.Object {
	for _, name := range slices.Sorted(maps.Keys(path)) {
		value := path[name]
		for _, target := range []string{name, "_" + name, parentName(name)} {
			if name != except && target != s.id && schema.Declares(s.resource, target) && matchesSchema(schema.Member(s.resource, target), object.Quote(value)) {
				resource = resource.With(target, object.Quote(value))
				break
			}
		}
	}
	return resource
}

func parentName(name string) string {
	if name == "slug" {
		return "_schema"
	}
	return camel(name)
}
