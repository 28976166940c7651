package resource

import (
	"bytes"
	"net/http"
	"slices"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
	bolt "go.etcd.io/bbolt"

	"github.com/epilot-cli/epilot/internal/emulator/message"
	"github.com/epilot-cli/epilot/internal/emulator/sample"
	"github.com/epilot-cli/epilot/internal/emulator/store"
	"github.com/epilot-cli/epilot/internal/jsonx"
	"github.com/epilot-cli/epilot/internal/openapi"
	"github.com/epilot-cli/epilot/internal/openapi/schema"
)

// A document is the resource at a path outside any collection, such as
// /v1/settings: a write to the path changes what a GET of the same path returns.

// documents returns the collection of an API's documents, whose ids are their paths.
func documents(api *openapi.API) store.Collection {
	return store.Collection{Name: api.Name + "\x00=documents"}
}

// documentID returns the request's path without its version.
func documentID(c *message.Request) string {
	segments := pathTemplate(c.Op.Path)
	filled := make([]string, len(segments))
	for i, word := range segments {
		for name, value := range c.Path {
			word = strings.ReplaceAll(word, "{"+name+"}", value)
		}
		filled[i] = word
	}
	return strings.Join(filled, "/")
}

// Document serves an operation on a document. It returns nil if the operation is
// not on one, or nothing has been written to it.
func (r *Service) Document(c *message.Request) (*message.Response, error) {
	switch c.Op.Method {
	case http.MethodGet:
		return r.getDocument(c)
	case http.MethodPut, http.MethodPatch, http.MethodPost:
		return r.putDocument(c)
	case http.MethodDelete:
		return r.removeDocument(c)
	}
	return nil, nil
}

func (r *Service) getDocument(c *message.Request) (*message.Response, error) {
	if !takesJSON(c) {
		return nil, nil
	}
	text, err := r.document(c)
	if text == nil || err != nil {
		return nil, err
	}
	return documentResponse(c.Op, text), nil
}

// document returns the stored text, or nil.
func (r *Service) document(c *message.Request) ([]byte, error) {
	var text []byte
	err := r.store.View(c.HTTP.Context(), func(tx *bolt.Tx) error {
		if found := documents(c.API).Get(tx, documentID(c)); found != nil {
			text = bytes.Clone(r.due(found.Text))
		}
		return nil
	})
	return text, err
}

// documentResponse returns the operation's success with the document, or nil if
// it is not valid.
func documentResponse(op *openapi.Operation, text []byte) *message.Response {
	content := message.JSONContent(op)
	if content == nil {
		if message.Success(op) == nil || len(message.Success(op).Contents) == 0 {
			return &message.Response{Status: message.SuccessStatus(op)}
		}
		return nil
	}
	if members, ok := jsonx.ParseObject(text); ok && holdsObject(content.Schema) {
		s := (&shape{whole: content.Schema, resource: content.Schema}).prepare()
		fitting, ok := s.conform(members)
		if !ok {
			return nil
		}
		text = fitting.Text()
	} else if !matchesSchema(content.Schema, text) {
		return nil
	}
	return &message.Response{Status: message.SuccessStatus(op), MediaType: content.MediaType, Body: text}
}

// reader returns the GET of the same path, or nil.
func reader(api *openapi.API, op *openapi.Operation) *openapi.Operation {
	var found *openapi.Operation
	for _, other := range api.Operations {
		if other.Method != http.MethodGet {
			continue
		}
		if other.Path == op.Path {
			return other.Load()
		}
		if found == nil && keyOf(pathTemplate(other.Path)) == keyOf(pathTemplate(op.Path)) {
			found = other.Load()
		}
	}
	return found
}

// putDocument stores the body of a write, if a GET of the path can return it.
func (r *Service) putDocument(c *message.Request) (*message.Response, error) {
	get := reader(c.API, c.Op)
	if get == nil || message.JSONContent(get) == nil || len(c.Raw) == 0 {
		return nil, nil
	}
	s := message.JSONContent(get).Schema
	if jsontext.Value(bytes.TrimSpace(c.Raw)).Kind() == '[' && slices.Contains(schema.Types(s), "array") && matchesSchema(s, c.Raw) {
		return r.keepDocument(c, c.Raw)
	}
	body := c.Object()
	if body == nil || !holdsObject(s) {
		return nil, nil
	}
	target := documentShape(s, body)
	if target == nil {
		return nil, nil // the GET returns something else
	}
	whole, err := r.documentBase(c, get, target)
	if err != nil {
		return nil, err
	}
	document := target.within(whole)
	if c.Op.Method == http.MethodPut {
		document = target.withoutSent(document, c.Op.Body.JSON())
	}
	document = merge(document, body, target, c.Op.Body.JSON())
	document = target.setTimes(target.setPathMembers(document, c.Path, ""), r.now(), false)
	fitting, ok := target.conform(document)
	if !ok {
		return nil, nil
	}
	return r.keepDocument(c, replaceWithin(whole, target.path, fitting).Text())
}

