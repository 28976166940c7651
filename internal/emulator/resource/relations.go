package resource

import (
	"bytes"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
	bolt "go.etcd.io/bbolt"

	"github.com/epilot-cli/epilot/internal/emulator/message"
	"github.com/epilot-cli/epilot/internal/emulator/object"
	"github.com/epilot-cli/epilot/internal/emulator/store"
	"github.com/epilot-cli/epilot/internal/jsonx"
)

// Relations are stored as in epilot: an attribute of an entity is {"$relation":
// [{"entity_id": "…", "_tags": []}]}.

// relationHandlers returns the handlers of the operations on entity relations, by method
// and path. Each returns nil for an entity that is not stored.
func (r *Service) relationHandlers() map[string]message.Handler {
	const v1 = "/v1/entity/{slug}/{id}/relations"
	return map[string]message.Handler{
		"GET " + v1:                                  r.listRelations,
		"GET /v2/entity/{slug}/{id}/relations":       r.listRelations,
		"GET /v3/entity/{slug}/{id}/relations":       r.listRelations,
		"GET /v2/entity/{slug}/{id}/relations/count": r.countRelations,
		"POST " + v1:                                 r.changeRelations,
		"DELETE " + v1:                               r.changeRelations,
		"PUT " + v1 + "/{attribute}/{entity_id}":     r.changeRelations,
		"DELETE " + v1 + "/{attribute}/{entity_id}":  r.changeRelations,
	}
}

// relation is a link from one entity to another.
type relation struct {
	attribute string
	item      jsonx.Object // entity_id and _tags
	reverse   bool
}

func (r relation) id() string { return jsonx.Unquote(r.item.Get("entity_id")) }

// relationsOf returns the relations in an entity.
func relationsOf(entity jsonx.Object) []relation {
	var found []relation
	for _, m := range entity {
		holder, ok := jsonx.ParseObject(m.Value)
		if !ok {
			continue
		}
		for _, element := range object.Elements(holder.Get("$relation")) {
			if item, ok := jsonx.ParseObject(element); ok {
				found = append(found, relation{attribute: m.Name, item: item})
			}
		}
	}
	return found
}

func entities() store.Collection { return store.Collection{Name: "entity\x00entity"} }

func entityCollection(slug string) store.Collection {
	return store.Collection{Name: "entity\x00entity/" + url.PathEscape(slug)}
}

// entity returns a stored entity of any schema, and its slug.
func entity(tx *bolt.Tx, id string) (jsonx.Object, string) {
	for _, c := range entities().Below(tx) {
		if found := c.Get(tx, id); found != nil && !isDeleted(found.Text) {
			members, _ := jsonx.ParseObject(bytes.Clone(found.Text))
			slug, _ := url.PathUnescape(c.Name[strings.LastIndexByte(c.Name, '/')+1:])
			return members, slug
		}
	}
	return nil, ""
}

// storedEntities returns the entities of a schema that are not deleted.
func storedEntities(tx *bolt.Tx, slug string) []jsonx.Object {
	var all []jsonx.Object
	entityCollection(slug).Each(tx, func(item *store.Item) bool {
		if !isDeleted(item.Text) {
			members, _ := jsonx.ParseObject(bytes.Clone(item.Text))
			all = append(all, members)
		}
		return true
	})
	return all
}

// reverseRelations returns the relations from other entities to this one.
func reverseRelations(tx *bolt.Tx, id string) []relation {
	var found []relation
	for _, c := range entities().Below(tx) {
		c.Each(tx, func(item *store.Item) bool {
			if !bytes.Contains(item.Text, []byte(id)) || isDeleted(item.Text) {
				return true
			}
			other, _ := jsonx.ParseObject(bytes.Clone(item.Text))
			for _, link := range relationsOf(other) {
				if link.id() == id {
					link.item, link.reverse = link.item.With("entity_id", object.Quote(item.Id)), true
					found = append(found, link)
				}
			}
			return true
		})
	}
	return found
}

