package emulator

import (
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/epilot-cli/epilot/internal/operation"
	"github.com/epilot-cli/epilot/internal/schema"
)

// resources answers the operations that make, find, change and delete things.
// Which these are is recognized from the paths: see family.
type resources struct {
	store  *store
	now    func() time.Time
	random io.Reader

	mu       sync.Mutex
	families map[*operation.API]*family
}

// resource is one operation in its role. What is behind the roles is found out
// on first use, because the operations have to be loaded for that.
type resource struct {
	api   *operation.API
	op    *operation.Operation
	role  role
	kind  *kind
	words []string // the collection's template
	param string   // of an operation on one thing: the parameter that names it
	deep  bool     // the operation is about all collections one level below

	settled bool
	shape   *shape   // of the answer's thing or list, nil where there is none
	element *shape   // of a list's elements
	samples []string // of a creation: the ids in its sample bodies
	idForm  func() idForm
	recent  recent
}

// serve answers an operation that has a role; nil where it has none, or the
// things it is about cannot be made.
func (r *resources) serve(c *call) (*answer, error) {
	res := r.find(c.api, c.op)
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
func (r *resource) reads() bool {
	return r.role == gets || r.role == lists || r.role == searches || r.role == suggests
}

// takesJSON reports whether the client does not want another of the documented
// media types more.
func takesJSON(c *call) bool {
	content := negotiate(success(c.op).Contents, c.request.Header.Get("Accept"))
	return content != nil && operation.IsJSON(content.MediaType)
}

// find returns the operation's role, nil where a sample has to do.
func (r *resources) find(api *operation.API, op *operation.Operation) *resource {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.families == nil {
		r.families = map[*operation.API]*family{}
	}
	f := r.families[api]
	if f == nil {
		f = familyOf(api)
		r.families[api] = f
	}
	res := f.roles[op]
	if res != nil {
		res.api = api
	}
	if res == nil || !res.kind.settle() || !res.settle() {
		return nil
	}
	return res
}

// settle finds out whether things of the kind can be made: by POST where the
// answer says which id it got, or by PUT where they can be seen then.
func (k *kind) settle() bool {
	if k.settled {
		return k.made
	}
	k.settled = true
	if k.post != nil {
		k.made = makes(k.post.Load(), k)
	}
	if !k.made && k.put != nil {
		k.post = nil // what it makes cannot be found again
		k.made = k.get != nil && shows(k.get.Load(), k) || k.list != nil && listsThings(k.list.Load(), k)
	}
	return k.made
}

// makes reports whether a POST makes a thing that can be found again. One that
// answers a list is a search.
func makes(op *operation.Operation, k *kind) bool {
	s := thingShape(op, k)
	if s == nil || s.id == "" {
		return chosenID(op, k) != ""
	}
	return len(s.path) == 0 || !listsThings(op, k)
}

// shows reports whether an operation answers with one thing.
func shows(op *operation.Operation, k *kind) bool {
	s := thingShape(op, k)
	return s != nil && (s.id != "" || listShape(op, k) == nil)
}

func listsThings(op *operation.Operation, k *kind) bool {
	s := listShape(op, k)
	return s != nil && s.id != ""
}

// chosenID is the member of the body by which a client chooses the id.
func chosenID(op *operation.Operation, k *kind) string {
	s := bodySchema(op)
	name := idMember(s, k)
	if name == "" || schema.Shape(schema.Member(s, name)).ReadOnly {
		return ""
	}
	return name
}

// bodySchema is the schema of an operation's JSON body, nil where it has none.
func bodySchema(op *operation.Operation) *operation.Schema {
	if op.Body == nil {
		return nil
	}
	if content := operation.JSON(op.Body.Contents); content != nil {
		return content.Schema
	}
	return nil
}

// settle reports whether the operation's answer can carry out its role.
func (r *resource) settle() bool {
	if r.settled {
		return r.role != noRole
	}
	r.settled = true
	r.op.Load()
	switch r.role {
	case lists, searches:
		if r.shape = listShape(r.op, r.kind); r.shape == nil {
			r.role = noRole
			break
		}
		r.element = (&shape{whole: r.shape.thing, thing: r.shape.thing, id: r.shape.id}).prepare()
	case suggests:
		r.shape = nil
	default:
		r.settleThing()
	}
	return r.role != noRole
}

func (r *resource) settleThing() {
	r.shape = thingShape(r.op, r.kind)
	foreign := !shows(r.op, r.kind) || r.shape.id == "" && r.kind.post != nil
	switch {
	case r.role == creates && (r.kind.post == nil || !makes(r.op, r.kind)), r.role == gets && foreign:
		r.role = noRole // the answer is about something else
	case foreign:
		r.shape = nil
	}
	r.idForm = sync.OnceValue(r.readIDForm)
	if r.role == creates {
		if name := chosenID(r.op, r.kind); name != "" {
			r.samples = samplesOf(schema.Member(bodySchema(r.op), name))
		}
	}
}

// sampleIDs are the ids that the operation's documentation shows: calls with
// them are answered without state.
func sampleIDs(r *resource) []string {
	var ids []string
	if p := r.op.Param(r.param, "path"); p != nil {
		ids = append(samplesOf(p.Schema), unquoted([]byte(p.Example)))
	}
	if r.shape != nil && r.shape.id != "" {
		if whole, ok := parseObject([]byte(sampleText(jsonContent(r.op)))); ok {
			ids = append(ids, unquoted(r.shape.within(whole).at(r.shape.id)))
		}
	}
	return slices.DeleteFunc(ids, func(id string) bool { return id == "" })
}

func samplesOf(s *operation.Schema) []string {
	return []string{
		unquoted([]byte(schema.SampleFor(s, false, schema.Request))),
		unquoted([]byte(schema.SampleFor(s, true, schema.Request))),
	}
}

// shelf is where the things of the call's collection are.
func (r *resource) shelf(c *call) shelf {
	words := make([]string, len(r.words))
	for i, word := range r.words {
		name, is := parameter(word)
		words[i] = singular(word)
		if is {
			words[i] = url.PathEscape(c.path[name])
		}
	}
	return shelf{name: c.api.Name + "\x00" + strings.Join(words, "/")}
}

// unknown is the problem with an id that nothing has.
func (r *resource) unknown(id string) error {
	return refuse(http.StatusNotFound, "no %s has the id %q", strings.ReplaceAll(r.kind.thing, "-", " "), id)
}

// textOf is the JSON text of a value that schema.Decode made.
func textOf(value any) []byte {
	text, _ := json.Marshal(value)
	return text
}
