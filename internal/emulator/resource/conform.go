package resource

import (
	"strconv"
	"strings"
	"sync"

	"github.com/epilot-cli/epilot/internal/emulator/object"
	"github.com/epilot-cli/epilot/internal/jsonx"
	"github.com/epilot-cli/epilot/internal/openapi"
	"github.com/epilot-cli/epilot/internal/openapi/schema"
)

// within is the resource in a response, nil where there is none.
func (s *shape) within(whole jsonx.Object) jsonx.Object {
	for _, name := range s.path {
		inner, ok := jsonx.ParseObject(whole.Get(name))
		if !ok {
			return nil
		}
		whole = inner
	}
	return whole
}

// prepare makes the samples that every answer in this shape begins with.
func (s *shape) prepare() *shape {
	s.least = leastObject(s.resource)
	s.full = sync.OnceValue(func() jsonx.Object {
		full, _ := jsonx.ParseObject([]byte(schema.SampleWith(s.resource, schema.SampleOptions{Direction: schema.Response, Full: true, Realistic: true})))
		return full
	})
	at := s.whole
	for _, name := range s.path {
		s.around = append(s.around, leastObject(at))
		at = schema.Member(at, name)
	}
	return s
}

func leastObject(s *openapi.Schema) jsonx.Object {
	least, _ := jsonx.ParseObject([]byte(schema.SampleWith(s, schema.SampleOptions{Direction: schema.Response, Realistic: true})))
	return least
}

// wrap puts what is to stand at the shape's path into a response.
func (s *shape) wrap(value []byte) []byte {
	for i := len(s.path) - 1; i >= 0; i-- {
		value = s.around[i].With(s.path[i], value).Text()
	}
	return value
}

// pointer is where the resource stands, in the form of RFC 6901.
func (s *shape) pointer() string {
	pointer := ""
	for _, name := range s.path {
		pointer += "/" + name
	}
	return pointer
}

// withID is the resource with its id in the member that the shape has for it.
func (s *shape) withID(resource jsonx.Object, id string) jsonx.Object {
	if s.id == "" {
		return resource
	}
	return resource.With(s.id, idValue(schema.Member(s.resource, s.id), id))
}

// idValue is the id as its schema has it: a number where it takes no text.
func idValue(s *openapi.Schema, id string) []byte {
	types := schema.Types(s)
	for _, name := range types {
		if name == "string" {
			return object.Quote(id)
		}
	}
	if _, err := strconv.Atoi(id); err == nil && len(types) > 0 {
		return []byte(id)
	}
	return object.Quote(id)
}

// complete is the resource with the members that the shape requires of every one.
func (s *shape) complete(resource jsonx.Object) jsonx.Object {
	for _, m := range s.least {
		if resource.Get(m.Name) == nil {
			resource = resource.With(m.Name, m.Value)
		}
	}
	return resource
}

// maxConformSteps bounds how often a resource is made to fit; each time mends all
// members that do not.
const maxConformSteps = 4

// conform is the resource as it is valid in the shape: without the members that do not
// fit, or with the sample's where they are required. ok is false where the
// sample itself has to do.
func (s *shape) conform(resource jsonx.Object) (fitting jsonx.Object, ok bool) {
	resource = s.complete(resource)
	for range maxConformSteps {
		wrong := s.invalidMembers(resource)
		if len(wrong) == 0 {
			return resource, true
		}
		for _, name := range wrong {
			if value := s.least.Get(name); value != nil {
				resource = resource.With(name, value)
				continue
			}
			resource = resource.Without(name)
		}
	}
	least := s.least
	if id := resource.Get(s.id); id != nil {
		least = least.With(s.id, id)
	}
	return least, len(s.invalidMembers(least)) == 0
}

// invalidMembers are the members that do not fit; an empty name is the resource itself.
func (s *shape) invalidMembers(resource jsonx.Object) []string {
	value, err := schema.Decode(s.wrap(resource.Text()))
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
