package emulator

import (
	"bytes"
	"slices"

	"github.com/go-json-experiment/json/jsontext"
	bolt "go.etcd.io/bbolt"

	"github.com/epilot-cli/epilot/internal/schema"
)

// list answers GET /things and POST /things:search.
func (r *resources) list(c *call, res *resource) (*answer, error) {
	found := &page{window: windowOf(c), wanted: selectionOf(c, res)}
	err := r.store.view(c.request.Context(), func(tx *bolt.Tx) error {
		res.eachThing(c, tx, found.wanted.within, found.take)
		return nil
	})
	if err != nil {
		return nil, err
	}
	found.cut()
	return res.listAnswer(found), nil
}

// eachThing visits the things of the call's collection, or those of the
// collections one level below that come into question.
func (r *resource) eachThing(c *call, tx *bolt.Tx, eligible func(shelf) bool, visit func(*stored) bool) {
	shelves := []shelf{r.shelf(c)}
	if r.deep {
		shelves = slices.DeleteFunc(shelves[0].below(tx), func(s shelf) bool { return !eligible(s) })
	}
	for _, s := range shelves {
		if !s.each(tx, visit) {
			return
		}
	}
}

// page gathers what a call asks for.
type page struct {
	window window
	wanted *selection
	total  int
	things []found
}

// found is a thing that is part of an answer.
type found struct {
	id    string
	thing object
}

// take counts a thing that is wanted, and keeps it if it may be on the page:
// what has to be sorted is kept until all are known.
func (p *page) take(s *stored) bool {
	sorted := len(p.wanted.order) > 0
	inside := p.total >= p.window.offset && (p.window.size < 0 || p.total < p.window.offset+p.window.size)
	if p.wanted.isAll() && !sorted && !inside {
		p.total++
		return true
	}
	if !p.wanted.quick(s.text) {
		return true
	}
	thing, ok := parseObject(s.text)
	if !ok || !p.wanted.matches(thing) {
		return true
	}
	p.total++
	if sorted || inside {
		p.things = append(p.things, found{s.id, thing})
	}
	return true
}

// cut sorts where that is asked for, and leaves the page.
func (p *page) cut() {
	if len(p.wanted.order) == 0 {
		return
	}
	slices.SortStableFunc(p.things, func(a, b found) int { return p.wanted.compare(a.thing, b.thing) })
	p.things = p.things[min(p.window.offset, len(p.things)):]
	if p.window.size >= 0 {
		p.things = p.things[:min(p.window.size, len(p.things))]
	}
}

// listAnswer is the operation's success with the page in it, nil where a sample
// has to do.
func (r *resource) listAnswer(p *page) *answer {
	items := make([][]byte, 0, len(p.things))
	for _, f := range p.things {
		if thing, ok := r.element.fit(r.element.identified(f.thing, f.id)); ok {
			items = append(items, thing.text())
		}
	}
	list := slices.Concat([]byte{'['}, bytes.Join(items, []byte{','}), []byte{']'})
	text := r.shape.wrap(list)
	if whole, ok := parseObject(text); ok && len(r.shape.path) > 0 {
		text = p.window.counted(whole, r.shape.whole, p.total).text()
	}
	if len(r.shape.path) > 1 {
		text = r.countInside(text, p)
	}
	if value, err := schema.Decode(text); err != nil || len(schema.Check(r.shape.whole, value, schema.Response)) > 0 {
		return nil
	}
	return &answer{status: successStatus(r.op), mediaType: r.shape.mediaType, body: text}
}

// countInside sets the counts that stand one level lower, beside the list.
func (r *resource) countInside(text jsontext.Value, p *page) jsontext.Value {
	outer, _ := parseObject(text)
	name := r.shape.path[0]
	inner, ok := parseObject(outer.at(name))
	if !ok {
		return text
	}
	return outer.with(name, p.window.counted(inner, schema.Member(r.shape.whole, name), p.total).text()).text()
}