// related returns the relations that a request asks for, in the API's format; nil
// and false if the entity is not stored.
func (r *Service) related(c *message.Request, direct, reverse bool) (found []jsonx.Object, stored bool, err error) {
	err = r.store.View(c.HTTP.Context(), func(tx *bolt.Tx) error {
		own := entityCollection(c.Path["slug"]).Get(tx, c.Path["id"])
		if own == nil || isDeleted(own.Text) {
			return nil
		}
		stored = true
		var links []relation
		if direct {
			members, _ := jsonx.ParseObject(bytes.Clone(own.Text))
			links = relationsOf(members)
		}
		if reverse {
			links = append(links, reverseRelations(tx, c.Path["id"])...)
		}
		for _, link := range links {
			other, slug := entity(tx, link.id())
			if other == nil || excluded(c, slug) {
				continue
			}
			shown := jsonx.Object{
				{Name: "entity_id", Value: object.Quote(link.id())},
				{Name: "_schema", Value: object.Quote(slug)},
				{Name: "attribute", Value: object.Quote(link.attribute)},
				{Name: "_tags", Value: orEmpty(link.item.Get("_tags"))},
				{Name: "reverse", Value: jsontext.Value(strconv.FormatBool(link.reverse))},
			}
			if c.Value("hydrate") == "true" {
				for _, m := range other {
					shown = shown.With(m.Name, m.Value)
				}
			}
			found = append(found, shown)
		}
		return nil
	})
	return found, stored, err
}

func orEmpty(list jsontext.Value) jsontext.Value {
	if list == nil {
		return jsontext.Value("[]")
	}
	return list
}

// excluded reports whether include_schemas and exclude_schemas exclude a slug.
func excluded(c *message.Request, slug string) bool {
	list := func(name string) []string { return append(c.Query[name], c.Query[name+"[]"]...) }
	include := list("include_schemas")
	return len(include) > 0 && !slices.Contains(include, slug) || slices.Contains(list("exclude_schemas"), slug)
}

func (r *Service) listRelations(c *message.Request) (*message.Response, error) {
	mode := c.Value("mode")
	reverse := c.Value("include_reverse") == "true" && mode == "" || mode == "reverse" || mode == "both"
	found, stored, err := r.related(c, mode != "reverse", reverse)
	if err != nil || !stored {
		return nil, err
	}
	total, w := len(found), windowOf(c)
	found = found[min(w.offset, total):]
	if w.size >= 0 {
		found = found[:min(w.size, len(found))]
	}
	list := make([][]byte, len(found))
	for i, shown := range found {
		list[i] = shown.Text()
	}
	text := jsonx.ArrayOf(list)
	if !strings.HasPrefix(c.Op.Path, "/v1/") {
		text = jsonx.Object{{Name: "hits", Value: number(total)}, {Name: "relations", Value: text}}.Text()
	}
	return documentResponse(c.Op, text), nil
}

func (r *Service) countRelations(c *message.Request) (*message.Response, error) {
	found, stored, err := r.related(c, true, true)
	if err != nil || !stored {
		return nil, err
	}
	ids := map[string]bool{}
	for _, shown := range found {
		ids[jsonx.Unquote(shown.Get("entity_id"))] = true
	}
	return documentResponse(c.Op, jsonx.Object{{Name: "hits", Value: number(len(ids))}}.Text()), nil
}

