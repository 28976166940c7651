package emulator

import (
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/epilot-cli/epilot/internal/operation"
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
	if res == nil || !res.kind.settle() || !res.settle() {
		return nil
	}
	return res
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
