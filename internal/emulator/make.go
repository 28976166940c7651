package emulator

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/epilot-cli/epilot/internal/operation"
	"github.com/epilot-cli/epilot/internal/schema"
)

// blank is a new thing before the client's members are laid over it: what the
// answer requires, and beside that the plain values that only the server gives.
func (s *shape) blank(request *operation.Schema) object {
	thing := object{}
	for _, m := range s.full() {
		if s.least.at(m.name) != nil || servers(request, m) {
			thing = append(thing, m)
		}
	}
	for _, m := range s.least {
		if thing.at(m.name) == nil {
			thing = append(thing, m)
		}
	}
	return s.owned(thing)
}

// owned makes the emulator's organization the thing's own.
func (s *shape) owned(thing object) object {
	for _, name := range []string{"_org", "org_id", "organization_id", "orgId", "organizationId"} {
		if thing.at(name) != nil && fitsSchema(schema.Member(s.thing, name), quoted(organization)) {
			thing = thing.with(name, quoted(organization))
		}
	}
	return thing
}

// servers reports whether the server gives a new thing this member.
func servers(request *operation.Schema, m member) bool {
	kind := m.value.Kind()
	if kind != '"' && kind != '0' || string(m.value) == `"string"` || tellsOfAnEnd(m.name) {
		return false
	}
	return !schema.Declares(request, m.name) || schema.Shape(schema.Member(request, m.name)).ReadOnly
}

// tellsOfAnEnd reports whether a new thing cannot have the member yet.
func tellsOfAnEnd(name string) bool {
	name = strings.ToLower(name)
	return slices.ContainsFunc([]string{"delet", "archiv", "error", "fail", "cancel", "revok", "expir", "finish", "complet", "reason"},
		func(word string) bool { return strings.Contains(name, word) })
}

// overlay lays the body's members over the thing; null takes a member away
// where it is not a value of its own. Whose an entity is, no body says.
func overlay(thing, body object, s *shape, request *operation.Schema) object {
	for _, m := range body {
		switch {
		case request != nil && schema.Shape(schema.Member(request, m.name)).WriteOnly:
		case m.name == "_org" && thing.at(m.name) != nil:
		case m.value.Kind() == 'n' && !takesNull(s, m.name):
			thing = thing.without(m.name)
		default:
			thing = thing.with(m.name, m.value)
		}
	}
	return thing
}

func takesNull(s *shape, name string) bool {
	return s != nil && slices.Contains(schema.Types(schema.Member(s.thing, name)), "null")
}

// unpacked is the body's thing: some bodies have it in the member in which the
// answer has it.
func unpacked(body object, s *shape) object {
	if s == nil || len(s.path) == 0 {
		return body
	}
	if inner, ok := parseObject(body.at(s.path[0])); ok && len(body) == 1 {
		return inner
	}
	return body
}

// stamp sets the times: all of them for a new thing, else those of the change.
func (s *shape) stamp(thing object, now time.Time, isNew bool) object {
	for _, name := range memberNames(s.thing) {
		if created, updated := timeRole(name); updated || created && isNew {
			if value := timeValue(schema.Member(s.thing, name), now); value != nil {
				thing = thing.with(name, value)
			}
		}
	}
	return thing
}

func timeRole(name string) (created, updated bool) {
	switch strings.ToLower(strings.ReplaceAll(name, "_", "")) {
	case "createdat", "created", "createdon", "createddate", "creationdate", "creationtime", "createdtime":
		return true, false
	case "updatedat", "updated", "updatedon", "lastupdated", "lastupdatedat", "modifiedat", "lastmodified", "lastmodifiedat", "updatedtime":
		return false, true
	}
	return false, false
}

// timeValue is the time in the first form that the schema takes, nil where
// there is none.
func timeValue(s *operation.Schema, now time.Time) jsontext.Value {
	now = now.UTC()
	for _, text := range []jsontext.Value{
		quoted(now.Format(timeForm)), quoted(now.Format(time.DateOnly)),
		jsontext.Value(strconv.FormatInt(now.UnixMilli(), 10)), jsontext.Value(strconv.FormatInt(now.Unix(), 10)),
	} {
		if fitsSchema(s, text) {
			return text
		}
	}
	return nil
}

func fitsSchema(s *operation.Schema, text []byte) bool {
	value, err := schema.Decode(text)
	return err == nil && len(schema.Check(s, value, schema.Response)) == 0
}

// parents sets the members that the collection's own path names: an entity's
// "_schema" is the slug of its path.
func (s *shape) parents(thing object, path map[string]string, except string) object {
	for _, name := range slices.Sorted(maps.Keys(path)) {
		value := path[name]
		for _, target := range []string{name, "_" + name, parentName(name)} {
			if name != except && target != s.id && schema.Declares(s.thing, target) && fitsSchema(schema.Member(s.thing, target), quoted(value)) {
				thing = thing.with(target, quoted(value))
				break
			}
		}
	}
	return thing
}

func parentName(name string) string {
	if name == "slug" {
		return "_schema"
	}
	return camel(name)
}
