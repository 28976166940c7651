package resource

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
	bolt "go.etcd.io/bbolt"

	"github.com/epilot-cli/epilot/internal/emulator/check"
	"github.com/epilot-cli/epilot/internal/emulator/message"
	"github.com/epilot-cli/epilot/internal/emulator/object"
	"github.com/epilot-cli/epilot/internal/jsonx"
	"github.com/epilot-cli/epilot/internal/openapi"
	"github.com/epilot-cli/epilot/internal/openapi/schema"
	"github.com/epilot-cli/epilot/internal/suggest"
)

// Created is a resource that Seed created.
type Created struct {
	API        string `json:"api"`
	Operation  string `json:"operation"`  // the operation that creates such resources
	Collection string `json:"collection"` // its path
	ID         string `json:"id"`
}

// DocumentFault is an error in a seed document.
type DocumentFault struct {
	Pointer string // a JSON pointer (RFC 6901) into the document
	Message string
}

// Seed creates the resources of a JSON document, all or none:
//
//	{"entity": {"contact": [{"first_name": "Ada"}]},
//	 "webhooks": {"/v1/webhooks/configs": [{"name": "orders"}]}}
//
// The keys of an API are its collections (a path, its last segment or, for
// entities, the slug); the values are arrays of resources, as the create
// operation accepts them. A resource can set its id; no two can have the same
// one. If there are faults, nothing is created. Errors are of kind File.
func (r *Service) Seed(ctx context.Context, document []byte, with SeedOptions) ([]Created, []DocumentFault, error) {
	s := &seeding{SeedOptions: with, resources: r, written: map[string]bool{}}
	s.document(document)
	if len(s.faults) > 0 {
		return nil, s.faults, nil
	}
	var made []Created
	err := r.store.Update(ctx, func(tx *bolt.Tx) error {
		made = make([]Created, len(s.writes))
		for i, write := range s.writes {
			var err error
			if made[i], err = write(tx); err != nil {
				return err
			}
		}
		return nil
	})
	return made, nil, err
}

// SeedOptions define what a document can refer to.
type SeedOptions struct {
	Names    []string                                // the APIs
	Load     func(name string) (*openapi.API, error) // loads one definition
	IsToken  func(*openapi.Operation) bool           // whether the operation creates access tokens
	NewToken func(body any) (id string, issue func(*bolt.Tx) error, err error)
}

// seeding collects the writes of a document.
type seeding struct {
	SeedOptions
	resources *Service
	faults    []DocumentFault
	writes    []func(*bolt.Tx) (Created, error)
	written   map[string]bool // the collections and ids that the writes create
}

func (s *seeding) fault(pointer, message string) {
	s.faults = append(s.faults, DocumentFault{pointer, message})
}

func (s *seeding) document(text []byte) {
	apis, ok := jsonx.ParseObject(text)
	if !ok {
		s.fault("", `must be an object of APIs, such as {"entity": {"contact": [{"first_name": "Ada"}]}}`)
	}
	for _, m := range apis {
		at := step("", m.Name)
		if !slices.Contains(s.Names, m.Name) {
			s.fault(at, strconv.Quote(m.Name)+" is not an API"+didYouMean(m.Name, s.Names))
			continue
		}
		api, err := s.Load(m.Name)
		if err != nil {
			s.fault(at, err.Error())
			continue
		}
		collections, ok := jsonx.ParseObject(m.Value)
		if !ok {
			s.fault(at, "must be an object of collections, each with an array of things")
		}
		for _, collection := range collections {
			s.collection(api, collection.Name, collection.Value, step(at, collection.Name))
		}
	}
}

func (s *seeding) collection(api *openapi.API, name string, value jsontext.Value, at string) {
	target, message := s.target(api, name)
	if message != "" {
		s.fault(at, message)
		return
	}
	values := []jsontext.Value{value}
	if value.Kind() == '[' {
		values = object.Elements(value)
	}
	for i, entry := range values {
		itemAt := at
		if value.Kind() == '[' {
			itemAt = step(at, strconv.Itoa(i))
		}
		s.resource(target, entry, itemAt)
	}
}

