// Package resource keeps what clients create. It recognizes collections in the
// paths of a definition, and creates, lists, finds, changes and removes the
// resources in them.
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

// Service serves the operations that make, find, change and delete resources.
// Which these are is recognized from the paths: see family.
type Service struct {
	store  *store.Store
	now    func() time.Time
	random io.Reader

	mu     sync.Mutex
	models map[*openapi.API]*model
}

// endpoint is one operation in its role. What is behind the roles is found out
// on first use, because the operations have to be loaded for that.
type endpoint struct {
	api      *openapi.API
	op       *openapi.Operation
	role     role
	kind     *resourceType
	segments []string // the collection's template
	param    string   // of an operation on one resource: the parameter that names it
	allBelow bool     // the operation is about all collections one level below
	literals []string // then: words that are not such a collection
	byBody   bool     // the body names the resource, not the path

	resolved bool
	shape    *shape   // of the response's resource or list, nil where there is none
	element  *shape   // of a list's elements
	samples  []string // of a creation: the ids in its sample bodies
	idForm   func() idForm
	cache    responseCache
}

// Serve serves an operation that has a role; nil where it has none, or the
// resources it is about cannot be made.
func (r *Service) Serve(c *message.Request) (*message.Response, error) {
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

// Reads reports whether the operation only looks at resources.
func (r *Service) Reads(api *openapi.API, op *openapi.Operation) bool {
	res := r.find(api, op)
	return res != nil && res.reads()
}

// takesJSON reports whether the client does not want another of the documented
// media types more.
func takesJSON(c *message.Request) bool {
	content := sample.Negotiate(message.Success(c.Op).Contents, c.HTTP.Header.Get("Accept"))
	return content != nil && httpx.IsJSON(content.MediaType)
}

// find returns the operation's role, nil where a sample has to do.
func (r *Service) find(api *openapi.API, op *openapi.Operation) *endpoint {
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
	res := f.roles[op]
	if res == nil || !res.kind.resolve() || !res.resolve() {
		return nil
	}
	return res
}

// collection is where the resources of the call's collection are.
func (r *endpoint) collection(c *message.Request) store.Collection {
	segments := make([]string, len(r.segments))
	for i, word := range r.segments {
		name, is := parameter(word)
		segments[i] = singular(word)
		if is {
			segments[i] = url.PathEscape(c.Path[name])
		}
	}
	return store.Collection{Name: c.API.Name + "\x00" + strings.Join(segments, "/")}
}

// notFoundError is the problem with an id that nothing has.
func (r *endpoint) notFoundError(id string) error {
	return message.Refuse(http.StatusNotFound, "no %s has the id %q", strings.ReplaceAll(r.kind.name, "-", " "), id)
}

// New returns the resources of a state. It reads nothing.
func New(state *store.Store, now func() time.Time, random io.Reader) *Service {
	return &Service{store: state, now: now, random: random}
}

// resolve finds out whether resources of the type can be made: by POST where the
// answer says which id it got, or by PUT where they can be seen then.
func (k *resourceType) resolve() bool {
	if k.resolved {
		return k.made
	}
	k.resolved = true
	if k.post != nil {
		k.made = createsResource(k.post.Load(), k)
	}
	if k.get == nil && k.put == nil && k.list != nil && listShape(k.list.Load(), k) == nil {
		k.made = false // nothing shows what is made
	}
	if !k.made && k.put != nil {
		k.post = nil // what it makes cannot be found again
		k.made = k.get != nil && returnsResource(k.get.Load(), k) || k.list != nil && listsResources(k.list.Load(), k)
	}
	return k.made
}

// createsResource reports whether a POST makes a resource that can be found again. One that
// answers a list is a search.
func createsResource(op *openapi.Operation, k *resourceType) bool {
	s := resourceShape(op, k)
	if s == nil || s.id == "" {
		return chosenID(op, k) != ""
	}
	return len(s.path) == 0 || !listsResources(op, k)
}

// returnsResource reports whether an operation answers with one resource.
func returnsResource(op *openapi.Operation, k *resourceType) bool {
	s := resourceShape(op, k)
	return s != nil && (s.id != "" || listShape(op, k) == nil)
}

func listsResources(op *openapi.Operation, k *resourceType) bool {
	s := listShape(op, k)
	return s != nil && s.id != ""
}

// chosenID is the member of the body by which a client chooses the id.
func chosenID(op *openapi.Operation, k *resourceType) string {
	s := op.Body.JSON()
	name := idMember(s, k)
	if name == "" || schema.Shape(schema.Member(s, name)).ReadOnly || isParentID(name, k) {
		return ""
	}
	return name
}

// isParentID reports whether a member names what is before the collection in its
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

// resolve reports whether the operation's answer can carry out its role.
func (r *endpoint) resolve() bool {
	if r.resolved {
		return r.role != noRole
	}
	r.resolved = true
	r.op.Load()
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

// sampleIDs are the ids that the operation's documentation shows: calls with
// them are answered without state.
func sampleIDs(r *endpoint) []string {
	var ids []string
	if p := r.op.Param(r.param, "path"); p != nil {
		own := schema.Example(p.Name, p.Schema, false) // what help shows
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

// Role is what the operation does with a collection, "" where it does nothing
// with one.
func (r *Service) Role(api *openapi.API, op *openapi.Operation) string {
	res := r.find(api, op)
	if res == nil {
		return ""
	}
	return map[role]string{
		creates: "create", lists: "list", gets: "get", replaces: "replace", patches: "patch",
		removes: "remove", searches: "search", upserts: "upsert", suggests: "suggest", restores: "restore",
	}[res.role]
}

// Collection is the collection that the operation is about, "" for none: all
// operations on it have the same.
func (r *Service) Collection(api *openapi.API, op *openapi.Operation) string {
	if res := r.find(api, op); res != nil {
		return res.kind.key
	}
	return ""
}

// ID is the id in the response of an operation that returns one resource.
func (r *Service) ID(api *openapi.API, op *openapi.Operation, body string) string {
	res := r.find(api, op)
	if res == nil || res.shape == nil {
		return ""
	}
	whole, _ := jsonx.ParseObject([]byte(body))
	return jsonx.Unquote(res.shape.within(whole).Get(res.shape.id))
}
