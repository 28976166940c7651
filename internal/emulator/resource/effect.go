package resource

import (
	_ "embed"
	"net/http"
	"slices"
	"strings"

	"github.com/epilot-cli/epilot/internal/openapi"
)

// An effect is a change of state that an operation's path and method do not
// reveal: it sends a message, cancels a job, adds a reaction. The rules of
// rules.go find most of them; effects.txt has a row for each of the others.

//go:embed effects.txt
var effectTable string

// The kinds of effects.
const (
	effectCreate = "create" // create a resource in the collection
	effectChange = "change" // change members of a resource
	effectRemove = "remove" // remove a resource
	effectCopy   = "copy"   // create a copy of a resource
	effectList   = "list"   // no change: the operation lists the collection
	effectGet    = "get"    // no change: the operation returns one resource of it
)

// effect is one effect of an operation. Most operations have one.
type effect struct {
	does     string
	api      string   // the API of the target's collection, "" for that of the operation
	document bool     // the target is a document, by its path without the version
	slug     string   // the target is an entity of this schema
	segments []string // the template of the collection, or the path of the document
	id       string   // an expression for the id or ids, "" for a new one
	key      string   // of a new resource: an expression for its id, "" for a new one
	each     string   // an expression for an array: the effect is carried out once per element
	show     string   // the part of the resource that the response is about
	sets     []assignment
	responds []assignment // members of the response
}

// assignment sets a member: "status" "=" "done".
type assignment struct {
	member   string // a path: "status", "tasks[{task_id}].status"; "" means the resource itself
	operator string
	value    string // an expression
}

// The operators of an assignment.
const (
	opAdd    = "+=" // append elements that the array lacks
	opDrop   = "-=" // remove from an array
	opToggle = "~=" // append, or remove if present
	opMerge  = "<"  // merge an object into the member
	opSet    = "="
)

// tableRows returns the adjacent rows of an API, by operation id. It parses only
// that part of the table.
func tableRows(table, api string) map[string][]*effect {
	rows := map[string][]*effect{}
	_, rest, found := strings.Cut(table, "\n"+api+"\n")
	if !found {
		return rows
	}
	for line := range strings.Lines(rest) {
		words := strings.Fields(line)
		if len(words) == 0 || line[0] != ' ' {
			break
		}
		rows[words[0]] = append(rows[words[0]], parseEffect(words[1:]))
	}
	return rows
}

// parseEffect parses the fields after the operation id.
func parseEffect(words []string) *effect {
	e := &effect{does: words[0]}
	path := words[1]
	switch {
	case strings.HasPrefix(path, "="):
		e.document, path = true, path[1:]
	case strings.HasPrefix(path, "entity:"):
		path = strings.TrimPrefix(path, "entity:")
		e.slug, _, _ = strings.Cut(path, "/")
	case strings.HasPrefix(path, "/"):
		e.api, path, _ = strings.Cut(path[1:], "/")
	}
	e.segments = strings.Split(path, "/")
	if last := len(e.segments) - 1; !e.document && e.does != effectCreate && e.does != effectList {
		e.segments, e.id = e.segments[:last], e.segments[last]
	}
	for _, word := range words[2:] {
		name, rest, _ := strings.Cut(word, ":")
		switch name {
		case "each":
			e.each = rest
			continue
		case "id":
			e.key = rest
			continue
		case "show":
			e.show = rest
			continue
		case "respond":
			e.responds = append(e.responds, parseAssignment(rest))
			continue
		}
		e.sets = append(e.sets, parseAssignment(word))
	}
	return e
}

func parseAssignment(word string) assignment {
	at := strings.IndexAny(word, "=<")
	if at > 0 && strings.IndexByte("+-~", word[at-1]) >= 0 {
		return assignment{word[:at-1], word[at-1 : at+1], word[at+1:]}
	}
	return assignment{word[:at], word[at : at+1], word[at+1:]}
}

// isWrite reports whether the effect changes something.
func (e *effect) isWrite() bool { return e.does != effectList && e.does != effectGet }

// isCollection reports whether the target is a collection of the operation's API.
func (e *effect) isCollection() bool { return !e.document && e.slug == "" && e.api == "" }

// addEffects adds the collections that the rows of an API name, and the
// operations that return them.
func (f *model) addEffects(api *openapi.API) {
	f.rows = tableRows(effectTable, api.Name)
	for _, op := range api.Operations {
		for _, e := range f.rows[op.ID] {
			if !e.isCollection() {
				continue
			}
			k := f.declare(e)
			k.closed = k.closed || e.does == effectCreate
			switch e.does {
			case effectList:
				f.roles[op] = &endpoint{op: op, role: lists, kind: k, segments: e.segments, row: e}
				k.note(lists, op)
			case effectGet:
				f.roles[op] = &endpoint{op: op, role: gets, kind: k, segments: e.segments, row: e}
				if param, is := parameter(e.id); is {
					f.roles[op].param = param
				}
				k.note(gets, op)
			}
		}
	}
}

