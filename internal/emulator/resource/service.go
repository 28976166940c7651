// Package resource stores the resources that clients create. It recognizes
// collections in the paths of a definition, and creates, lists, finds, changes
// and removes the resources in them.
package resource

import (
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/epilot-cli/epilot/internal/emulator/message"
	"github.com/epilot-cli/epilot/internal/emulator/sample"
	"github.com/epilot-cli/epilot/internal/emulator/store"
	"github.com/epilot-cli/epilot/internal/httpx"
	"github.com/epilot-cli/epilot/internal/jsonx"
	"github.com/epilot-cli/epilot/internal/openapi"
	"github.com/epilot-cli/epilot/internal/openapi/schema"
)

// Service serves the operations that create, find, change and delete resources.
// It recognizes them by their paths: see model.
type Service struct {
	store  *store.Store
	now    func() time.Time
	random io.Reader
	apis   func(name string) (*openapi.API, error) // for effects on the resources of another API

	mu     sync.Mutex
	models map[*openapi.API]*model

	hits hitCache
}

// endpoint is one operation in its role. The details are resolved on first use,
// because that loads the operations.
type endpoint struct {
	api      *openapi.API
	op       *openapi.Operation
	role     role
	kind     *resourceType
	segments []string // the template of the collection
	param    string   // of an operation on one resource: its id parameter
	below    []string // not nil: the operation covers all collections one level below, except these
	byBody   bool     // the id is in the body, not the path
	row      *effect  // the row of effects.txt that defines the role, or nil

	resolution
}

// resolution is the part of an endpoint that is resolved at the first request.
type resolution struct {
	resolved bool
	shape    *shape   // of the response's resource or list, or nil
	element  *shape   // of a list's elements
	samples  []string // for creations: the ids in the sample bodies
	idForm   func() idForm
	cache    responseCache
}

// Serve serves an operation that has a role. It returns nil if it has none, or if
// the resources cannot be created.
func (r *Service) Serve(c *message.Request) (*message.Response, error) {
	if effects := r.effects(c.API, c.Op); effects != nil {
		return r.apply(c, effects)
	}
	res := r.find(c.API, c.Op)
	if res == nil {
		return nil, nil
	}
	if res.reads() && !takesJSON(c) {
		return nil, nil
	}
	switch res.role {
	case creates:
		return r.create(c, res)
	case lists, searches:
		return r.list(c, res)
	case suggests:
		return r.suggest(c, res)
	case upserts:
		return r.upsert(c, res)
	}
	return r.item(c, res)
}

// reads reports whether the role changes nothing.
func (r *endpoint) reads() bool {
	return r.role == gets || r.role == lists || r.role == searches || r.role == suggests
}

// Reads reports whether the operation only reads resources.
func (r *Service) Reads(api *openapi.API, op *openapi.Operation) bool {
	res := r.find(api, op)
	return res != nil && res.reads()
}

// takesJSON reports whether the client does not prefer another documented media type.
func takesJSON(c *message.Request) bool {
	content := sample.Negotiate(message.Success(c.Op).Contents, c.HTTP.Header.Get("Accept"))
	return content != nil && httpx.IsJSON(content.MediaType)
}

// find returns the operation's role, or nil if it is served by a sample.
func (r *Service) find(api *openapi.API, op *openapi.Operation) *endpoint {
	f := r.model(api)
	r.mu.Lock()
	defer r.mu.Unlock()
	res := f.roles[op]
	if res == nil || !res.kind.resolve() || !res.resolve() {
		return nil
	}
	return res
}

// model returns the model of an API, built on first use.
func (r *Service) model(api *openapi.API) *model {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.models == nil {
		r.models = map[*openapi.API]*model{}
	}
	f := r.models[api]
	if f == nil {
		f = newModel(api)
		r.models[api] = f
	}
	return f
}

// collection returns the request's collection.
func (r *endpoint) collection(c *message.Request) store.Collection {
	segments := make([]string, len(r.segments))
	for i, word := range r.segments {
		name, is := parameter(word)
		segments[i] = singular(word)
		if is {
			segments[i] = url.PathEscape(c.Path[name])
		} else if isExpression(word) {
			segments[i] = url.PathEscape(textOf((&source{c: c}).value(word)))
		}
	}
	return collectionAt(c.API.Name, segments)
}

// collectionAt returns the collection at a path. The files of the file API are
// entities.
func collectionAt(api string, segments []string) store.Collection {
	if api == "file" && len(segments) == 1 && segments[0] == "file" {
		return entityCollection("file")
	}
	return store.Collection{Name: api + "\x00" + strings.Join(segments, "/")}
}

// notFoundError returns the problem for an unknown id.
func (r *endpoint) notFoundError(id string) error {
	return message.Refuse(http.StatusNotFound, "no %s has the id %q", strings.ReplaceAll(r.kind.name, "-", " "), id)
}

// New returns the resource service of a state. It reads nothing.
func New(state *store.Store, apis func(name string) (*openapi.API, error), now func() time.Time, random io.Reader) *Service {
	return &Service{store: state, apis: apis, now: now, random: random}
}

// resolve reports whether resources of the type can be created: by POST if the
// response contains the new id, or by PUT if they can be read afterwards.
func (k *resourceType) resolve() bool {
	if k.resolved {
		return k.made
	}
	k.resolved = true
	if k.post != nil {
		k.made = createsResource(k.post.Load(), k)
	}
	if k.declared {
		if !k.made {
			k.post = nil
		}
		k.made, k.closed = true, k.closed || k.made
		return true
	}
	if k.get == nil && k.put == nil && k.list != nil && listShape(k.list.Load(), k) == nil {
		k.made = false // created resources cannot be read
	}
	if !k.made && k.put != nil {
		k.post = nil // created resources cannot be found again
		k.made = k.get != nil && returnsResource(k.get.Load(), k) || k.list != nil && listsResources(k.list.Load(), k)
	}
	k.closed = k.made
	return k.made
}

