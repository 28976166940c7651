package resource

import (
	"bytes"
	"net/url"
	"slices"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
	bolt "go.etcd.io/bbolt"

	"github.com/epilot-cli/epilot/internal/emulator/message"
	"github.com/epilot-cli/epilot/internal/emulator/object"
	"github.com/epilot-cli/epilot/internal/emulator/store"
	"github.com/epilot-cli/epilot/internal/jsonx"
	"github.com/epilot-cli/epilot/internal/openapi"
	"github.com/epilot-cli/epilot/internal/openapi/schema"
)

// apply carries out the effects of an operation, all or none. It returns nil, and
// the caller a sample, if the effects do not concern the state.
func (r *Service) apply(c *message.Request, effects []*effect) (*message.Response, error) {
	run := &applying{Service: r, c: c}
	err := r.update(c, func(tx *bolt.Tx) error {
		run.kind, run.id, run.resource, run.made, run.assigned, run.all, run.raw, run.responds = nil, "", nil, "", nil, nil, nil, nil
		for _, e := range effects {
			if err := run.effect(tx, e); err != nil {
				return err
			}
		}
		run.respond(effects)
		return nil
	})
	if err != nil || run.resource == nil {
		return nil, err
	}
	c.Kept = true
	return run.response(), nil
}

// applying is one request whose effects are being carried out.
type applying struct {
	*Service
	c *message.Request

	kind     *resourceType  // the type of the first changed resource, nil for a document
	id       string         // of that resource
	resource jsonx.Object   // its value after the effects; nil: nothing has changed
	assigned []string       // the members of that resource that were set
	all      []jsonx.Object // all changed resources
	raw      jsontext.Value // the response body, nil to return the resource
	responds jsonx.Object   // members of the response, by the rows
	made     string         // the id of the last created resource
}

// effect carries out one effect, once per element if it has an each.
func (a *applying) effect(tx *bolt.Tx, e *effect) error {
	s := a.source()
	s.load = func(path string) jsontext.Value { return a.load(tx, s, path) }
	if e.each == "" {
		return a.once(tx, e, s)
	}
	for _, element := range s.elements(e.each) {
		s.element = element
		if err := a.once(tx, e, s); err != nil {
			return err
		}
	}
	return nil
}

func (a *applying) source() *source {
	return &source{
		c: a.c, made: a.made, count: len(a.all), now: a.now(),
		newID: func() (string, error) { return NewUUID(a.random) },
	}
}

// respond evaluates the members of the response that the rows set.
func (a *applying) respond(effects []*effect) {
	s := a.source()
	for _, e := range effects {
		for _, set := range e.responds {
			if value := s.value(set.value); value != nil {
				a.responds = a.responds.With(set.member, value)
			}
		}
	}
}

// load returns the stored resource at a path of expressions, or nil.
func (a *applying) load(tx *bolt.Tx, s *source, path string) jsontext.Value {
	api := a.c.API.Name
	if name, rest, found := strings.Cut(path, ":"); found {
		api, path = name, rest
	}
	segments := strings.Split(path, "/")
	last := len(segments) - 1
	collection, ok := collectionOf(&openapi.API{Name: api}, segments[:last], s)
	if !ok {
		return nil
	}
	found := find(tx, collection, textOf(s.value(segments[last])))
	if found == nil || isDeleted(found.Text) {
		return nil
	}
	return bytes.Clone(a.due(found.Text))
}

// once carries out an effect on a document, on entities or in a collection.
func (a *applying) once(tx *bolt.Tx, e *effect, s *source) error {
	switch {
	case e.document:
		return a.document(tx, e, s)
	case e.slug != "":
		return a.entity(tx, e, s)
	}
	api := a.c.API
	if e.api != "" {
		var err error
		if api, err = a.apis(e.api); err != nil {
			return err
		}
	}
	f := a.model(api)
	a.mu.Lock()
	kind := f.kinds[e.kind()]
	view := f.view(kind)
	a.mu.Unlock()
	if view == nil {
		return nil
	}
	collection, ok := collectionOf(api, e.segments, s)
	if !ok {
		return nil
	}
	if e.does == effectCreate {
		return a.create(tx, e, s, view, collection, api.Name)
	}
	ids, several := a.targets(tx, e, s, collection)
	if len(ids) == 0 && !kind.closed && strings.IndexAny(e.id, "[*") == 0 {
		// The sample is the only known resource.
		full := view.resource().full()
		ids = append(ids, textOf(full.Get(idName(view.resource()))))
	}
	for _, id := range ids {
		if err := a.change(tx, e, s, view, collection, id, several); err != nil {
			return err
		}
	}
	return nil
}