// resource checks one resource and adds its write.
func (s *seeding) resource(target *seedCollection, text jsontext.Value, at string) {
	before := len(s.faults)
	given, value := s.read(text, at)
	if request := target.op.Body.JSON(); request != nil && given != nil {
		for _, fault := range schema.Check(request, value, schema.Request) {
			s.fault(at+fault.Pointer, fault.Message)
		}
	}
	id := target.id(given)
	if len(s.faults) == before {
		s.checkID(target, id, at)
	}
	if len(s.faults) > before {
		return
	}
	c := &message.Request{API: target.api, Op: target.op, Path: target.path, Body: value, Raw: text}
	s.addWrite(target, c, id, at)
}

// read returns a resource in both forms, or nil if it is not an object.
func (s *seeding) read(text jsontext.Value, at string) (jsonx.Object, any) {
	given, ok := jsonx.ParseObject(text)
	value, err := schema.Decode(text)
	switch {
	case !ok:
		s.fault(at, "must be an object")
	case len(text) > check.MaxBody:
		s.fault(at, "is longer than "+strconv.Itoa(check.MaxBody)+" bytes")
	case err != nil:
		s.fault(at, err.Error())
	default:
		return given, value
	}
	return nil, nil
}

// addWrite adds the write of a valid resource.
func (s *seeding) addWrite(target *seedCollection, c *message.Request, id, at string) {
	seeded := Created{API: target.api.Name, Operation: target.op.ID, Collection: target.collection, ID: id}
	if target.res == nil {
		s.addTokenWrite(c, seeded, at)
		return
	}
	resource, id, err := s.resources.newResource(c, target.res, id)
	if err != nil {
		s.fault(at, err.Error())
		return
	}
	key := target.res.collection(c).Name + "/" + id
	if s.written[key] {
		s.fault(at, "has the id "+strconv.Quote(id)+", which another resource of this document has")
		return
	}
	s.written[key], seeded.ID = true, id
	s.writes = append(s.writes, func(tx *bolt.Tx) (Created, error) {
		return seeded, target.res.collection(c).Put(tx, id, resource.Text())
	})
}

// addTokenWrite adds the write of an access token, which is not an ordinary
// resource: the token itself is never shown.
func (s *seeding) addTokenWrite(c *message.Request, seeded Created, at string) {
	id, issue, err := s.NewToken(c.Body)
	if err != nil {
		s.fault(at, strings.TrimPrefix(err.Error(), "body: "))
		return
	}
	seeded.ID = id
	s.writes = append(s.writes, func(tx *bolt.Tx) (Created, error) {
		return seeded, issue(tx)
	})
}

// checkID checks an id from the document against the format that the paths require.
func (s *seeding) checkID(target *seedCollection, id, at string) {
	if target.res == nil {
		return
	}
	if id == "" && target.res.role == replaces {
		s.fault(at, "needs the member "+strconv.Quote(target.idName())+", by which it is known")
	}
	if id != "" && target.res.role == creates && !matchesAll(target.res.idForm().schemas, id) {
		s.fault(step(at, target.idName()), strconv.Quote(id)+" does not look like an id of this API")
	}
}

// step returns the pointer to a member or element.
func step(pointer, name string) string {
	return pointer + "/" + strings.NewReplacer("~", "~0", "/", "~1").Replace(name)
}

// seedCollection is a collection that a document names.
type seedCollection struct {
	api        *openapi.API
	op         *openapi.Operation // creates its resources
	res        *endpoint          // nil for access tokens
	path       map[string]string  // the values of the path parameters
	collection string             // the path of the collection
}

// creator is an operation that creates resources, with the template of its collection.
type creator struct {
	op         *openapi.Operation
	res        *endpoint
	segments   []string
	collection string
}

// target finds a collection by name; if there is none, the message lists the
// valid names.
func (s *seeding) target(api *openapi.API, name string) (target *seedCollection, message string) {
	makers := s.creators(api)
	if strings.HasPrefix(name, "/") {
		return byPath(api, makers, name)
	}
	var found []*seedCollection
	for _, m := range makers {
		last := m.segments[len(m.segments)-1]
		if singular(last) == singular(name) && !strings.Contains(m.collection, "{") {
			found = append(found, &seedCollection{api, m.op, m.res, nil, m.collection})
		}
	}
	if len(found) == 0 {
		found = bySlug(api, makers, name)
	}
	switch {
	case len(found) == 0:
		return nil, unknownCollection(api, makers, name)
	case len(found) > 1 && !found[0].isSameType(found[1]):
		return nil, strconv.Quote(name) + " is several collections; name the path: " + found[0].collection + " or " + found[1].collection
	}
	return found[0], ""
}

