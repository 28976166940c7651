package resource

import (
	"bytes"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/epilot-cli/epilot/internal/emulator/message"
	"github.com/epilot-cli/epilot/internal/emulator/object"
	"github.com/epilot-cli/epilot/internal/emulator/sample"
	"github.com/epilot-cli/epilot/internal/jsonx"
)

// The expressions of effects.txt:
//
//	$        the body                  $a.b    a member of the body
//	{name}   a path parameter          ?name   a query parameter
//	@        the element of each:      @.a     a member of it
//	.a       a member of the resource itself
//	&a/{x}   a stored resource; &api:a/{x} one of another API, &a/{x}#b a member of it
//	!now     the time                  !id     a new id
//	!hour    the time in an hour       !org    the organization
//	!link    a public link to the new file
//	!next    the next user of a group after the current assignee
//	!user    the caller                !done   the id that the previous effect created
//	!count   in respond: the number of resources that the operation changed
//	!flow    the sections and steps of a new execution, from those of its definition
//	a>b      a now, b two seconds later
//
// Anything else is a JSON value, or else a string.

// source provides the values of expressions.
type source struct {
	c        *message.Request
	element  jsontext.Value // of each:
	resource jsontext.Value // the resource being changed
	id       string         // of the resource being created
	made     string         // the id of the resource that the previous effect created
	count    int            // the number of changed resources
	now      time.Time
	newID    func() (string, error)
	load     func(path string) jsontext.Value // returns the stored resource at a path of expressions
}

// value evaluates an expression; nil if the request lacks the value.
func (s *source) value(expression string) jsontext.Value {
	if expression == "" {
		return object.Quote("")
	}
	rest := expression[1:]
	switch expression[0] {
	case '$':
		return memberOf(jsontext.Value(bytes.TrimSpace(s.c.Raw)), rest, s.c.Object())
	case '.':
		return memberOf(s.resource, s.fill(rest), nil)
	case '&':
		if s.load == nil {
			return nil
		}
		path, member, _ := strings.Cut(rest, "#")
		return memberOf(s.load(path), member, nil)
	case '@':
		return memberOf(s.element, strings.TrimPrefix(rest, "."), nil)
	case '?':
		for _, name := range []string{rest, rest + "[]", rest + "[0]"} { // some clients send arrays like this
			if s.c.Query.Has(name) {
				return object.Quote(s.c.Query.Get(name))
			}
		}
		return nil
	case '!':
		return s.own(rest)
	}
	if name, is := parameter(expression); is && !strings.Contains(name, `"`) {
		if value, has := s.c.Path[name]; has {
			return object.Quote(value)
		}
		return nil
	}
	if value := jsontext.Value(expression); strings.IndexByte(`0123456789[{"tfn-`, expression[0]) >= 0 && value.IsValid() {
		if value.Kind() == '"' {
			return object.Quote(jsonx.Unquote(value)) // "\u0020" stands for a space, which ends an expression
		}
		return value
	}
	return object.Quote(expression)
}

// own returns a value of the mock itself.
func (s *source) own(name string) jsontext.Value {
	switch name {
	case "now":
		return object.Quote(s.now.UTC().Format(message.TimeFormat))
	case "hour":
		return object.Quote(s.now.Add(time.Hour).UTC().Format(message.TimeFormat))
	case "link":
		return s.link()
	case "next":
		return s.nextUser()
	case "count":
		return number(s.count)
	case "flow":
		return s.flow()
	case "user":
		return object.Quote(sample.User)
	case "org":
		return object.Quote(sample.Organization)
	case "done":
		return object.Quote(s.made)
	case "id":
		if id, err := s.newID(); err == nil {
			return object.Quote(id)
		}
	}
	return nil
}

// link returns the URL of the new public link, which ends with the name of its file.
func (s *source) link() jsontext.Value {
	name := "file.pdf"
	if stored := memberOf(s.load("file/{id}"), "filename", nil); stored.Kind() == '"' {
		name = jsonx.Unquote(stored)
	}
	return object.Quote("http://" + s.c.HTTP.Host + "/file/v1/files/public/links/" + s.id + "/" + url.PathEscape(name))
}

// nextUser returns the user of a group after the current assignee, or nil if the
// group has none.
func (s *source) nextUser() jsontext.Value {
	group, _ := jsonx.ParseObject(s.resource)
	users := object.Elements(group.Get("users"))
	now := elementID(group.Get("crt_assignee"))
	for i, user := range users {
		if elementID(user) == now {
			return users[(i+1)%len(users)]
		}
	}
	if len(users) > 0 {
		return users[0]
	}
	return nil
}

// memberOf returns a member of a value by its path, the value itself for "". A
// form has no JSON text: then form is the value.
func memberOf(value jsontext.Value, path string, form jsonx.Object) jsontext.Value {
	members, isObject := jsonx.ParseObject(value)
	if !isObject && form != nil {
		members, isObject = form, true
		value = form.Text()
	}
	if path == "" {
		if len(value) == 0 {
			return nil
		}
		return value
	}
	if !isObject {
		return nil
	}
	found := object.Values(members, path)
	switch len(found) {
	case 0:
		return nil
	case 1:
		return found[0]
	}
	return jsonx.ArrayOf(found)
}

// ids returns the values of an expression for one resource or several.
func (s *source) ids(expression string) []string {
	value := s.value(expression)
	var ids []string
	for _, element := range elementsOf(value) {
		if id := textOf(element); id != "" && !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	return ids
}

// elements returns the elements that each: selects. "$a/b" selects the elements of
// the member b of each element of $a, with the members of both; or the outer
// element alone if it has none.
func (s *source) elements(each string) []jsontext.Value {
	outer, inner, nested := strings.Cut(each, "/")
	var all []jsontext.Value
	for _, element := range elementsOf(s.value(outer)) {
		members, _ := jsonx.ParseObject(element)
		parts := object.Elements(members.Get(inner))
		if !nested || len(parts) == 0 {
			all = append(all, element)
			continue
		}
		for _, part := range parts {
			all = append(all, operate(members.Without(inner).Text(), opMerge, part))
		}
	}
	return all
}

// elementsOf returns the elements of an array, or the value alone.
func elementsOf(value jsontext.Value) []jsontext.Value {
	if value == nil {
		return nil
	}
	if value.Kind() == '[' {
		return object.Elements(value)
	}
	return []jsontext.Value{value}
}

// textOf returns a string or number as a string, "" for any other value.
func textOf(value jsontext.Value) string {
	switch value.Kind() {
	case '"':
		return jsonx.Unquote(value)
	case '0':
		return string(value)
	}
	return ""
}