// changeRelations adds, changes or removes the relations of the path or body.
func (r *Service) changeRelations(c *message.Request) (*message.Response, error) {
	var items []jsonx.Object
	if _, one := c.Path["attribute"]; one {
		items = []jsonx.Object{c.Object().With("attribute", object.Quote(c.Path["attribute"])).With("entity_id", object.Quote(c.Path["entity_id"]))}
	} else {
		for _, element := range object.Elements(jsontext.Value(bytes.TrimSpace(c.Raw))) {
			item, _ := jsonx.ParseObject(element)
			items = append(items, item)
		}
	}
	stored := false
	err := r.store.Update(c.HTTP.Context(), func(tx *bolt.Tx) error {
		at := entityCollection(c.Path["slug"])
		found := at.Get(tx, c.Path["id"])
		if stored = found != nil && !isDeleted(found.Text); !stored {
			return nil
		}
		own, _ := jsonx.ParseObject(bytes.Clone(found.Text))
		for _, item := range items {
			own = related(own, item, c.Op.Method == http.MethodDelete)
		}
		return at.Put(tx, c.Path["id"], own.Text())
	})
	if err != nil || !stored || len(items) == 0 {
		return nil, err
	}
	c.Kept = true
	return documentResponse(c.Op, items[0].With("_tags", orEmpty(items[0].Get("_tags"))).Text()), nil
}

// related adds the relation of an item to the entity, or removes it.
func related(own, item jsonx.Object, remove bool) jsonx.Object {
	attribute := jsonx.Unquote(item.Get("attribute"))
	holder, _ := jsonx.ParseObject(own.Get(attribute))
	var list [][]byte
	for _, element := range object.Elements(holder.Get("$relation")) {
		if known, _ := jsonx.ParseObject(element); string(known.Get("entity_id")) != string(item.Get("entity_id")) {
			list = append(list, element)
		}
	}
	if !remove {
		kept := jsonx.Object{{Name: "entity_id", Value: item.Get("entity_id")}, {Name: "_tags", Value: orEmpty(item.Get("_tags"))}}
		list = append(list, kept.Text())
	}
	text := jsonx.ArrayOf(list)
	return own.With(attribute, holder.With("$relation", text).Text())
}

// hydrated replaces the relations of an entity by the entities that they name:
// {"$relation": [{"entity_id": "1"}]} becomes [{"$relation": {"entity_id": "1"}, "_id": "1", …}].
// A relation to an entity that does not exist is left out.
func hydrated(tx *bolt.Tx, resource jsonx.Object) jsonx.Object {
	var result jsonx.Object
	for _, m := range resource {
		holder, _ := jsonx.ParseObject(m.Value)
		for _, kind := range []string{"$relation", "$relation_ref"} {
			if links := holder.Get(kind); links.Kind() == '[' {
				m.Value = hydratedLinks(tx, kind, object.Elements(links))
			}
		}
		result = append(result, m)
	}
	return result
}

func hydratedLinks(tx *bolt.Tx, kind string, links []jsontext.Value) jsontext.Value {
	var list []jsontext.Value
	for _, link := range links {
		item, _ := jsonx.ParseObject(link)
		other, _ := entity(tx, jsonx.Unquote(item.Get("entity_id")))
		if other == nil {
			continue
		}
		if path := jsonx.Unquote(item.Get("path")); kind == "$relation_ref" && path != "" {
			other = referred(other, path)
		}
		shown := jsonx.Object{{Name: kind, Value: link}}
		list = append(list, append(shown, other.Without(laterMember)...).Text())
	}
	return jsonx.ArrayOf(list)
}

// referred returns the part of an entity at a path such as "address.0".
func referred(entity jsonx.Object, path string) jsonx.Object {
	first, _, _ := strings.Cut(path, ".")
	part := jsonx.Object{{Name: "_id", Value: entity.Get("_id")}}
	values := object.Values(entity, path)
	if list := object.Elements(entity.Get(first)); len(values) == 0 && path == first+".0" && len(list) > 0 {
		values = list[:1]
	}
	for _, value := range values {
		members, isObject := jsonx.ParseObject(value)
		if !isObject {
			members = jsonx.Object{{Name: first, Value: value}}
		}
		for _, m := range members {
			part = part.With(m.Name, m.Value)
		}
	}
	return part
}