func (r *Service) keepDocument(c *message.Request, text []byte) (*message.Response, error) {
	err := r.store.Update(c.HTTP.Context(), func(tx *bolt.Tx) error {
		return documents(c.API).Put(tx, documentID(c), text)
	})
	if err != nil {
		return nil, err
	}
	return documentResponse(c.Op, text), nil
}

// documentShape returns where a GET's response contains the body's members: at
// the top or in a member; nil if nowhere.
func documentShape(s *openapi.Schema, body jsonx.Object) *shape {
	declares := func(s *openapi.Schema) bool {
		return slices.ContainsFunc(body, func(m jsonx.Member) bool { return schema.Declares(s, m.Name) })
	}
	if declares(s) {
		return (&shape{whole: s, resource: s}).prepare()
	}
	for _, name := range memberNames(s) {
		if inner := schema.Member(s, name); holdsObject(inner) && declares(inner) {
			return (&shape{whole: s, resource: inner, path: []string{name}}).prepare()
		}
	}
	if schema.Shape(s).Additional != nil {
		return (&shape{whole: s, resource: s}).prepare()
	}
	return nil
}

// documentBase returns the document before a write: the stored one, otherwise the
// sample that the GET has returned so far.
func (r *Service) documentBase(c *message.Request, get *openapi.Operation, target *shape) (jsonx.Object, error) {
	text, err := r.document(c)
	if err != nil {
		return nil, err
	}
	if text == nil {
		own := *c
		own.Op, own.Body, own.Raw = get, nil, nil
		content := message.JSONContent(get)
		text = sample.Personalize(&own, content.Schema, []byte(sample.Text(content)), "")
	}
	whole, _ := jsonx.ParseObject(text)
	if len(target.path) > 0 && target.within(whole) == nil {
		whole = whole.With(target.path[0], target.least.Text())
	}
	return whole, nil
}

// withoutSent removes the members that a client sends, so that a PUT replaces all
// of them and keeps only those that the server sets.
func (s *shape) withoutSent(document jsonx.Object, request *openapi.Schema) jsonx.Object {
	var left jsonx.Object
	for _, m := range document {
		if !schema.Declares(request, m.Name) || schema.Shape(schema.Member(request, m.Name)).ReadOnly {
			left = append(left, m)
		}
	}
	return left
}

func replaceWithin(whole jsonx.Object, path []string, inner jsonx.Object) jsonx.Object {
	if len(path) == 0 {
		return inner
	}
	return whole.With(path[0], inner.Text())
}

// removeDocument deletes a document.
func (r *Service) removeDocument(c *message.Request) (*message.Response, error) {
	text, err := r.document(c)
	if text == nil || err != nil {
		return nil, err
	}
	err = r.store.Update(c.HTTP.Context(), func(tx *bolt.Tx) error {
		return documents(c.API).Remove(tx, documentID(c))
	})
	if err != nil {
		return nil, err
	}
	return documentResponse(c.Op, text), nil
}

// LinkedFile returns the file entity that a public link was made for, or nil.
func (r *Service) LinkedFile(c *message.Request, link string) (jsonx.Object, error) {
	file := ""
	err := r.store.View(c.HTTP.Context(), func(tx *bolt.Tx) error {
		if found := collectionAt("file", []string{"file", "public", "link"}).Get(tx, link); found != nil {
			members, _ := jsonx.ParseObject(found.Text)
			file = jsonx.Unquote(members.Get("file_id"))
		}
		return nil
	})
	if err != nil || file == "" {
		return nil, err
	}
	return r.File(c, file)
}

// File returns the stored file entity with an id, or nil.
func (r *Service) File(c *message.Request, id string) (jsonx.Object, error) {
	var entity jsonx.Object
	err := r.store.View(c.HTTP.Context(), func(tx *bolt.Tx) error {
		if found := entityCollection("file").Get(tx, id); found != nil {
			entity, _ = jsonx.ParseObject(bytes.Clone(found.Text))
		}
		return nil
	})
	return entity, err
}
