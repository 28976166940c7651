package resource

import (
	"net/http"
	"slices"
	"strings"

	"github.com/epilot-cli/epilot/internal/openapi"
)

// role is what an operation does with the resources of a collection.
type role int

const (
	noRole  role = iota // served by a sample
	creates             // POST /resources
	lists               // GET /resources
	gets                // GET /resources/{id}
	replaces
	patches
	removes
	searches // POST /resources:search
	upserts  // PATCH /resources:upsert
	suggests // GET /resources:autocomplete
	restores // PATCH /resources/{id}:restore
)

// model contains the collections found in an API's paths.
type model struct {
	api     *openapi.API
	kinds   map[string]*resourceType
	roles   map[*openapi.Operation]*endpoint
	rows    map[string][]*effect             // of effects.txt, by operation id
	effects map[*openapi.Operation][]*effect // computed so far
}

// resourceType is one collection, or one for each value of the path parameters.
// The versions of an API share it.
type resourceType struct {
	key      string // its template: "entity/{}"
	name     string // the singular name of a resource: "entity"
	param    string // the path parameter for its id
	segments []string
	post     *openapi.Operation
	put      *openapi.Operation
	get      *openapi.Operation
	list     *openapi.Operation
	made     bool // resources can be created and read; set by resolve
	resolved bool

	restorable bool // removed resources can be restored
	declared   bool // effects.txt names the collection
	byRow      bool // only effects.txt names it
	closed     bool // only created resources exist
}

// newModel recognizes the roles of an API's operations by their paths and methods
// alone; it loads none of them.
func newModel(api *openapi.API) *model {
	f := &model{
		api: api, kinds: map[string]*resourceType{},
		roles: map[*openapi.Operation]*endpoint{}, effects: map[*openapi.Operation][]*effect{},
	}
	for _, op := range api.Operations {
		f.addItem(op)
	}
	f.addEffects(api)
	f.addPlainCollections(api)
	for _, op := range api.Operations {
		if f.roles[op] == nil {
			f.addCollection(op)
		}
	}
	for _, r := range f.roles {
		if r.below != nil {
			r.below = literalsBelow(api, r.segments)
		}
	}
	for _, r := range f.roles {
		r.api = api
	}
	return f
}

// addPlainCollections recognizes collections whose resources have no path of
// their own: a POST adds to them and a GET lists them.
func (f *model) addPlainCollections(api *openapi.API) {
	lists := map[string]bool{}
	for _, op := range api.Operations {
		if op.Method == http.MethodGet {
			lists[keyOf(pathTemplate(op.Path))] = true
		}
	}
	for _, op := range api.Operations {
		segments := pathTemplate(op.Path)
		key := keyOf(segments)
		if op.Method == http.MethodPost && lists[key] && f.kinds[key] == nil && !strings.Contains(key, ":") {
			f.kinds[key] = &resourceType{key: key, param: "id", name: resourceName(segments), segments: segments}
		}
	}
}

// literalsBelow returns the literals that other paths of the API have in the
// place of a parameter: "schemas" is not the slug of an entity.
func literalsBelow(api *openapi.API, segments []string) []string {
	found := []string{}
	for _, op := range api.Operations {
		other := pathTemplate(op.Path)
		if len(other) <= len(segments) || keyOf(other[:len(segments)]) != keyOf(segments) {
			continue
		}
		word, _, _ := strings.Cut(other[len(segments)], ":")
		if _, is := parameter(word); !is && !slices.Contains(found, singular(word)) {
			found = append(found, singular(word))
		}
	}
	return found
}

// addItem recognizes an operation on one resource.
func (f *model) addItem(op *openapi.Operation) {
	segments := pathTemplate(op.Path)
	last := len(segments) - 1
	param, isItem := parameter(segments[last])
	role := itemRole(op.Method)
	if !isItem || last == 0 || role == noRole {
		return
	}
	key := keyOf(segments[:last])
	k := f.kinds[key]
	if k == nil {
		k = &resourceType{key: key, param: param, name: resourceName(segments[:last]), segments: segments[:last]}
		f.kinds[key] = k
	}
	k.note(role, op)
	f.roles[op] = &endpoint{op: op, role: role, kind: k, segments: segments[:last], param: param}
}

