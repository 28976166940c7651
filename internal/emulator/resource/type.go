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
	noRole  role = iota // it is answered with a sample
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

// model are the collections that an API's paths tell of.
type model struct {
	kinds map[string]*resourceType
	roles map[*openapi.Operation]*endpoint
}

// resourceType is one collection, or one for each value of the parameters in its path.
// The versions of an API share it.
type resourceType struct {
	key      string // its template: "entity/{}"
	name     string // one of its resources, in words: "entity"
	param    string // the parameter that names one in the path
	segments []string
	post     *openapi.Operation
	put      *openapi.Operation
	get      *openapi.Operation
	list     *openapi.Operation
	made     bool // resources can be made, and seen; set by settle
	resolved bool

	restorable bool // what is removed can be restored
}

// newModel recognizes the roles of an API's operations by their paths and
// methods alone; none of them is loaded.
func newModel(api *openapi.API) *model {
	f := &model{kinds: map[string]*resourceType{}, roles: map[*openapi.Operation]*endpoint{}}
	for _, op := range api.Operations {
		f.addItem(op)
	}
	f.addPlainCollections(api)
	for _, op := range api.Operations {
		if f.roles[op] == nil {
			f.addCollection(op)
		}
	}
	for _, r := range f.roles {
		if r.allBelow {
			r.literals = literalsBelow(api, r.segments)
		}
	}
	for _, r := range f.roles {
		r.api = api
	}
	return f
}

// addPlainCollections recognizes collections whose resources have no path of
// their own: what is posted to them is listed.
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

// literalsBelow are the words that other paths of the API have where a path of
// these words has a parameter: "schemas" is not the slug of an entity.
func literalsBelow(api *openapi.API, segments []string) []string {
	var found []string
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

// addCollection recognizes an operation on a collection, or on what stands
// behind its colon.
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
		r.kind, r.allBelow = f.kinds[keyOf(segments)+"/{}"], true
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

// note keeps the first operation of each role that tells about the kind.
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

// pathTemplate are a template's words without the version in front:
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

// cutAction takes "…/resources:search" and "…/resources/search" apart.
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

// parameter is the name in a word that is nothing but a parameter.
func parameter(word string) (string, bool) {
	inner, open := strings.CutPrefix(word, "{")
	name, closed := strings.CutSuffix(inner, "}")
	return name, open && closed && !strings.ContainsAny(name, "{}")
}

// keyOf is a template without the names of its parameters. The singular and
// the plural of a word are the same: "view/{id}" stands beside "views".
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

// resourceName is the last word of a collection that is no parameter.
func resourceName(segments []string) string {
	for i := len(segments) - 1; i >= 0; i-- {
		if _, is := parameter(segments[i]); !is {
			return singular(segments[i])
		}
	}
	return "thing"
}
