package emulator

import (
	"bytes"
	"slices"

	bolt "go.etcd.io/bbolt"
)

// item answers an operation on one thing.
func (r *resources) item(c *call, res *resource) (*answer, error) {
	id := c.path[res.param]
	if res.role == gets {
		return r.get(c, res, id)
	}
	var thing object
	err := r.store.update(c.request.Context(), func(tx *bolt.Tx) (err error) {
		thing, err = r.change(c, res, tx, id)
		return err
	})
	switch {
	case err != nil:
		return nil, err
	case thing == nil:
		return res.missing(id)
	}
	return res.answer(thing, id), nil
}

func (r *resources) get(c *call, res *resource, id string) (*answer, error) {
	shelf := res.shelf(c)
	key := shelf.name + "/" + id
	var text []byte
	var known *answer
	err := r.store.view(c.request.Context(), func(tx *bolt.Tx) error {
		if found := shelf.get(tx, id); found != nil {
			if known = res.recent.find(key, found.text); known == nil {
				text = bytes.Clone(found.text)
			}
		}
		return nil
	})
	if err != nil || known != nil {
		return known, err
	}
	thing, found := parseObject(text)
	if !found {
		return res.missing(id)
	}
	a := res.answer(thing, id)
	if a != nil {
		res.recent.keep(key, text, a)
	}
	return a, nil
}

// missing answers for a thing that is not there: the documentation's sample
// calls name ids of their own, and get the sample (nil).
func (r *resource) missing(id string) (*answer, error) {
	if slices.Contains(sampleIDs(r), id) {
		return nil, nil
	}
	return nil, r.unknown(id)
}

// change carries out a write and returns the thing as it is then, or was before
// it was removed; nil where there is none.
func (r *resources) change(c *call, res *resource, tx *bolt.Tx, id string) (object, error) {
	shelf := res.shelf(c)
	var old object
	if found := shelf.get(tx, id); found != nil {
		old, _ = parseObject(found.text)
	}
	var thing object
	switch {
	case res.role == removes:
		return old, shelf.remove(tx, id)
	case res.role == patches && old != nil:
		thing = r.patched(c, res, old)
	case res.role == replaces && (old != nil || res.kind.post == nil):
		var err error
		if thing, err = r.replaced(c, res, old, id); err != nil {
			return nil, err
		}
	default:
		return nil, nil
	}
	return thing, shelf.put(tx, id, thing.text())
}

func (r *resources) patched(c *call, res *resource, old object) object {
	thing := overlay(old, unpacked(c.sentThing(), res.shape), res.shape, res.request())
	if res.shape != nil {
		thing = res.shape.parents(thing, c.path, res.param)
		thing = withTitle(res.shape, res.shape.stamp(thing, r.now(), false), old)
	}
	return keep(thing, old, res.shape)
}

// replaced is a new thing in the place of the old one.
func (r *resources) replaced(c *call, res *resource, old object, id string) (object, error) {
	thing, _, err := r.newThing(c, res, id)
	if err != nil || old == nil {
		return thing, err
	}
	return keep(thing, old, res.shape), nil
}

// keep gives a thing what the server gave the old one at its creation, its id
// and its time: a body cannot change them.
func keep(thing, old object, s *shape) object {
	for _, m := range old {
		if created, _ := timeRole(m.name); created || s != nil && s.id != "" && m.name == s.id {
			thing = thing.with(m.name, m.value)
		}
	}
	return thing
}
