package emulator

import (
	"slices"
	"strings"

	bolt "go.etcd.io/bbolt"

	"github.com/epilot-cli/epilot/internal/schema"
)

// upsert answers PATCH /things:upsert, whose body has the thing and the names
// of its members ("unique_key") that tell which one is meant.
func (r *resources) upsert(c *call, res *resource) (*answer, error) {
	wanted, given := keyed(c.sentThing())
	if given == nil || len(wanted) == 0 {
		return nil, nil
	}
	inner := *c
	inner.raw = given.text()
	inner.body = map[string]any{}
	fresh, freshID, err := r.newThing(&inner, res, "")
	if err != nil {
		return nil, err
	}
	var thing object
	var id string
	err = r.store.update(c.request.Context(), func(tx *bolt.Tx) error {
		thing, id = fresh, freshID
		if old := res.first(c, tx, wanted); old != nil {
			thing, id = r.patched(&inner, res, old.thing), old.id
		}
		return res.shelf(c).put(tx, id, thing.text())
	})
	if err != nil {
		return nil, err
	}
	return res.answer(thing, id), nil
}

// first is the oldest thing that is wanted, nil where there is none.
func (r *resource) first(c *call, tx *bolt.Tx, wanted query) *found {
	var first *found
	r.eachThing(c, tx, nil, func(s *stored) bool {
		if thing, ok := parseObject(s.text); ok && wanted.matches(thing) {
			first = &found{s.id, thing}
		}
		return first == nil
	})
	return first
}

// keyed is the thing of an upsert's body, and the condition that its unique
// members make.
func keyed(body object) (allOf, object) {
	var given object
	for _, m := range body {
		if inner, ok := parseObject(m.value); ok && given == nil {
			given = inner
		}
	}
	var wanted allOf
	for _, field := range elementsOf(body.at("unique_key")) {
		var words []string
		for _, value := range given.values(unquoted(field)) {
			words = append(words, leaves(value)...)
		}
		if len(words) == 0 {
			return nil, nil
		}
		wanted = append(wanted, equal{field: unquoted(field), words: words})
	}
	return wanted, given
}

// suggest answers GET /things:autocomplete: the values that an attribute has.
func (r *resources) suggest(c *call, res *resource) (*answer, error) {
	attribute := c.said("attribute")
	shape := valuesShape(res)
	if attribute == "" || shape == nil {
		return nil, nil
	}
	input, slug := strings.ToLower(c.said("input")), &selection{}
	if c.said("slug") != "" {
		slug.all = allOf{equal{field: "_schema", words: []string{c.said("slug")}}}
	}
	var values []string
	err := r.store.view(c.request.Context(), func(tx *bolt.Tx) error {
		res.eachThing(c, tx, slug.within, func(s *stored) bool {
			thing, _ := parseObject(s.text)
			if slug.matches(thing) {
				values = append(values, attributeValues(thing, attribute, input)...)
			}
			return true
		})
		return nil
	})
	if err != nil {
		return nil, err
	}
	slices.Sort(values)
	return shape.suggestions(res, slices.Compact(values), windowOf(c)), nil
}

func attributeValues(thing object, attribute, input string) []string {
	var found []string
	for _, value := range thing.values(attribute) {
		for _, text := range leaves(value) {
			if strings.Contains(strings.ToLower(text), input) {
				found = append(found, text)
			}
		}
	}
	return found
}

// valuesShape is where the list of values stands in the answer.
func valuesShape(res *resource) *shape {
	content := jsonContent(res.op)
	if content == nil {
		return nil
	}
	path, found := listPath(content.Schema, res.kind.thing, 0)
	if !found {
		return nil
	}
	s := &shape{mediaType: content.MediaType, whole: content.Schema, path: path, thing: content.Schema}
	return s.prepare()
}

func (s *shape) suggestions(res *resource, values []string, w window) *answer {
	total := len(values)
	if w.size >= 0 {
		values = values[:min(w.size, total)]
	}
	list := []byte{'['}
	for i, value := range values {
		if i > 0 {
			list = append(list, ',')
		}
		list = append(list, quoted(value)...)
	}
	text := s.wrap(append(list, ']'))
	if around, ok := parseObject(text); ok {
		text = w.counted(around, s.whole, total).text()
	}
	if value, err := schema.Decode(text); err != nil || len(schema.Check(s.whole, value, schema.Response)) > 0 {
		return nil
	}
	return &answer{status: successStatus(res.op), mediaType: s.mediaType, body: text}
}
