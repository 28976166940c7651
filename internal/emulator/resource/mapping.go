package resource

import (
	"bytes"
	"regexp"
	"slices"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
	bolt "go.etcd.io/bbolt"

	"github.com/epilot-cli/epilot/internal/emulator/message"
	"github.com/epilot-cli/epilot/internal/emulator/object"
	"github.com/epilot-cli/epilot/internal/jsonx"
)

// A mapping creates entities from a source entity, such as a contact from a
// submission. The mock carries out what sets, copies, appends or formats a value;
// conditions, loops and graphs have no effect.

// mappings returns the handlers of the entity-mapping API, by method and path.
func (r *Service) mappings() map[string]message.Handler {
	return map[string]message.Handler{
		"POST /v1/mappings:execute":  r.executeMapping,
		"POST /v1/relations:execute": r.executeRelations,
	}
}

// executeMapping creates or changes an entity for each target. A source that is
// not stored gets a sample.
func (r *Service) executeMapping(c *message.Request) (*message.Response, error) {
	var mapped []jsontext.Value
	stored := false
	err := r.update(c, func(tx *bolt.Tx) error {
		mapped = nil
		reference, _ := jsonx.ParseObject(c.Object().Get("source_ref"))
		source, _ := entity(tx, jsonx.Unquote(reference.Get("entity_id")))
		if stored = source != nil; !stored {
			return nil
		}
		for _, element := range object.Elements(c.Object().Get("targets")) {
			target, _ := jsonx.ParseObject(element)
			result, err := r.mapTarget(tx, source, target, c.Value("preview_mode") == "true")
			if err != nil {
				return err
			}
			mapped = append(mapped, result.Text())
		}
		return nil
	})
	if err != nil || !stored {
		return nil, err
	}
	c.Kept = true
	return documentResponse(c.Op, jsonx.Object{{Name: "mapped_entities", Value: jsonx.ArrayOf(mapped)}}.Text()), nil
}

// mapTarget returns the entity of one target, and stores it unless it is a preview.
func (r *Service) mapTarget(tx *bolt.Tx, source, target jsonx.Object, preview bool) (jsonx.Object, error) {
	slug := jsonx.Unquote(target.Get("target_schema"))
	id, err := NewUUID(r.random)
	if err != nil {
		return nil, err
	}
	made := r.mapAttributes(r.plainEntity(id, slug), source, target)
	if known := r.sameEntity(tx, slug, made, object.Elements(target.Get("target_unique"))); known != nil {
		id = jsonx.Unquote(known.Get("_id"))
		made = r.mapAttributes(known, source, target).With("_updated_at", object.Quote(r.now().UTC().Format(message.TimeFormat)))
	}
	if title := titleOf(made); title != nil {
		made = made.With("_title", title)
	}
	if preview {
		return made, nil
	}
	return made, entityCollection(slug).Put(tx, id, made.Text())
}

// sameEntity returns the entity that has the same values of the unique
// attributes, or nil.
func (r *Service) sameEntity(tx *bolt.Tx, slug string, made jsonx.Object, unique []jsontext.Value) jsonx.Object {
	if len(unique) == 0 {
		return nil
	}
	var found jsonx.Object
	for _, other := range storedEntities(tx, slug) {
		same := !slices.ContainsFunc(unique, func(name jsontext.Value) bool {
			mine, others := object.Values(made, jsonx.Unquote(name)), object.Values(other, jsonx.Unquote(name))
			return len(mine) == 0 || !bytes.Equal(jsonx.ArrayOf(mine), jsonx.ArrayOf(others))
		})
		if same {
			found = other
		}
	}
	return found
}

func (r *Service) mapAttributes(made, source, target jsonx.Object) jsonx.Object {
	text := made.Text()
	for _, element := range object.Elements(target.Get("mapping_attributes")) {
		attribute, _ := jsonx.ParseObject(element)
		steps := splitPath(jsonx.Unquote(attribute.Get("target")))
		value, appends := mappedValue(source, attribute)
		switch {
		case value == nil || len(steps) == 0:
		case appends:
			text = assignAt(text, steps, opAdd, value)
		default:
			text = assignAt(text, steps, opSet, value)
		}
	}
	made, _ = jsonx.ParseObject(text)
	return made
}

