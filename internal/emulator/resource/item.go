package resource

import (
	"bytes"
	"errors"
	"slices"
	"strings"
	"sync"

	bolt "go.etcd.io/bbolt"

	"github.com/epilot-cli/epilot/internal/emulator/message"
	"github.com/epilot-cli/epilot/internal/emulator/object"
	"github.com/epilot-cli/epilot/internal/emulator/store"
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
	if res.row != nil && res.row.id != "" {
		id = r.rowID(c, res)
	}
	if res.role == gets {
		return r.get(c, res, id)
	}
	var resource jsonx.Object
	err := r.update(c, func(tx *bolt.Tx) (err error) {
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

// errDryRun rolls back a change whose result was only requested as a preview.
var errDryRun = errors.New("dry run")

// update changes the state, or only computes the result with dry_run=true.
func (r *Service) update(c *message.Request, change func(*bolt.Tx) error) error {
	err := r.store.Update(c.HTTP.Context(), func(tx *bolt.Tx) error {
		if err := change(tx); err != nil || c.Query.Get("dry_run") != "true" {
			return err
		}
		return errDryRun
	})
	if errors.Is(err, errDryRun) {
		return nil
	}
	return err
}

// rowID returns the id of the resource according to a row of effects.txt.
func (r *Service) rowID(c *message.Request, res *endpoint) string {
	s := &source{c: c, now: r.now()}
	conditions, isMatch := strings.CutPrefix(res.row.id, "[")
	if !isMatch {
		return textOf(s.value(res.row.id))
	}
	id := ""
	_ = r.store.View(c.HTTP.Context(), func(tx *bolt.Tx) error { // get reports the error
		res.collection(c).Each(tx, func(item *store.Item) bool {
			members, _ := jsonx.ParseObject(item.Text)
			if s.matches(members, strings.TrimSuffix(conditions, "]")) {
				id = item.Id
			}
			return id == ""
		})
		return nil
	})
	return id
}

func (r *Service) get(c *message.Request, res *endpoint, id string) (*message.Response, error) {
	collection := res.collection(c)
	key := collection.Name + "/" + id
	var text []byte
	var known *message.Response
	shaped := c.Value("hydrate") == "true" || len(c.Query["fields"]) > 0
	var relations jsonx.Object
	err := r.store.View(c.HTTP.Context(), func(tx *bolt.Tx) error {
		if found := find(tx, collection, id); found != nil {
			now := r.due(found.Text)
			if !shaped {
				known = res.cache.find(key, now)
			}
			if known == nil {
				text = bytes.Clone(now)
			}
			if c.Value("hydrate") == "true" {
				members, _ := jsonx.ParseObject(text)
				relations = hydrated(tx, members)
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
	if byQuery := res.row != nil && res.param == ""; !found && (byQuery || !res.kind.closed) {
		return nil, nil
	}
	if !found || isDeleted(text) && c.Value("include_deleted") != "true" {
		return res.notFound(id)
	}
	c.Kept = true
	if res.row != nil && res.row.show != "" {
		part := resource.Get(res.row.show)
		if content := message.JSONContent(c.Op); part == nil && content != nil && holdsObject(content.Schema) {
			part = jsonx.Object{}.Text()
		}
		return documentResponse(c.Op, part), nil
	}
	if relations != nil {
		resource = relations
	}
	if res.shape != nil {
		resource = fieldsOf(c).only(resource, res.shape)
	}
	a := res.respond(resource, id)
	if a != nil && !shaped {
		res.cache.keep(key, text, a)
	}
	return a, nil
}

// notFound returns the response for a nonexistent resource: the ids of the
// documentation's sample calls get the sample (nil).
func (r *endpoint) notFound(id string) (*message.Response, error) {
	if slices.Contains(sampleIDs(r), id) {
		return nil, nil
	}
	return nil, r.notFoundError(id)
}

// change carries out a write and returns the resource after it, or before its
// removal; nil if it does not exist.
func (r *Service) change(c *message.Request, res *endpoint, tx *bolt.Tx, id string) (jsonx.Object, error) {
	collection := res.collection(c)
	var old jsonx.Object
	if found := find(tx, collection, id); found != nil {
		if old, _ = jsonx.ParseObject(bytes.Clone(r.due(found.Text))); isDeleted(found.Text) != (res.role == restores) {
			old = nil
		}
	}
	isOpen := !res.kind.closed && find(tx, collection, id) == nil
	if old == nil && (res.role != removes || isOpen) && (isOpen || slices.Contains(sampleIDs(res), id)) {
		old = res.sampleResource(id)
	}
	var resource jsonx.Object
	switch {
	case old == nil && (res.role == removes || res.role == restores):
		return nil, nil
	case res.role == restores:
		resource = old.Without(deletedMember)
	case res.role == removes && res.kind.restorable && c.Value("permanent") != "true" && c.Value("purge") != "true":
		deleted := old.With(deletedMember, object.Quote(r.now().UTC().Format(message.TimeFormat)))
		return old, collection.Put(tx, id, deleted.Text())
	case res.role == removes && (isOpen || len(builtin(collection)) > 0):
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

// replace returns a new resource that replaces the old one.
func (r *Service) replace(c *message.Request, res *endpoint, old jsonx.Object, id string) (jsonx.Object, error) {
	resource, _, err := r.newResource(c, res, id)
	if err != nil || old == nil {
		return resource, err
	}
	if own := old.Get("id"); own != nil && unwrap(c.Object(), res.shape).Get("id") == nil {
		resource = resource.With("id", own)
	}
	return keepImmutable(resource, old, res.shape), nil
}

// sampleResource returns the resource of the documentation's sample calls, or nil.
func (r *endpoint) sampleResource(id string) jsonx.Object {
	if r.shape == nil {
		return nil
	}
	return r.shape.withID(r.shape.withOrganization(r.shape.full()), id)
}

// keepImmutable copies the members that the server sets at creation, the id and
// the time: a body cannot change them.
func keepImmutable(resource, old jsonx.Object, s *shape) jsonx.Object {
	for _, m := range old {
		if created, _ := timeRole(m.Name); created || s != nil && s.id != "" && m.Name == s.id {
			resource = resource.With(m.Name, m.Value)
		}
	}
	return resource
}

// responseCache caches the latest responses of an operation that returns one
// resource, with the stored text of each: validating a response costs more than
// everything else. The zero value is ready for use.
type responseCache struct {
	mu     sync.Mutex
	cached map[string]cachedResponse
}

type cachedResponse struct {
	text     []byte
	response *message.Response
}

const (
	maxRecent     = 256      // responses; then the cache is cleared
	maxRecentSize = 16 << 10 // the maximum size of a cached text, in bytes
)

// find returns the response for a resource, or nil if it has changed since.
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
	own := *a // a copy: the caller may add headers for this request
	r.cached[key] = cachedResponse{text, &own}
}