// targets returns the ids of the target resources. If there are several,
// nonexistent ones are skipped. "*" selects all, and [member=value&other!=value]
// those that match.
func (a *applying) targets(tx *bolt.Tx, e *effect, s *source, collection store.Collection) (ids []string, several bool) {
	conditions, isMatch := strings.CutPrefix(e.id, "[")
	if !isMatch && e.id != "*" {
		ids = s.ids(e.id)
		return ids, len(ids) > 1 || e.each != ""
	}
	visit := func(item *store.Item) bool {
		members, _ := jsonx.ParseObject(item.Text)
		if !isDeleted(item.Text) && (!isMatch || s.matches(members, strings.TrimSuffix(conditions, "]"))) {
			ids = append(ids, item.Id)
		}
		return true
	}
	eachBuiltin(tx, collection, visit)
	collection.Each(tx, visit)
	return ids, true
}

// collectionOf returns the collection of a template, and false if the request
// lacks the value of a parameter.
func collectionOf(api *openapi.API, segments []string, s *source) (store.Collection, bool) {
	filled := make([]string, len(segments))
	for i, word := range segments {
		if !isExpression(word) {
			filled[i] = singular(word)
			continue
		}
		text := textOf(s.value(word))
		if text == "" {
			return store.Collection{}, false
		}
		filled[i] = url.PathEscape(text)
	}
	return collectionAt(api.Name, filled), true
}

// create creates a resource from the members that the view requires and the
// assignments.
func (a *applying) create(tx *bolt.Tx, e *effect, s *source, view *endpoint, collection store.Collection, api string) error {
	shape := view.resource()
	id := ""
	if e.key != "" {
		id = textOf(s.value(e.key))
	}
	if known, stored := a.existing(tx, view, collection, id); id != "" && known != nil && stored {
		return a.change(tx, e, s, view, collection, id, false)
	}
	if id == "" {
		form := view.readIDForm()
		form.schemas = nil
		var err error
		if id, err = newIDLike(a.random, form); err != nil {
			return err
		}
	}
	s.id = id
	resource := a.assign(shape.withSchema(shape.initial(a.c.Op.Body.JSON()), view.kind, api), e, s)
	resource = withTitle(shape, shape.setTimes(resource, a.now(), true), nil)
	resource = shape.withID(resource, id)
	a.made = id
	a.note(view.kind, id, a.shown(resource, e, s), e)
	return collection.Put(tx, id, resource.Text())
}

// shown returns the part of a resource that the response is about.
func (a *applying) shown(resource jsonx.Object, e *effect, s *source) jsonx.Object {
	if e.show == "" || e.show == "-" {
		return resource
	}
	value := resource.Text()
	for _, step := range splitPath(s.fill(e.show)) {
		if id, ok := strings.CutPrefix(step, "["); ok {
			elements := object.Elements(value)
			value = nil
			for _, element := range elements {
				if elementID(element) == strings.TrimSuffix(id, "]") {
					value = element
				}
			}
			continue
		}
		members, _ := jsonx.ParseObject(value)
		value = members.Get(step)
	}
	part, ok := jsonx.ParseObject(value)
	if !ok && value != nil {
		a.raw = value
		return resource
	}
	return part
}

func idName(s *shape) string {
	if s.id == "" {
		return "id"
	}
	return s.id
}

// assigns reports whether the effect sets a member.
func (e *effect) assigns(name string) bool {
	return slices.ContainsFunc(e.sets, func(a assignment) bool { return a.member == name })
}

// note records the first changed resource, which the response is about.
func (a *applying) note(kind *resourceType, id string, resource jsonx.Object, e *effect) {
	if e.show == "-" {
		return
	}
	a.all = append(a.all, resource)
	if a.resource != nil {
		return
	}
	a.kind, a.id, a.resource = kind, id, resource
	for _, set := range e.sets {
		a.assigned = append(a.assigned, splitPath(set.member)...)
	}
}

// assign carries out the assignments of an effect in order.
func (a *applying) assign(resource jsonx.Object, e *effect, s *source) jsonx.Object {
	text := resource.Text()
	for _, set := range e.sets {
		s.resource = text
		text = s.assign(text, set)
	}
	changed, _ := jsonx.ParseObject(text)
	return changed
}

