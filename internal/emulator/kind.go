package emulator

import (
	"net/http"

	"github.com/epilot-cli/epilot/internal/operation"
)

// role is what an operation does with the things of a collection.
type role int

const (
	noRole  role = iota // it is answered with a sample
	creates             // POST /things
	lists               // GET /things
	gets                // GET /things/{id}
	replaces
	patches
	removes
	searches // POST /things:search
	upserts  // PATCH /things:upsert
	suggests // GET /things:autocomplete
)

// family are the collections that an API's paths tell of.
type family struct {
	kinds map[string]*kind
	roles map[*operation.Operation]*resource
}

// kind is one collection, or one for each value of the parameters in its path.
// The versions of an API share it.
type kind struct {
	key     string // its template: "entity/{}"
	thing   string // one of its things, in words: "entity"
	param   string // the parameter that names one in the path
	words   []string
	post    *operation.Operation
	put     *operation.Operation
	get     *operation.Operation
	list    *operation.Operation
	made    bool // things can be made, and seen; set by settle
	settled bool
}

// familyOf recognizes the roles of an API's operations by their paths and
// methods alone; none of them is loaded.
func familyOf(api *operation.API) *family {
	f := &family{kinds: map[string]*kind{}, roles: map[*operation.Operation]*resource{}}
	for _, op := range api.Operations {
		f.addItem(op)
	}
	for _, op := range api.Operations {
		if f.roles[op] == nil {
			f.addCollection(op)
		}
	}
	for _, r := range f.roles {
		r.api = api
	}
	return f
}

// addItem recognizes an operation on one thing.
func (f *family) addItem(op *operation.Operation) {
	words := pathTemplate(op.Path)
	last := len(words) - 1
	param, isItem := parameter(words[last])
	role := itemRole(op.Method)
	if !isItem || last == 0 || role == noRole {
		return
	}
	key := keyOf(words[:last])
	k := f.kinds[key]
	if k == nil {
		k = &kind{key: key, param: param, thing: thingOf(words[:last]), words: words[:last]}
		f.kinds[key] = k
	}
	k.note(role, op)
	f.roles[op] = &resource{op: op, role: role, kind: k, words: words[:last], param: param}
}

// addCollection recognizes an operation on a collection, or on what stands
// behind its colon.
func (f *family) addCollection(op *operation.Operation) {
	words := pathTemplate(op.Path)
	role := map[string]role{http.MethodGet: lists, http.MethodPost: creates}[op.Method]
	if inner, action := cutAction(words); action != "" {
		words, role = inner, actionRole(op.Method, action)
	}
	if role == noRole || len(words) == 0 {
		return
	}
	r := &resource{op: op, role: role, words: words, kind: f.kinds[keyOf(words)]}
	if r.kind == nil && (role == searches || role == suggests) {
		r.kind, r.deep = f.kinds[keyOf(words)+"/{}"], true
	}
	if r.kind == nil {
		return
	}
	r.kind.note(role, op)
	f.roles[op] = r
}

// note keeps the first operation of each role that tells about the kind.
func (k *kind) note(role role, op *operation.Operation) {
	var known **operation.Operation
	switch role {
	case creates:
		known = &k.post
	case replaces:
		known = &k.put
	case gets:
		known = &k.get
	case lists:
		known = &k.list
	}
	if known != nil && *known == nil {
		*known = op
	}
}

func itemRole(method string) role {
	switch method {
	case http.MethodGet:
		return gets
	case http.MethodPut:
		return replaces
	case http.MethodPatch:
		return patches
	case http.MethodDelete:
		return removes
	}
	return noRole
}

func actionRole(method, action string) role {
	switch {
	case (action == "search" || action == "list") && (method == http.MethodPost || method == http.MethodGet):
		return searches
	case action == "upsert":
		return upserts
	case action == "autocomplete" && method == http.MethodGet:
		return suggests
	}
	return noRole
}
