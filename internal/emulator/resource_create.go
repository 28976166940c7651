package emulator

import (
	"net/http"
	"slices"

	"github.com/go-json-experiment/json/jsontext"
	bolt "go.etcd.io/bbolt"

	"github.com/epilot-cli/epilot/internal/operation"
	"github.com/epilot-cli/epilot/internal/schema"
)

// create answers POST /things.
func (r *resources) create(c *call, res *resource) (*answer, error) {
	thing, id, err := r.newThing(c, res, "")
	if err != nil {
		return nil, err
	}
	err = r.store.update(c.request.Context(), func(tx *bolt.Tx) error {
		if res.refusesTwins(id) && res.shelf(c).get(tx, id) != nil {
			return refuse(http.StatusConflict, "another %s has the id %q", res.kind.thing, id)
		}
		return res.shelf(c).put(tx, id, thing.text())
	})
	if err != nil {
		return nil, err
	}
	return res.answer(thing, id), nil
}

// refusesTwins reports whether the definition says that an id can be taken.
// That of a sample call never is.
func (r *resource) refusesTwins(id string) bool {
	return !slices.Contains(r.samples, id) && slices.ContainsFunc(r.op.Responses, func(response *operation.Response) bool { return response.Status == "409" })
}

// newThing makes a thing of the call's body. Without an id it gets a new one,
// or the one that the client chose in the body.
func (r *resources) newThing(c *call, res *resource, id string) (object, string, error) {
	request, body := res.request(), unpacked(c.sentThing(), res.shape)
	if id == "" {
		if name := chosenID(res.op, res.kind); name != "" {
			id = unquoted(body.at(name))
		}
	}
	thing := object{}
	if res.shape != nil {
		thing = res.shape.blank(request)
	}
	if id == "" {
		var err error
		if id, err = newLike(r.random, res.idForm()); err != nil {
			return nil, "", err
		}
	}
	thing = overlay(thing, body, res.shape, request)
	if res.shape != nil {
		thing = res.shape.parents(thing, c.path, res.param)
		thing = res.shape.stamp(thing, r.now(), true)
		thing = withTitle(res.shape, thing, nil)
		thing = res.shape.identified(thing, id)
	}
	return thing, id, nil
}

// sentThing is the body, where it is an object or a form.
func (c *call) sentThing() object {
	if _, isObject := c.body.(map[string]any); !isObject {
		return nil
	}
	if given, ok := parseObject(c.raw); ok {
		return given
	}
	given, _ := parseObject(textOf(c.body))
	return given
}

// request is the schema of what a client sends of a thing.
func (r *resource) request() *operation.Schema {
	if r.role == upserts && r.kind.post != nil {
		return r.kind.post.Body.JSON()
	}
	return r.op.Body.JSON()
}

// withTitle gives a thing that has a "_title" one that a person knows it by. A
// title of its own, one that old has too or the client sent, stays.
func withTitle(s *shape, thing, old object) object {
	now := thing.at("_title")
	own := now != nil && string(now) != string(s.least.at("_title")) && (old == nil || string(now) != string(titleOf(old)))
	if title := titleOf(thing); !own && title != nil && schema.Declares(s.thing, "_title") {
		return thing.with("_title", title)
	}
	return thing
}

// titleOf is a title made of a thing's names, nil where it has none.
func titleOf(thing object) jsontext.Value {
	for _, names := range [][]string{{"name"}, {"title"}, {"first_name", "last_name"}, {"company_name"}} {
		title := ""
		for _, name := range names {
			if value := thing.at(name); value.Kind() == '"' {
				title = joined(title, unquoted(value))
			}
		}
		if title != "" {
			return quoted(title)
		}
	}
	return nil
}

func joined(first, second string) string {
	if first == "" {
		return second
	}
	return first + " " + second
}

// answer is the operation's success with the thing as its body, in the form
// that the definition gives it; nil where a sample has to do.
func (r *resource) answer(thing object, id string) *answer {
	if r.shape == nil {
		return nil
	}
	fitting, ok := r.shape.fit(r.shape.identified(thing, id))
	if !ok {
		return nil
	}
	return &answer{status: successStatus(r.op), mediaType: r.shape.mediaType, body: r.shape.wrap(fitting.text())}
}