// bySlug uses the name as the value of the only parameter in a path.
func bySlug(api *openapi.API, makers []creator, name string) []*seedCollection {
	var found []*seedCollection
	for _, m := range makers {
		last := m.segments[len(m.segments)-1]
		param, is := parameter(last)
		if is && strings.Count(m.collection, "{") == 1 && fitsPath(m.op, param, name) {
			collection := strings.Replace(m.collection, last, name, 1)
			found = append(found, &seedCollection{api, m.op, m.res, map[string]string{param: name}, collection})
		}
	}
	return found
}

func byPath(api *openapi.API, makers []creator, path string) (*seedCollection, string) {
	typed := strings.Split(strings.TrimPrefix(path, "/"), "/")
	for _, m := range makers {
		segments := strings.Split(strings.TrimPrefix(m.collection, "/"), "/")
		if values, ok := filled(m.op, segments, typed); ok {
			return &seedCollection{api, m.op, m.res, values, path}, ""
		}
	}
	return nil, unknownCollection(api, makers, path)
}

// filled returns the values of a template's parameters in a path.
func filled(op *openapi.Operation, segments, typed []string) (map[string]string, bool) {
	if len(segments) != len(typed) {
		return nil, false
	}
	values := map[string]string{}
	for i, word := range segments {
		param, is := parameter(word)
		switch {
		case is && fitsPath(op, param, typed[i]):
			values[param] = typed[i]
		case word != typed[i]:
			return nil, false
		}
	}
	return values, true
}

func fitsPath(op *openapi.Operation, param, value string) bool {
	p := op.Load().Param(param, "path")
	return value != "" && (p == nil || matchesAll([]*openapi.Schema{p.Schema}, value))
}

// creators returns the operations of an API that create resources, including the
// creation of access tokens.
func (s *seeding) creators(api *openapi.API) []creator {
	var all []creator
	for _, op := range api.Operations {
		collection := op.Path
		if s.IsToken(op) {
			all = append(all, creator{op: op.Load(), segments: pathTemplate(collection), collection: collection})
			continue
		}
		res := s.resources.find(api, op)
		if res == nil || res.role != creates && (res.role != replaces || res.kind.post != nil) {
			continue
		}
		if res.role == replaces {
			collection = collection[:strings.LastIndex(collection, "/")]
		}
		all = append(all, creator{op.Load(), res, pathTemplate(collection), collection})
	}
	return all
}

func unknownCollection(api *openapi.API, makers []creator, name string) string {
	var collections []string
	for _, m := range makers {
		if !slices.Contains(collections, m.collection) {
			collections = append(collections, m.collection)
		}
	}
	if len(collections) == 0 {
		return "nothing can be created in the API " + api.Name
	}
	if len(collections) > check.MaxFaults {
		collections = append(collections[:check.MaxFaults], "…")
	}
	return strconv.Quote(name) + " is not a collection of " + api.Name + didYouMean(name, collections) + "; there is " + strings.Join(collections, ", ")
}

func didYouMean(word string, candidates []string) string {
	if near := suggest.Match(word, candidates); near != "" {
		return "; did you mean " + near + "?"
	}
	return ""
}

// isSameType reports whether two collections are versions of one collection.
func (t *seedCollection) isSameType(other *seedCollection) bool {
	return t.res != nil && other.res != nil && t.res.kind == other.res.kind
}

// idName returns the name of a resource's id member.
func (t *seedCollection) idName() string {
	if t.res.shape != nil && t.res.shape.id != "" {
		return t.res.shape.id
	}
	return idMember(t.op.Body.JSON(), t.res.kind)
}

// id returns the id that the resource sets, or "".
func (t *seedCollection) id(typed jsonx.Object) string {
	if t.res == nil {
		return ""
	}
	if value := typed.Get(t.idName()); value.Kind() == '"' || value.Kind() == '0' {
		return jsonx.Unquote(value)
	}
	return ""
}
