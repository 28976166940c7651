package resource

import (
	"bytes"
	"slices"
	"sync"

	bolt "go.etcd.io/bbolt"

	"github.com/epilot-cli/epilot/internal/emulator/message"
	"github.com/epilot-cli/epilot/internal/emulator/object"
	"github.com/epilot-cli/epilot/internal/jsonx"
)

// item serves an operation on one resource.
func (r *Service) item(c *message.Request, res *endpoint) (*message.Response, error) {
	id := c.Path[res.param]
	if res.byBody {
		if id = jsonx.Unquote(c.Object().Get(idMember(c.Op.Body.JSON(), res.kind))); id == "" {
			return nil, nil
		}
	}
	if res.role == gets {
		return r.get(c, res, id)
	}
	var resource jsonx.Object
	err := r.store.Update(c.HTTP.Context(), func(tx *bolt.Tx) (err error) {
		resource, err = r.change(c, res, tx, id)
		return err
	})
	switch {
	case err != nil:
		return nil, err
	case resource == nil:
		return res.notFound(id)
	}
	c.Kept = true
	return res.respond(resource, id), nil
}

func (r *Service) get(c *message.Request, res *endpoint, id string) (*message.Response, error) {
	collection := res.collection(c)
	key := collection.Name + "/" + id
	var text []byte
	var known *message.Response
	err := r.store.View(c.HTTP.Context(), func(tx *bolt.Tx) error {
		if found := find(tx, collection, id); found != nil {
			if known = res.cache.find(key, found.Text); known == nil {
				text = bytes.Clone(found.Text)
			}
		}
		return nil
	})
	if err != nil || known != nil {
		c.Kept = true
		return known, err
	}
	if b := find(nil, collection, id); text == nil && b != nil {
		text = b.Text
	}
	resource, found := jsonx.ParseObject(text)
	if !found || isDeleted(text) && c.Value("include_deleted") != "true" {
		return res.notFound(id)
	}
	c.Kept = true
	a := res.respond(resource, id)
	if a != nil {
		res.cache.keep(key, text, a)
	}
	return a, nil
}

// notFound answers for a resource that is not there: the documentation's sample
// calls name ids of their own, and get the sample (nil).
func (r *endpoint) notFound(id string) (*message.Response, error) {
	if slices.Contains(sampleIDs(r), id) {
		return nil, nil
	}
	return nil, r.notFoundError(id)
}

// change carries out a write and returns the resource as it is then, or was before
// it was removed; nil where there is none.
func (r *Service) change(c *message.Request, res *endpoint, tx *bolt.Tx, id string) (jsonx.Object, error) {
	collection := res.collection(c)
	var old jsonx.Object
	if found := find(tx, collection, id); found != nil {
		if old, _ = jsonx.ParseObject(bytes.Clone(found.Text)); isDeleted(found.Text) != (res.role == restores) {
			old = nil
		}
	}
	if old == nil && res.role != removes && slices.Contains(sampleIDs(res), id) {
		old = res.sampleResource(id)
	}
	var resource jsonx.Object
	switch {
	case old == nil && (res.role == removes || res.role == restores):
		return nil, nil
	case res.role == restores:
		resource = old.Without(deletedMember)
	case res.role == removes && res.kind.restorable && c.Value("permanent") != "true":
		deleted := old.With(deletedMember, object.Quote(r.now().UTC().Format(message.TimeFormat)))
		return old, collection.Put(tx, id, deleted.Text())
	case res.role == removes && len(builtin(collection)) > 0:
		return old, collection.Put(tx, id, tombstone(old, r.now().UTC().Format(message.TimeFormat)))
	case res.role == removes:
		return old, collection.Remove(tx, id)
	case res.role == patches && old != nil:
		resource = r.patch(c, res, old)
	case res.role == replaces && (old != nil || res.kind.post == nil):
		var err error
		if resource, err = r.replace(c, res, old, id); err != nil {
			return nil, err
		}
	default:
		return nil, nil
	}
	return resource, collection.Put(tx, id, resource.Text())
}

func (r *Service) patch(c *message.Request, res *endpoint, old jsonx.Object) jsonx.Object {
	resource := merge(old, unwrap(c.Object(), res.shape), res.shape, res.request())
	if res.shape != nil {
		resource = res.shape.setPathMembers(resource, c.Path, res.param)
		resource = withTitle(res.shape, res.shape.setTimes(resource, r.now(), false), old)
	}
	return keepImmutable(resource, old, res.shape)
}

// replace is a new resource in the place of the old one.
func (r *Service) replace(c *message.Request, res *endpoint, old jsonx.Object, id string) (jsonx.Object, error) {
	resource, _, err := r.newResource(c, res, id)
	if err != nil || old == nil {
		return resource, err
	}
	return keepImmutable(resource, old, res.shape), nil
}

// sampleResource is the resource of the documentation's sample calls, nil where
// there is none.
func (r *endpoint) sampleResource(id string) jsonx.Object {
	if r.shape == nil {
		return nil
	}
	return r.shape.withID(r.shape.withOrganization(r.shape.full()), id)
}

// keepImmutable gives a resource what the server gave the old one at its creation, its id
// and its time: a body cannot change them.
func keepImmutable(resource, old jsonx.Object, s *shape) jsonx.Object {
	for _, m := range old {
		if created, _ := timeRole(m.Name); created || s != nil && s.id != "" && m.Name == s.id {
			resource = resource.With(m.Name, m.Value)
		}
	}
	return resource
}

// responseCache are the last answers of an operation that gets one resource, with the
// stored text that each was made of: to hold a response against the definition
// costs more than all the rest. The zero value is ready for use.
type responseCache struct {
	mu     sync.Mutex
	cached map[string]cachedResponse
}

type cachedResponse struct {
	text     []byte
	response *message.Response
}

const (
	maxRecent     = 256      // answers; then all are forgotten
	maxRecentSize = 16 << 10 // bytes of a text that is remembered
)

// find returns the response for a resource, nil where it has changed since.
func (r *responseCache) find(key string, text []byte) *message.Response {
	r.mu.Lock()
	defer r.mu.Unlock()
	if known, ok := r.cached[key]; ok && bytes.Equal(known.text, text) {
		own := *known.response
		return &own
	}
	return nil
}

func (r *responseCache) keep(key string, text []byte, a *message.Response) {
	if len(text) > maxRecentSize || len(a.Body) > maxRecentSize {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.cached == nil || len(r.cached) >= maxRecent {
		r.cached = map[string]cachedResponse{}
	}
	own := *a // whoever answers now may add headers of this request's own
	r.cached[key] = cachedResponse{text, &own}
}