// addCollection recognizes an operation on a collection, or an action on it,
// after its colon.
func (f *model) addCollection(op *openapi.Operation) {
	segments := pathTemplate(op.Path)
	role := map[string]role{
		http.MethodGet: lists, http.MethodPost: creates, http.MethodPut: replaces, http.MethodPatch: patches,
	}[op.Method]
	if inner, action := cutAction(segments); action != "" {
		if f.addItemAction(op, inner, action) {
			return
		}
		segments, role = inner, actionRole(op.Method, action)
	}
	if role == noRole || len(segments) == 0 {
		return
	}
	r := &endpoint{op: op, role: role, segments: segments, kind: f.kinds[keyOf(segments)], byBody: role == replaces || role == patches}
	if r.kind == nil && (role == searches || role == suggests) {
		r.kind, r.below = f.kinds[keyOf(segments)+"/{}"], []string{}
	}
	if r.kind == nil {
		return
	}
	if !r.byBody {
		r.kind.note(role, op)
	}
	f.roles[op] = r
}

// addItemAction recognizes an action on one resource: "…/{id}:restore".
func (f *model) addItemAction(op *openapi.Operation, segments []string, action string) bool {
	last := len(segments) - 1
	param, is := parameter(segments[last])
	if !is || last == 0 || action != "restore" {
		return false
	}
	k := f.kinds[keyOf(segments[:last])]
	if k == nil {
		return false
	}
	k.restorable = true
	f.roles[op] = &endpoint{op: op, role: restores, kind: k, segments: segments[:last], param: param}
	return true
}

// note stores the first operation of each role that describes the type.
func (k *resourceType) note(role role, op *openapi.Operation) {
	var known **openapi.Operation
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

// pathTemplate returns the segments of a path without the version:
// "/v1/entity/{slug}" and "/v2/entity/{slug}" have the same resources.
func pathTemplate(path string) []string {
	segments := strings.Split(strings.TrimPrefix(path, "/"), "/")
	if len(segments) > 1 && isVersion(segments[0]) {
		return segments[1:]
	}
	return segments
}

func isVersion(word string) bool {
	return len(word) > 1 && word[0] == 'v' && strings.Trim(word[1:], "0123456789") == ""
}

// cutAction splits "…/resources:search" and "…/resources/search".
func cutAction(segments []string) ([]string, string) {
	last := len(segments) - 1
	if collection, action, found := strings.Cut(segments[last], ":"); found {
		return append(slices.Clone(segments[:last]), collection), action
	}
	if segments[last] == "search" {
		return segments[:last], "search"
	}
	return segments, ""
}

// parameter returns the name if the segment is a single parameter.
func parameter(word string) (string, bool) {
	inner, open := strings.CutPrefix(word, "{")
	name, closed := strings.CutSuffix(inner, "}")
	return name, open && closed && !strings.ContainsAny(name, "{}")
}

// keyOf returns a template without parameter names. Singular and plural are the
// same: "view/{id}" belongs to "views".
func keyOf(segments []string) string {
	key := make([]string, len(segments))
	for i, word := range segments {
		if _, is := parameter(word); is {
			key[i] = "{}"
			continue
		}
		key[i] = singular(word)
	}
	return strings.Join(key, "/")
}

func singular(word string) string {
	switch {
	case strings.HasSuffix(word, "ies"):
		return strings.TrimSuffix(word, "ies") + "y"
	case strings.HasSuffix(word, "sses"), strings.HasSuffix(word, "xes"), strings.HasSuffix(word, "ches"), strings.HasSuffix(word, "shes"):
		return strings.TrimSuffix(word, "es")
	case strings.HasSuffix(word, "ss"):
		return word
	}
	return strings.TrimSuffix(word, "s")
}

// resourceName returns the last literal segment of a collection.
func resourceName(segments []string) string {
	for i := len(segments) - 1; i >= 0; i-- {
		if _, is := parameter(segments[i]); !is {
			return singular(segments[i])
		}
	}
	return "thing"
}