// declare returns the type of a collection that a row names, adding it if needed.
func (f *model) declare(e *effect) *resourceType {
	k := f.kinds[e.kind()]
	if k == nil {
		k = &resourceType{key: e.kind(), param: "id", name: resourceName(e.segments), segments: e.segments, byRow: true}
		f.kinds[k.key] = k
	}
	if name := strings.Trim(e.id[strings.LastIndexByte(e.id, '.')+1:], "{}?$"); k.byRow && k.param == "id" && name != "" && !strings.HasSuffix(name, "ids") && isExpression(e.id) {
		k.param = name
	}
	k.declared = true
	return k
}

// kind returns the key of the collection's type.
func (e *effect) kind() string {
	segments := slices.Clone(e.segments)
	for i, word := range segments {
		if isExpression(word) {
			segments[i] = "{}"
		}
	}
	return keyOf(segments)
}

// isExpression reports whether a segment of a target is an expression.
func isExpression(word string) bool {
	_, is := parameter(word)
	return is || word != "" && strings.IndexByte("$@?!", word[0]) >= 0
}

// effects returns the writes of an operation, by its rows or by the rules, or nil.
func (r *Service) effects(api *openapi.API, op *openapi.Operation) []*effect {
	if op.Method == http.MethodGet {
		return nil
	}
	f := r.model(api)
	r.mu.Lock()
	defer r.mu.Unlock()
	known, ok := f.effects[op]
	if !ok {
		known = f.findEffects(op)
		f.effects[op] = known
	}
	return known
}

func (f *model) findEffects(op *openapi.Operation) []*effect {
	if rows := f.rows[op.ID]; len(rows) > 0 {
		return writesOf(rows)
	}
	if e := f.roles[op]; e != nil && e.kind.resolve() && e.resolve() {
		return nil
	}
	if e := f.byRule(op.Load()); e != nil {
		return []*effect{e}
	}
	return nil
}

// writesOf returns the effects that change state, or nil.
func writesOf(rows []*effect) []*effect {
	var writes []*effect
	for _, e := range rows {
		if e.isWrite() {
			writes = append(writes, e)
		}
	}
	return writes
}

// view returns the operation that returns the resources of a type, or nil.
func (f *model) view(k *resourceType) *endpoint {
	if k == nil || !k.resolve() {
		return nil
	}
	for _, role := range []role{gets, lists, searches} {
		for _, op := range f.api.Operations {
			if e := f.roles[op]; e != nil && e.kind == k && e.role == role && e.resolve() && e.shape != nil {
				return e
			}
		}
	}
	return nil
}

// resource returns the shape of one resource, also for an operation that lists them.
func (r *endpoint) resource() *shape {
	if r.element != nil {
		return r.element
	}
	return r.shape
}

// HasEffect reports whether an operation changes state by a row or a rule.
func (r *Service) HasEffect(api *openapi.API, op *openapi.Operation) bool {
	return len(r.effects(api, op)) > 0
}

// Effect describes one effect of an operation, for tests.
type Effect struct {
	Path       string      // of the collection, with its expressions
	Does       string      // create, change, remove or copy
	API        string      // of the collection, "" for that of the operation
	Collection string      // as returned by Service.Collection, "" for a document or an entity
	Document   string      // the path of the document without its version
	Entity     string      // the schema of the entity, which may be an expression
	ID         string      // the expression of its id, "" for a new one
	Each       string      // the expression of the array whose elements it is carried out for
	Sets       [][2]string // the members that are set, and the expressions of their values
}

// Effects returns the effects of an operation.
func (r *Service) Effects(api *openapi.API, op *openapi.Operation) []Effect {
	var all []Effect
	for _, e := range r.effects(api, op) {
		one := Effect{Path: strings.Join(e.segments, "/"), Does: e.does, API: e.api, Entity: e.slug, ID: e.id, Each: e.each}
		for _, set := range e.sets {
			if set.operator == opSet {
				one.Sets = append(one.Sets, [2]string{set.member, first(set.value)})
			}
		}
		switch {
		case e.document:
			one.Document = strings.Join(e.segments, "/")
		case e.slug == "":
			one.Collection = e.kind()
		}
		all = append(all, one)
	}
	return all
}

// RowPath returns the path of the collection that an operation lists or returns
// according to effects.txt, or "".
func (r *Service) RowPath(api *openapi.API, op *openapi.Operation) string {
	if e := r.find(api, op); e != nil && e.row != nil {
		return strings.Join(e.row.segments, "/")
	}
	return ""
}
