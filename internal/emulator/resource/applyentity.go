package resource

import (
	"bytes"
	"strings"

	bolt "go.etcd.io/bbolt"

	"github.com/epilot-cli/epilot/internal/emulator/message"
	"github.com/epilot-cli/epilot/internal/emulator/object"
	"github.com/epilot-cli/epilot/internal/emulator/store"
	"github.com/epilot-cli/epilot/internal/jsonx"
)

// Other APIs create entities: a submission becomes one, a cart becomes an order.
// The entity API returns them.

// entity creates, changes or removes entities. The schema "*" means all.
func (a *applying) entity(tx *bolt.Tx, e *effect, s *source) error {
	if e.slug == "*" {
		for _, id := range s.ids(e.id) {
			if entity, slug := entity(tx, id); entity != nil {
				if err := a.changeEntity(tx, e, s, entityCollection(slug), id); err != nil {
					return err
				}
			}
		}
		return nil
	}
	slugs := []string{e.slug}
	if isExpression(e.slug) {
		slugs = s.ids(e.slug)
	}
	for _, slug := range slugs {
		if err := a.entityOf(tx, e, s, slug); err != nil {
			return err
		}
	}
	return nil
}

func (a *applying) entityOf(tx *bolt.Tx, e *effect, s *source, slug string) error {
	if e.does == effectCreate {
		return a.createEntity(tx, e, s, slug)
	}
	collection := entityCollection(slug)
	ids := s.ids(e.id)
	if strings.HasPrefix(e.id, "[") || e.id == "*" {
		ids, _ = a.targets(tx, e, s, collection)
	}
	for _, id := range ids {
		if err := a.changeEntity(tx, e, s, collection, id); err != nil {
			return err
		}
	}
	return nil
}

func (a *applying) createEntity(tx *bolt.Tx, e *effect, s *source, slug string) error {
	id, err := NewUUID(a.random)
	if err != nil {
		return err
	}
	own := a.plainEntity(id, slug)
	entity := a.assign(own, e, s).With("_id", own.Get("_id")).With("_schema", own.Get("_schema"))
	if title := titleOf(entity); title != nil {
		entity = entity.With("_title", title)
	}
	a.made = id
	a.note(entityKind(slug), id, entity, e)
	return entityCollection(slug).Put(tx, id, entity.Text())
}

func (a *applying) changeEntity(tx *bolt.Tx, e *effect, s *source, collection store.Collection, id string) error {
	found := collection.Get(tx, id)
	if found == nil || isDeleted(found.Text) {
		return nil
	}
	now := object.Quote(a.now().UTC().Format(message.TimeFormat))
	old, _ := jsonx.ParseObject(bytes.Clone(found.Text))
	entity := old.With(deletedMember, now)
	if e.does == effectChange {
		entity = a.assign(old, e, s).With("_id", object.Quote(id)).With("_updated_at", now)
	}
	a.note(entityKind(jsonx.Unquote(old.Get("_schema"))), id, entity, e)
	return collection.Put(tx, id, entity.Text())
}

// entityKind returns the type of an entity, for the names of its id in a
// response.
func entityKind(slug string) *resourceType {
	return &resourceType{param: slug + "_id", name: slug, segments: []string{slug}}
}
