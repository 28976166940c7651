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

// Relations are kept where epilot keeps them: an attribute of an entity is
// {"$relation": [{"entity_id": "…", "_tags": []}]}.

// Relations are the operations on relations of entities, by method and path.
// Each is nil for an entity that is not stored.
func (r *Service) Relations() map[string]message.Handler {
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

// relationsOf are the relations that an entity holds.
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

// entity is a stored entity of any schema, and its slug.
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

// reverseRelations are those of other entities to this one.
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

// related are the relations that a request asks for, as the API shows them; nil
// and false where the entity is not stored.
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

// excluded reports whether include_schemas and exclude_schemas leave a slug out.
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
	text := slices.Concat([]byte{'['}, bytes.Join(list, []byte{','}), []byte{']'})
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

// related is the entity with the relation of an item, or without it.
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
	text := slices.Concat([]byte{'['}, bytes.Join(list, []byte{','}), []byte{']'})
	return own.With(attribute, holder.With("$relation", text).Text())
}
