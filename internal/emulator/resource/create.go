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
	err = r.update(c, func(tx *bolt.Tx) error {
		if res.rejectsDuplicates(c, id) && find(tx, res.collection(c), id) != nil {
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

// rejectsDuplicates reports whether the definition says that an id chosen by the
// client can be taken. The id of a sample call never is.
func (r *endpoint) rejectsDuplicates(c *message.Request, id string) bool {
	name := chosenID(r.op, r.kind)
	if name == "" || jsonx.Unquote(unwrap(c.Object(), r.shape).Get(name)) != id {
		return false
	}
	return !slices.Contains(r.samples, id) && slices.ContainsFunc(r.op.Responses, func(response *openapi.Response) bool { return response.Status == "409" })
}

// newResource creates a resource from the request body. If id is empty, it gets
// the id that the client chose in the body, or a new one.
func (r *Service) newResource(c *message.Request, res *endpoint, id string) (jsonx.Object, string, error) {
	request, body := res.request(), unwrap(c.Object(), res.shape)
	if id == "" {
		if name := chosenID(res.op, res.kind); name != "" {
			id = jsonx.Unquote(body.Get(name))
		}
	}
	resource := jsonx.Object{}
	if res.shape != nil {
		resource = res.shape.withSchema(res.shape.initial(request), res.kind, c.API.Name)
	}
	if id == "" {
		var err error
		if id, err = r.newID(c, res, body); err != nil {
			return nil, "", err
		}
	}
	resource, err := r.withOwnID(resource, res)
	if err != nil {
		return nil, "", err
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

// newID returns the id of a new resource: organization and slug if the sample has
// this form ("123:owner"), otherwise a random id in the form of the sample.
func (r *Service) newID(c *message.Request, res *endpoint, body jsonx.Object) (string, error) {
	form := res.idForm()
	if slug := jsonx.Unquote(body.Get("slug")); slug != "" && strings.HasPrefix(form.sample, sample.Organization+":") {
		id, taken := sample.Organization+":"+slug, false
		err := r.store.View(c.HTTP.Context(), func(tx *bolt.Tx) error {
			taken = find(tx, res.collection(c), id) != nil
			return nil
		})
		if err != nil || !taken {
			return id, err
		}
	}
	return newIDLike(r.random, form)
}

// withOwnID replaces the sample's "id" of a new resource that is identified by another
// member, such as its slug.
func (r *Service) withOwnID(resource jsonx.Object, res *endpoint) (jsonx.Object, error) {
	if res.shape == nil || res.shape.id == "id" || resource.Get("id").Kind() != '"' {
		return resource, nil
	}
	id, err := newIDLike(r.random, idForm{
		sample: jsonx.Unquote(resource.Get("id")), schemas: []*openapi.Schema{schema.Member(res.shape.resource, "id")},
	})
	return resource.With("id", object.Quote(id)), err
}

// request returns the schema of a resource as a client sends it.
func (r *endpoint) request() *openapi.Schema {
	if r.role == upserts && r.kind.post != nil {
		return r.kind.post.Body.JSON()
	}
	return r.op.Body.JSON()
}

// ownTitle returns a title from a resource's names, or from what it is.
func ownTitle(resource jsonx.Object) jsontext.Value {
	if title := titleOf(resource); title != nil {
		return title
	}
	kind := jsonx.Unquote(resource.Get("_schema"))
	if kind == "" || resource.Get("_title") == nil {
		return nil
	}
	return object.Quote(strings.ToUpper(kind[:1]) + strings.ReplaceAll(kind[1:], "_", " "))
}

// withTitle derives the "_title" of a resource that has one. A custom title,
// already in old or sent by the client, stays.
func withTitle(s *shape, resource, old jsonx.Object) jsonx.Object {
	now := resource.Get("_title")
	own := now != nil && string(now) != string(s.least.Get("_title")) && string(now) != string(s.full().Get("_title")) && (old == nil || string(now) != string(titleOf(old)))
	if title := ownTitle(resource); !own && title != nil && schema.Declares(s.resource, "_title") {
		return resource.With("_title", title)
	}
	return resource
}

// titleOf builds a title from a resource's names, or returns nil.
func titleOf(resource jsonx.Object) jsontext.Value {
	for _, names := range [][]string{
		{"name"},
		{"title"},
		{"first_name", "last_name"},
		{"company_name"},
		{"contract_name"},
		{"opportunity_title"},
		{"submission_title"},
		{"ticket_title"},
		{"order_number"},
		{"meter_number"},
		{"subject"},
		{"topic"},
		{"filename"},
		{"label"},
		{"email"},
	} {
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

// respond returns the operation's success with the resource as its body, in the
// shape of the definition; nil if only a sample is valid.
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

// initial returns a new resource before the client's members are added: what the
// response requires, and plain values that only the server sets.
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
	return s.withoutSampleState(s.withOrganization(resource), request)
}

// withoutSampleState sets booleans that a new resource cannot have yet to false:
// it is not cancelled, whatever the sample says.
func (s *shape) withoutSampleState(resource jsonx.Object, request *openapi.Schema) jsonx.Object {
	for i, m := range resource {
		name := strings.ToLower(m.Name)
		isState := isLaterMember(name) || strings.Contains(name, "draft") || strings.Contains(name, "read_only") || strings.Contains(name, "trash")
		if string(m.Value) == "true" && isState && !schema.Declares(request, m.Name) {
			resource[i].Value = jsontext.Value("false")
		}
	}
	return resource
}

// withSchema sets the "_schema" of a resource to what it is, in place of the
// sample's: an email template is not a message.
func (s *shape) withSchema(resource jsonx.Object, k *resourceType, api string) jsonx.Object {
	slug := strings.ReplaceAll(k.name, "-", "_")
	if slug == "template" {
		slug = strings.TrimSuffix(strings.ReplaceAll(api, "-", "_"), "_template") + "_template"
	}
	own := object.Quote(slug)
	if api == "entity" || resource.Get("_schema") == nil || !matchesSchema(schema.Member(s.resource, "_schema"), own) {
		return resource
	}
	return resource.With("_schema", own)
}

// withOrganization sets the organization of a resource to the mock's.
func (s *shape) withOrganization(resource jsonx.Object) jsonx.Object {
	for _, name := range []string{"_org", "org_id", "_org_id", "organization_id", "orgId", "organizationId", "owner_org_id", "_organization_id"} {
		if resource.Get(name) != nil && matchesSchema(schema.Member(s.resource, name), object.Quote(sample.Organization)) {
			resource = resource.With(name, object.Quote(sample.Organization))
		}
	}
	return resource
}

// isServerMember reports whether the server sets this member of a new resource.
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

// merge copies the body's members to the resource; null removes a member unless
// the schema allows null. The body cannot change the organization of an entity.
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

// unwrap returns the resource in the body: some bodies nest it in the same member
// as the response.
func unwrap(body jsonx.Object, s *shape) jsonx.Object {
	if s == nil || len(s.path) == 0 {
		return body
	}
	if inner, ok := jsonx.ParseObject(body.Get(s.path[0])); ok && len(body) == 1 {
		return inner
	}
	return body
}

// setTimes sets the times: all of them for a new resource, otherwise only those
// of the change.
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

// timeValue returns the time in the first format that the schema accepts, or nil.
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

// setPathMembers sets the members that the collection's path determines: an
// entity's "_schema" is the slug in its path.
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
