package resource

import (
	"bytes"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/epilot-cli/epilot/internal/emulator/object"
	"github.com/epilot-cli/epilot/internal/jsonx"
	"github.com/epilot-cli/epilot/internal/openapi"
	"github.com/epilot-cli/epilot/internal/openapi/schema"
)

// within returns the resource in a response, or nil.
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

// prepare creates the samples that every response in this shape starts from.
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

// wrap puts the value at the shape's path into a response.
func (s *shape) wrap(value []byte) []byte {
	for i := len(s.path) - 1; i >= 0; i-- {
		value = s.around[i].With(s.path[i], value).Text()
	}
	return value
}

// pointer returns the location of the resource as a JSON pointer (RFC 6901).
func (s *shape) pointer() string {
	pointer := ""
	for _, name := range s.path {
		pointer += "/" + name
	}
	return pointer
}

// withID sets the id in the member that the shape has for it.
func (s *shape) withID(resource jsonx.Object, id string) jsonx.Object {
	if s.id == "" {
		return resource
	}
	return resource.With(s.id, idValue(schema.Member(s.resource, s.id), id))
}

// idValue returns the id in the schema's type: a number if it does not allow a string.
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

// complete adds the members that the shape requires of every resource.
func (s *shape) complete(resource jsonx.Object) jsonx.Object {
	for _, m := range s.least {
		if resource.Get(m.Name) == nil {
			resource = resource.With(m.Name, m.Value)
		}
	}
	return resource
}

// maxConformSteps is the maximum number of passes to make a resource valid; each
// fixes all invalid members.
const maxConformSteps = 4

// conform returns the resource valid in the shape: invalid members are removed,
// or replaced by the sample's if they are required. ok is false if only the
// sample itself is valid.
func (s *shape) conform(resource jsonx.Object) (fitting jsonx.Object, ok bool) {
	resource = s.complete(resource.Without(laterMember))
	for range maxConformSteps {
		wrong := slices.DeleteFunc(s.invalidMembers(resource), func(name string) bool { return s.keepsID(resource, name) })
		if len(wrong) == 0 {
			return resource, true
		}
		for _, name := range wrong {
			if elements := s.conformElements(name, resource.Get(name)); elements != nil {
				resource = resource.With(name, elements)
				continue
			}
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

// conformElements adds the members that the schema requires to each object of an
// array: a client may send less than a response has. It returns nil for any other
// value, and if that does not help.
func (s *shape) conformElements(name string, value jsontext.Value) jsontext.Value {
	member := schema.Member(s.resource, name)
	items := schema.Items(member)
	elements := object.Elements(value)
	if items == nil || len(elements) == 0 || !holdsObject(items) {
		return nil
	}
	element := (&shape{whole: items, resource: items}).prepare()
	fitting := make([]jsontext.Value, len(elements))
	for i, text := range elements {
		members, ok := jsonx.ParseObject(text)
		if !ok {
			return nil
		}
		if members = element.complete(members); len(element.invalidMembers(members)) > 0 {
			return nil
		}
		fitting[i] = members.Text()
	}
	if list := jsonx.ArrayOf(fitting); !bytes.Equal(list, value) && matchesSchema(member, list) {
		return list
	}
	return nil
}

// keepsID reports whether a member is an id that is valid by itself. Some
// definitions close one part of an allOf, and thereby exclude the id that another
// part declares; a resource without its id cannot be found again.
func (s *shape) keepsID(resource jsonx.Object, name string) bool {
	return name != "" && name == s.id && s.isPart() && matchesSchema(schema.Member(s.resource, name), resource.Get(name))
}

// isPart reports whether the schema of the resource combines several.
func (s *shape) isPart() bool { return len(s.resource.Parts()) > 1 }

// invalidMembers returns the invalid members; an empty name is the resource itself.
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
		if name = strings.NewReplacer("~1", "/", "~0", "~").Replace(name); !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}
