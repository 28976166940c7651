package resource

import (
	"bytes"
	"net/http"
	"slices"
	"strings"

	bolt "go.etcd.io/bbolt"

	"github.com/epilot-cli/epilot/internal/emulator/message"
	"github.com/epilot-cli/epilot/internal/emulator/object"
	"github.com/epilot-cli/epilot/internal/emulator/search"
	"github.com/epilot-cli/epilot/internal/emulator/store"
	"github.com/epilot-cli/epilot/internal/jsonx"
	"github.com/epilot-cli/epilot/internal/openapi"
	"github.com/epilot-cli/epilot/internal/openapi/schema"
)

// upsert serves PATCH /resources:upsert, whose body contains the resource and the
// names of the members that identify it ("unique_key").
func (r *Service) upsert(c *message.Request, res *endpoint) (*message.Response, error) {
	wanted, given := keyed(c.Object())
	if given == nil || len(wanted) == 0 {
		return nil, nil
	}
	inner := *c
	inner.Raw = given.Text()
	inner.Body = map[string]any{}
	fresh, freshID, err := r.newResource(&inner, res, "")
	if err != nil {
		return nil, err
	}
	var resource jsonx.Object
	var id string
	isNew := false
	err = r.update(c, func(tx *bolt.Tx) error {
		resource, id, isNew = fresh, freshID, true
		old, err := res.first(c, tx, wanted)
		if err != nil {
			return err
		}
		if old != nil {
			resource, id, isNew = r.patch(&inner, res, old.resource), old.id, false
		}
		return res.collection(c).Put(tx, id, resource.Text())
	})
	if err != nil {
		return nil, err
	}
	c.Kept = true
	a := res.respond(resource, id)
	if a != nil && isNew && slices.ContainsFunc(c.Op.Responses, func(r *openapi.Response) bool { return r.Status == "201" }) {
		a.Status = http.StatusCreated
	}
	return a, nil
}

// first returns the oldest resource that matches, or nil.
func (r *endpoint) first(c *message.Request, tx *bolt.Tx, wanted search.Query) (*match, error) {
	var first *match
	err := r.each(c, tx, nil, func(s *store.Item) bool {
		if resource, ok := jsonx.ParseObject(bytes.Clone(s.Text)); ok && !isDeleted(s.Text) && wanted.Matches(resource) {
			first = &match{s.Id, resource}
		}
		return first == nil
	})
	return first, err
}

// keyed returns the resource of an upsert's body, and the condition on its unique
// members.
func keyed(body jsonx.Object) (search.AllOf, jsonx.Object) {
	var given jsonx.Object
	for _, m := range body {
		if inner, ok := jsonx.ParseObject(m.Value); ok && given == nil {
			given = inner
		}
	}
	var wanted search.AllOf
	for _, field := range object.Elements(body.Get("unique_key")) {
		var texts []string
		for _, value := range object.Values(given, jsonx.Unquote(field)) {
			texts = append(texts, object.Leaves(value)...)
		}
		if len(texts) == 0 {
			return nil, nil
		}
		wanted = append(wanted, search.Equal{Field: jsonx.Unquote(field), Texts: texts})
	}
	return wanted, given
}

// suggest serves GET /resources:autocomplete: the values of an attribute.
func (r *Service) suggest(c *message.Request, res *endpoint) (*message.Response, error) {
	attribute := c.Value("attribute")
	shape := valuesShape(res)
	if attribute == "" || shape == nil {
		return nil, nil
	}
	input, slug := strings.ToLower(c.Value("input")), &selection{}
	if c.Value("slug") != "" {
		slug.all = search.AllOf{search.Equal{Field: "_schema", Texts: []string{c.Value("slug")}}}
	}
	var values []string
	err := r.store.View(c.HTTP.Context(), func(tx *bolt.Tx) error {
		return res.each(c, tx, slug.within, func(s *store.Item) bool {
			resource, _ := jsonx.ParseObject(s.Text)
			if slug.matches(resource) {
				values = append(values, attributeValues(resource, attribute, input)...)
			}
			return true
		})
	})
	if err != nil {
		return nil, err
	}
	slices.Sort(values)
	return shape.suggestions(res, slices.Compact(values), windowOf(c)), nil
}

func attributeValues(resource jsonx.Object, attribute, input string) []string {
	var found []string
	for _, value := range object.Values(resource, attribute) {
		for _, text := range object.Leaves(value) {
			if strings.Contains(strings.ToLower(text), input) {
				found = append(found, text)
			}
		}
	}
	return found
}

// valuesShape returns the location of the list of values in the response.
func valuesShape(res *endpoint) *shape {
	content := message.JSONContent(res.op)
	if content == nil {
		return nil
	}
	path, found := listPath(content.Schema, res.kind.name, 0)
	if !found {
		return nil
	}
	s := &shape{mediaType: content.MediaType, whole: content.Schema, path: path, resource: content.Schema}
	return s.prepare()
}

func (s *shape) suggestions(res *endpoint, values []string, w window) *message.Response {
	total := len(values)
	if w.size >= 0 {
		values = values[:min(w.size, total)]
	}
	list := make([][]byte, len(values))
	for i, value := range values {
		list[i] = object.Quote(value)
	}
	text := s.wrap(jsonx.ArrayOf(list))
	if around, ok := jsonx.ParseObject(text); ok {
		text = w.setCounts(around, s.whole, total).Text()
	}
	if value, err := schema.Decode(text); err != nil || len(schema.Check(s.whole, value, schema.Response)) > 0 {
		return nil
	}
	return &message.Response{Status: message.SuccessStatus(res.op), MediaType: s.mediaType, Body: text}
}
