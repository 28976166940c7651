package emulator

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
	bolt "go.etcd.io/bbolt"

	"github.com/epilot-cli/epilot/internal/operation"
	"github.com/epilot-cli/epilot/internal/schema"
)

// Seeded is a thing that Seed made.
type Seeded struct {
	API        string `json:"api"`
	Operation  string `json:"operation"`  // that makes such things
	Collection string `json:"collection"` // its path
	ID         string `json:"id"`
}

// SeedFault is what is wrong with a document of things.
type SeedFault struct {
	Pointer string // where in the document, as RFC 6901 has it
	Message string
}

// Seed makes the things of a JSON document, all of them or none:
//
//	{"entity": {"contact": [{"first_name": "Ada"}]},
//	 "webhooks": {"/v1/webhooks/configs": [{"name": "orders"}]}}
//
// Below an API stand its collections, by their path, their last word or, for
// entities, their slug, and below these the things, as their creation takes
// them. A thing may name its id; no two may name the same. Where there are
// faults nothing is made. Errors are of kind File.
func (e *Emulator) Seed(ctx context.Context, document []byte) ([]Seeded, []SeedFault, error) {
	s := &seeding{emulator: e, noted: map[string]bool{}}
	s.document(document)
	if len(s.faults) > 0 {
		return nil, s.faults, nil
	}
	var made []Seeded
	err := e.tokens.store.update(ctx, func(tx *bolt.Tx) error {
		made = make([]Seeded, len(s.writes))
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

// seeding gathers the writes of a document.
type seeding struct {
	emulator *Emulator
	faults   []SeedFault
	writes   []func(*bolt.Tx) (Seeded, error)
	noted    map[string]bool // the shelves and ids of what the writes make
}

func (s *seeding) fault(pointer, message string) {
	s.faults = append(s.faults, SeedFault{pointer, message})
}

func (s *seeding) document(text []byte) {
	apis, ok := parseObject(text)
	if !ok {
		s.fault("", `must be an object of APIs, such as {"entity": {"contact": [{"first_name": "Ada"}]}}`)
	}
	for _, m := range apis {
		at := step("", m.name)
		if !slices.Contains(s.emulator.options.Names, m.name) {
			s.fault(at, "there is no API "+strconv.Quote(m.name)+meant(m.name, s.emulator.options.Names))
			continue
		}
		api, err := s.emulator.options.APIs(m.name)
		if err != nil {
			s.fault(at, err.Error())
			continue
		}
		collections, ok := parseObject(m.value)
		if !ok {
			s.fault(at, "must be an object of collections, each with an array of things")
		}
		for _, collection := range collections {
			s.collection(api, collection.name, collection.value, step(at, collection.name))
		}
	}
}

func (s *seeding) collection(api *operation.API, name string, value jsontext.Value, at string) {
	target, message := s.target(api, name)
	if message != "" {
		s.fault(at, message)
		return
	}
	things := []jsontext.Value{value}
	if value.Kind() == '[' {
		things = elementsOf(value)
	}
	for i, thing := range things {
		place := at
		if value.Kind() == '[' {
			place = step(at, strconv.Itoa(i))
		}
		s.thing(target, thing, place)
	}
}

// thing checks one thing and notes how it is made.
func (s *seeding) thing(target *seedTarget, text jsontext.Value, at string) {
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
	c := &call{route: &route{api: target.api, op: target.op}, path: target.path, body: value, raw: text}
	s.note(target, c, id, at)
}

// read returns a thing in both its forms, nil where it is none.
func (s *seeding) read(text jsontext.Value, at string) (object, any) {
	given, ok := parseObject(text)
	value, err := schema.Decode(text)
	switch {
	case !ok:
		s.fault(at, "must be an object")
	case len(text) > maxBody:
		s.fault(at, "is longer than "+strconv.Itoa(maxBody)+" bytes")
	case err != nil:
		s.fault(at, err.Error())
	default:
		return given, value
	}
	return nil, nil
}

// note keeps the write of a thing that has no fault.
func (s *seeding) note(target *seedTarget, c *call, id, at string) {
	seeded := Seeded{API: target.api.Name, Operation: target.op.ID, Collection: target.place, ID: id}
	if target.res == nil {
		s.noteToken(c, seeded, at)
		return
	}
	thing, id, err := s.emulator.resources.newThing(c, target.res, id)
	if err != nil {
		s.fault(at, err.Error())
		return
	}
	key := target.res.shelf(c).name + "/" + id
	if s.noted[key] {
		s.fault(at, "has the id "+strconv.Quote(id)+" as another thing of this document does")
		return
	}
	s.noted[key], seeded.ID = true, id
	s.writes = append(s.writes, func(tx *bolt.Tx) (Seeded, error) {
		return seeded, target.res.shelf(c).put(tx, id, thing.text())
	})
}

// noteToken is for access tokens, which are no things like others: their text
// is told nobody.
func (s *seeding) noteToken(c *call, seeded Seeded, at string) {
	r, err := s.emulator.tokens.newRecord(c.body)
	if err != nil {
		s.fault(at, strings.TrimPrefix(err.Error(), "body: "))
		return
	}
	seeded.ID = r.Item.ID
	s.writes = append(s.writes, func(tx *bolt.Tx) (Seeded, error) {
		_, err := s.emulator.tokens.issue(tx, r)
		return seeded, err
	})
}

// checkID holds an id that the document names against what the paths take.
func (s *seeding) checkID(target *seedTarget, id, at string) {
	if target.res == nil {
		return
	}
	if id == "" && target.res.role == replaces {
		s.fault(at, "needs the member "+strconv.Quote(target.idName())+", by which it is known")
	}
	if id != "" && target.res.role == creates && !takesAll(target.res.idForm().schemas, id) {
		s.fault(step(at, target.idName()), strconv.Quote(id)+" does not look like an id of this API")
	}
}

// step is a pointer to a member or element.
func step(pointer, name string) string {
	return pointer + "/" + strings.NewReplacer("~", "~0", "/", "~1").Replace(name)
}