// mappedValue returns the value of an attribute, nil if the source has none, and
// whether it is appended to an array.
func mappedValue(source, attribute jsonx.Object) (value jsontext.Value, appends bool) {
	copied := func(path jsontext.Value) jsontext.Value { return memberOf(source.Text(), jsonx.Unquote(path), nil) }
	operation := attribute.Get("operation")
	node, isNode := jsonx.ParseObject(operation)
	switch {
	case operation == nil && attribute.Get("value") != nil:
		return attribute.Get("value"), false
	case operation == nil:
		return copied(attribute.Get("source")), strings.HasPrefix(jsonx.Unquote(attribute.Get("mode")), "append")
	case !isNode:
		return operation, false
	case node.Get("_set") != nil:
		return node.Get("_set"), false
	case node.Get("_append") != nil:
		return node.Get("_append"), true
	case node.Get("_copy") != nil:
		return copied(node.Get("_copy")), false
	case node.Get("_template") != nil:
		return object.Quote(filledTemplate(jsonx.Unquote(node.Get("_template")), source)), false
	}
	return nil, false
}

var templateVariable = regexp.MustCompile(`\{\{\s*([\w.]+)\s*\}\}`)

// filledTemplate replaces each {{path}} by the text of the source entity.
func filledTemplate(template string, source jsonx.Object) string {
	return templateVariable.ReplaceAllStringFunc(template, func(variable string) string {
		return textOf(memberOf(source.Text(), templateVariable.FindStringSubmatch(variable)[1], nil))
	})
}

// executeRelations adds relations to the source entity: those that the request
// names, and those that the rules of the target find on the main entity.
func (r *Service) executeRelations(c *message.Request) (*message.Response, error) {
	var added []jsontext.Value
	stored := false
	err := r.update(c, func(tx *bolt.Tx) error {
		added = nil
		reference, _ := jsonx.ParseObject(c.Object().Get("source_ref"))
		id := jsonx.Unquote(reference.Get("entity_id"))
		source, slug := entity(tx, id)
		if stored = source != nil; !stored {
			return nil
		}
		for _, item := range wantedRelations(tx, c.Object()) {
			source = related(source, item, false)
			added = append(added, jsonx.Object{
				{Name: "source_entity_id", Value: object.Quote(id)},
				{Name: "target_entity_id", Value: item.Get("entity_id")},
				{Name: "relation_attr", Value: item.Get("attribute")},
				{Name: "tags", Value: orEmpty(item.Get("_tags"))},
			}.Text())
		}
		return entityCollection(slug).Put(tx, id, source.Text())
	})
	if err != nil || !stored {
		return nil, err
	}
	c.Kept = true
	return documentResponse(c.Op, jsonx.Object{{Name: "relations", Value: jsonx.ArrayOf(added)}}.Text()), nil
}

// wantedRelations returns the relations that the source gets: entity_id, attribute and _tags.
func wantedRelations(tx *bolt.Tx, body jsonx.Object) []jsonx.Object {
	var items []jsonx.Object
	for _, element := range object.Elements(body.Get("additional_relations")) {
		item, _ := jsonx.ParseObject(element)
		items = append(items, item)
	}
	target, _ := jsonx.ParseObject(body.Get("target"))
	reference, _ := jsonx.ParseObject(target.Get("main_entity_ref"))
	main, _ := entity(tx, jsonx.Unquote(reference.Get("entity_id")))
	if main == nil {
		return items
	}
	for _, element := range object.Elements(target.Get("relation_attributes")) {
		rule, _ := jsonx.ParseObject(element)
		filter, _ := jsonx.ParseObject(rule.Get("source_filter"))
		if string(filter.Get("self")) == "true" {
			items = append(items, jsonx.Object{{Name: "entity_id", Value: reference.Get("entity_id")}, {Name: "attribute", Value: rule.Get("target")}, {Name: "_tags", Value: orEmpty(rule.Get("target_tags"))}})
			continue
		}
		for _, link := range relationsOf(main) {
			if other, slug := entity(tx, link.id()); other != nil && passes(filter, link, other, slug) {
				items = append(items, jsonx.Object{{Name: "entity_id", Value: object.Quote(link.id())}, {Name: "attribute", Value: rule.Get("target")}, {Name: "_tags", Value: orEmpty(rule.Get("target_tags"))}})
			}
		}
	}
	return items
}

// passes reports whether a filter of relations selects one.
func passes(filter jsonx.Object, link relation, other jsonx.Object, slug string) bool {
	has := func(list, wanted jsontext.Value) bool {
		return slices.ContainsFunc(object.Elements(list), func(v jsontext.Value) bool { return bytes.Equal(v, wanted) })
	}
	want := func(name, value string) bool {
		return filter.Get(name) == nil || jsonx.Unquote(filter.Get(name)) == value
	}
	return want("schema", slug) && want("attribute", link.attribute) &&
		(filter.Get("tag") == nil || has(other.Get("_tags"), filter.Get("tag"))) &&
		(filter.Get("relation_tag") == nil || has(link.item.Get("_tags"), filter.Get("relation_tag")))
}
