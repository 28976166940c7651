package resource

import (
	"bytes"
	"net/http"
	"slices"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
	bolt "go.etcd.io/bbolt"

	"github.com/epilot-cli/epilot/internal/emulator/message"
	"github.com/epilot-cli/epilot/internal/emulator/object"
	"github.com/epilot-cli/epilot/internal/emulator/sample"
	"github.com/epilot-cli/epilot/internal/jsonx"
	"github.com/epilot-cli/epilot/internal/openapi"
	"github.com/epilot-cli/epilot/internal/openapi/schema"
)

// document changes the document that a GET of a path outside any collection returns.
func (a *applying) document(tx *bolt.Tx, e *effect, s *source) error {
	words := make([]string, len(e.segments))
	for i, word := range e.segments {
		words[i] = word
		if _, is := parameter(word); is || strings.IndexAny(word, "$@?!") == 0 {
			if words[i] = textOf(s.value(word)); words[i] == "" {
				return nil
			}
		}
	}
	get, path := readerOf(a.c.API, words)
	if get == nil || message.JSONContent(get) == nil {
		return nil
	}
	key := strings.Join(words, "/")
	if e.does == effectRemove {
		if documents(a.c.API).Get(tx, key) != nil {
			a.note(nil, "", jsonx.Object{}, e)
		}
		return documents(a.c.API).Remove(tx, key)
	}
	content := message.JSONContent(get)
	text := a.documentBase(tx, e, get, path, key)
	for _, set := range e.sets {
		text = s.assign(text, set)
	}
	if members, ok := jsonx.ParseObject(text); ok {
		members = withCounts(members, content.Schema, e)
		text = members.Text()
		a.note(nil, "", members, e)
	} else {
		a.note(nil, "", jsonx.Object{}, e)
	}
	return documents(a.c.API).Put(tx, key, text)
}

// documentBase returns the document before a write: the stored one, otherwise the
// sample. An array that is appended to starts empty, because the elements of a
// sample were never created.
func (a *applying) documentBase(tx *bolt.Tx, e *effect, get *openapi.Operation, path map[string]string, key string) jsontext.Value {
	if found := documents(a.c.API).Get(tx, key); found != nil {
		return bytes.Clone(a.due(found.Text))
	}
	own := *a.c
	own.Op, own.Path, own.Body, own.Raw = get, path, nil, nil
	content := message.JSONContent(get)
	text := jsontext.Value(sample.Personalize(&own, content.Schema, []byte(sample.Text(content)), ""))
	for _, set := range e.sets {
		if set.operator == opAdd || set.operator == opToggle {
			text = assignAt(text, splitPath(set.member), opSet, jsontext.Value("[]"))
		}
	}
	return text
}

// readerOf returns the GET of a path without its version, and its path
// parameters; nil if there is none.
func readerOf(api *openapi.API, words []string) (*openapi.Operation, map[string]string) {
	for _, op := range api.Operations {
		template := pathTemplate(op.Path)
		if op.Method != http.MethodGet || len(template) != len(words) {
			continue
		}
		path := map[string]string{}
		fits := true
		for i, word := range template {
			if name, is := parameter(word); is {
				path[name] = words[i]
				continue
			}
			fits = fits && word == words[i]
		}
		if fits {
			return op.Load(), path
		}
	}
	return nil, nil
}

// withCounts sets the members that count the elements of the arrays that an
// effect changes.
func withCounts(members jsonx.Object, s *openapi.Schema, e *effect) jsonx.Object {
	for _, set := range e.sets {
		if !slices.Contains([]string{opAdd, opDrop, opToggle}, set.operator) || strings.ContainsAny(set.member, ".[") {
			continue
		}
		list := object.Elements(members.Get(set.member))
		for _, name := range []string{"total", "count", "hits"} {
			if schema.Declares(s, name) && matchesSchema(schema.Member(s, name), number(len(list))) {
				members = members.With(name, number(len(list)))
			}
		}
	}
	return members
}