// change changes, copies or removes a resource. If there are several targets, a
// nonexistent one is skipped.
func (a *applying) change(tx *bolt.Tx, e *effect, s *source, view *endpoint, collection store.Collection, id string, several bool) error {
	old, isStored := a.existing(tx, view, collection, id)
	if old == nil && a.isSample(view, e, id) {
		old = view.resource().full()
		old = view.resource().withOrganization(old)
	}
	shape := view.resource()
	switch {
	case old == nil && several:
		return nil
	case old == nil:
		return view.notFoundError(id)
	case e.does == effectCopy:
		return a.copy(tx, e, s, view, collection, old)
	case e.does == effectRemove:
		return a.remove(tx, e, view, collection, id, old, isStored)
	}
	resource := a.assign(shape.withID(old, id), e, s)
	resource = shape.setTimes(resource, a.now(), false)
	resource = withCounts(keepImmutable(resource, old, shape), shape.resource, e)
	key := id
	a.made = s.made
	part := a.shown(resource, e, s)
	if e.show != "" && e.show != "-" {
		id = elementID(part.Text())
	}
	a.note(view.kind, id, part, e)
	return collection.Put(tx, key, resource.Text())
}

// remove removes a resource. One that exists without being stored gets a
// tombstone; a sample of a type that the API creates stays.
func (a *applying) remove(tx *bolt.Tx, e *effect, view *endpoint, collection store.Collection, id string, old jsonx.Object, isStored bool) error {
	needsTombstone := !view.kind.closed || len(builtin(collection)) > 0 || view.kind.restorable
	if !isStored && !needsTombstone {
		return nil
	}
	a.note(view.kind, id, old, e)
	if needsTombstone {
		return collection.Put(tx, id, tombstone(old, a.now().UTC().Format(message.TimeFormat)))
	}
	return collection.Remove(tx, id)
}

// existing returns the stored resource, or nil if there is none or it was
// removed. For a type that the API does not create, any id exists until it is removed.
func (a *applying) existing(tx *bolt.Tx, view *endpoint, collection store.Collection, id string) (resource jsonx.Object, isStored bool) {
	found := find(tx, collection, id)
	if found == nil {
		if view.kind.closed {
			return nil, false
		}
		return view.resource().withOrganization(view.resource().full()), false
	}
	if isDeleted(found.Text) {
		return nil, true
	}
	members, _ := jsonx.ParseObject(bytes.Clone(a.due(found.Text)))
	return members, true
}

// isSample reports whether an id comes from the documentation: it always exists.
func (a *applying) isSample(view *endpoint, e *effect, id string) bool {
	if slices.Contains(sampleIDs(view), id) {
		return true
	}
	if name, is := parameter(e.id); is {
		if p := a.c.Op.Param(name, "path"); p != nil {
			own := schema.Example(p.Name, p.Schema, false)
			return slices.Contains(append(samplesOf(p.Schema), jsonx.Unquote([]byte(p.Example)), jsonx.Unquote([]byte(own))), id)
		}
	}
	if name, is := strings.CutPrefix(e.id, "?"); is {
		if p := a.c.Op.Param(name, "query"); p != nil {
			return slices.Contains(append(samplesOf(p.Schema), jsonx.Unquote([]byte(p.Example))), id)
		}
	}
	body := a.c.Op.Body.JSON()
	if body == nil {
		return false
	}
	for _, text := range []string{
		schema.SampleFor(body, false, schema.Request), schema.SampleFor(body, true, schema.Request),
		schema.Example("", body, false), schema.Example("", body, true),
	} {
		if slices.Contains(object.Leaves(jsontext.Value(text)), id) {
			return true
		}
	}
	return false
}

// copy creates a copy of a resource.
func (a *applying) copy(tx *bolt.Tx, e *effect, s *source, view *endpoint, collection store.Collection, old jsonx.Object) error {
	shape := view.resource()
	form := view.readIDForm()
	id, err := newIDLike(a.random, form)
	if err != nil {
		return err
	}
	resource := a.assign(old.Without(laterMember), e, s)
	if e.key != "" {
		id = textOf(s.value(e.key))
	}
	resource = shape.withID(shape.setTimes(resource, a.now(), true), id)
	a.made = id
	a.note(view.kind, id, resource, e)
	return collection.Put(tx, id, resource.Text())
}
