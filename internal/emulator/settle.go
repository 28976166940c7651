package emulator

import (
	"slices"
	"sync"

	"github.com/epilot-cli/epilot/internal/operation"
	"github.com/epilot-cli/epilot/internal/schema"
)

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
	s := op.Body.JSON()
	name := idMember(s, k)
	if name == "" || schema.Shape(schema.Member(s, name)).ReadOnly {
		return ""
	}
	return name
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
			r.samples = samplesOf(schema.Member(r.op.Body.JSON(), name))
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