// createsResource reports whether a POST creates a resource that can be found
// again. A POST that returns a list is a search.
func createsResource(op *openapi.Operation, k *resourceType) bool {
	s := resourceShape(op, k)
	if s == nil || s.id == "" {
		return chosenID(op, k) != ""
	}
	return len(s.path) == 0 || !listsResources(op, k)
}

// returnsResource reports whether an operation returns one resource.
func returnsResource(op *openapi.Operation, k *resourceType) bool {
	s := resourceShape(op, k)
	return s != nil && (s.id != "" || listShape(op, k) == nil)
}

func listsResources(op *openapi.Operation, k *resourceType) bool {
	s := listShape(op, k)
	return s != nil && s.id != ""
}

// chosenID returns the member of the body with which a client chooses the id.
func chosenID(op *openapi.Operation, k *resourceType) string {
	s := op.Body.JSON()
	name := idMember(s, k)
	if name == "" || schema.Shape(schema.Member(s, name)).ReadOnly || isParentID(name, k) {
		return ""
	}
	return name
}

// isParentID reports whether a member is the id of a parent in the collection's
// path: the workflow of workflows/executions.
func isParentID(name string, k *resourceType) bool {
	for _, word := range k.segments {
		if _, is := parameter(word); !is && singular(word) != k.name {
			id := strings.ReplaceAll(singular(word), "-", "_") + "_id"
			if (name == id || name == camel(id)) && name != k.param {
				return true
			}
		}
	}
	return false
}

// resolve reports whether the operation's response suits its role.
func (r *endpoint) resolve() bool {
	if r.resolved {
		return r.role != noRole
	}
	r.resolved = true
	r.op.Load()
	if r.byBody && idMember(r.op.Body.JSON(), r.kind) == "" {
		r.role = noRole // the resource cannot be identified
	}
	switch r.role {
	case lists, searches:
		if r.shape = listShape(r.op, r.kind); r.shape == nil {
			r.role = noRole
			break
		}
		r.element = (&shape{whole: r.shape.resource, resource: r.shape.resource, id: r.shape.id}).prepare()
	case suggests:
		r.shape = nil
	default:
		r.resolveResource()
	}
	return r.role != noRole
}

func (r *endpoint) resolveResource() {
	r.shape = resourceShape(r.op, r.kind)
	foreign := !returnsResource(r.op, r.kind) || r.shape.id == "" && r.kind.post != nil
	switch {
	case r.row != nil:
	case r.role == creates && (r.kind.post == nil || !createsResource(r.op, r.kind)), r.role == gets && foreign:
		r.role = noRole // the response is about something else
	case foreign:
		r.shape = nil
	}
	r.idForm = sync.OnceValue(r.readIDForm)
	if r.role == creates {
		if name := chosenID(r.op, r.kind); name != "" {
			r.samples = samplesOf(schema.Member(r.op.Body.JSON(), name))
		}
	}
}

// sampleIDs returns the ids in the operation's documentation: calls with them are
// served without state.
func sampleIDs(r *endpoint) []string {
	var ids []string
	if p := r.op.Param(r.param, "path"); p != nil {
		own := schema.Example(p.Name, p.Schema, false) // as shown in help
		ids = append(samplesOf(p.Schema), jsonx.Unquote([]byte(p.Example)), jsonx.Unquote([]byte(own)))
	}
	if r.byBody {
		body := r.op.Body.JSON()
		ids = append(ids, samplesOf(schema.Member(body, idMember(body, r.kind)))...)
	}
	if r.shape != nil && r.shape.id != "" {
		if whole, ok := jsonx.ParseObject([]byte(sample.Text(message.JSONContent(r.op)))); ok {
			ids = append(ids, jsonx.Unquote(r.shape.within(whole).Get(r.shape.id)))
		}
	}
	return slices.DeleteFunc(ids, func(id string) bool { return id == "" })
}

func samplesOf(s *openapi.Schema) []string {
	return []string{
		jsonx.Unquote([]byte(schema.SampleFor(s, false, schema.Request))),
		jsonx.Unquote([]byte(schema.SampleFor(s, true, schema.Request))),
	}
}

// Role returns what the operation does with a collection, or "" if it does
// nothing with one, or has an effect.
func (r *Service) Role(api *openapi.API, op *openapi.Operation) string {
	res := r.find(api, op)
	if res == nil || r.HasEffect(api, op) {
		return ""
	}
	return map[role]string{
		creates: "create", lists: "list", gets: "get", replaces: "replace", patches: "patch",
		removes: "remove", searches: "search", upserts: "upsert", suggests: "suggest", restores: "restore",
	}[res.role]
}

// Collection returns the operation's collection, or "". All operations on a
// collection return the same value.
func (r *Service) Collection(api *openapi.API, op *openapi.Operation) string {
	if res := r.find(api, op); res != nil {
		return res.kind.key
	}
	return ""
}

// ID returns the id in the response of an operation that returns one resource.
func (r *Service) ID(api *openapi.API, op *openapi.Operation, body string) string {
	res := r.find(api, op)
	if res == nil || res.shape == nil {
		return ""
	}
	whole, _ := jsonx.ParseObject([]byte(body))
	return jsonx.Unquote(res.shape.within(whole).Get(res.shape.id))
}
