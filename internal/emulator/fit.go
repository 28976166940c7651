package emulator

import (
	"strconv"
	"strings"
	"sync"

	"github.com/epilot-cli/epilot/internal/operation"
	"github.com/epilot-cli/epilot/internal/schema"
)

// within is the thing in an answer, nil where there is none.
func (s *shape) within(whole object) object {
	for _, name := range s.path {
		inner, ok := parseObject(whole.at(name))
		if !ok {
			return nil
		}
		whole = inner
	}
	return whole
}

// prepare makes the samples that every answer in this shape begins with.
func (s *shape) prepare() *shape {
	s.least = leastObject(s.thing)
	s.full = sync.OnceValue(func() object {
		full, _ := parseObject([]byte(schema.SampleWith(s.thing, schema.SampleOptions{Direction: schema.Response, Full: true, Realistic: true})))
		return full
	})
	at := s.whole
	for _, name := range s.path {
		s.around = append(s.around, leastObject(at))
		at = schema.Member(at, name)
	}
	return s
}

func leastObject(s *operation.Schema) object {
	least, _ := parseObject([]byte(schema.SampleWith(s, schema.SampleOptions{Direction: schema.Response, Realistic: true})))
	return least
}

// wrap puts what is to stand at the shape's path into an answer.
func (s *shape) wrap(value []byte) []byte {
	for i := len(s.path) - 1; i >= 0; i-- {
		value = s.around[i].with(s.path[i], value).text()
	}
	return value
}

// pointer is where the thing stands, in the form of RFC 6901.
func (s *shape) pointer() string {
	pointer := ""
	for _, name := range s.path {
		pointer += "/" + name
	}
	return pointer
}

// identified is the thing with its id in the member that the shape has for it.
func (s *shape) identified(thing object, id string) object {
	if s.id == "" {
		return thing
	}
	return thing.with(s.id, idValue(schema.Member(s.thing, s.id), id))
}

// idValue is the id as its schema has it: a number where it takes no text.
func idValue(s *operation.Schema, id string) []byte {
	types := schema.Types(s)
	for _, name := range types {
		if name == "string" {
			return quoted(id)
		}
	}
	if _, err := strconv.Atoi(id); err == nil && len(types) > 0 {
		return []byte(id)
	}
	return quoted(id)
}

// complete is the thing with the members that the shape requires of every one.
func (s *shape) complete(thing object) object {
	for _, m := range s.least {
		if thing.at(m.name) == nil {
			thing = thing.with(m.name, m.value)
		}
	}
	return thing
}

// maxRepairs bounds how often a thing is made to fit; each time mends all
// members that do not.
const maxRepairs = 4

// fit is the thing as it is valid in the shape: without the members that do not
// fit, or with the sample's where they are required. ok is false where the
// sample itself has to do.
func (s *shape) fit(thing object) (fitting object, ok bool) {
	thing = s.complete(thing)
	for range maxRepairs {
		wrong := s.faulty(thing)
		if len(wrong) == 0 {
			return thing, true
		}
		for _, name := range wrong {
			if value := s.least.at(name); value != nil {
				thing = thing.with(name, value)
				continue
			}
			thing = thing.without(name)
		}
	}
	least := s.least
	if id := thing.at(s.id); id != nil {
		least = least.with(s.id, id)
	}
	return least, len(s.faulty(least)) == 0
}

// faulty are the members that do not fit; an empty name is the thing itself.
func (s *shape) faulty(thing object) []string {
	value, err := schema.Decode(s.wrap(thing.text()))
	if err != nil {
		return []string{""}
	}
	var names []string
	for _, fault := range schema.Check(s.whole, value, schema.Response) {
		inside, found := strings.CutPrefix(fault.Pointer, s.pointer()+"/")
		if !found {
			inside = ""
		}
		name, _, _ := strings.Cut(inside, "/")
		names = append(names, strings.NewReplacer("~1", "/", "~0", "~").Replace(name))
	}
	return names
}
