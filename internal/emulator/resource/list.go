package resource

import (
	"bytes"
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/go-json-experiment/json/jsontext"
	bolt "go.etcd.io/bbolt"

	"github.com/epilot-cli/epilot/internal/convention"
	"github.com/epilot-cli/epilot/internal/emulator/message"
	"github.com/epilot-cli/epilot/internal/emulator/object"
	"github.com/epilot-cli/epilot/internal/emulator/search"
	"github.com/epilot-cli/epilot/internal/emulator/store"
	"github.com/epilot-cli/epilot/internal/jsonx"
	"github.com/epilot-cli/epilot/internal/openapi"
	"github.com/epilot-cli/epilot/internal/openapi/schema"
)

// list serves GET /resources and POST /resources:search.
func (r *Service) list(c *message.Request, res *endpoint) (*message.Response, error) {
	wanted, err := selectionOf(c, res, r.now())
	if err != nil {
		return nil, err
	}
	found := &page{window: windowOf(c), selection: wanted, deleted: c.Value("include_deleted") == "true"}
	hasState := false
	err = r.store.View(c.HTTP.Context(), func(tx *bolt.Tx) error {
		hasState = true
		return res.each(c, tx, found.selection.within, found.add)
	})
	if err == nil && !hasState {
		err = res.each(c, nil, found.selection.within, found.add)
	}
	if err != nil {
		return nil, err
	}
	found.trim()
	c.Kept = true
	return res.listResponse(found), nil
}

// maxSearch is how long a request may go through stored resources. While it
// does, no other one can write.
const maxSearch = 5 * time.Second

// each visits the resources of the call's collection, or those of the
// collections one level below that come into question. It ends with the request.
func (r *endpoint) each(c *message.Request, tx *bolt.Tx, eligible func(store.Collection) bool, visit func(*store.Item) bool) error {
	collections := []store.Collection{r.collection(c)}
	if r.allBelow && tx != nil {
		collections = slices.DeleteFunc(collections[0].Below(tx), func(s store.Collection) bool {
			return slices.Contains(r.literals, s.Name[strings.LastIndexByte(s.Name, '/')+1:]) || !eligible(s)
		})
	}
	ctx, cancel := context.WithTimeoutCause(c.HTTP.Context(), maxSearch,
		message.Refuse(http.StatusServiceUnavailable, "the search took longer than %s", maxSearch))
	defer cancel()
	count := 0
	for _, s := range collections {
		if !eachBuiltin(tx, s, visit) {
			break
		}
		if tx == nil {
			continue
		}
		more := s.Each(tx, func(item *store.Item) bool {
			if count++; count%64 == 0 && ctx.Err() != nil {
				return false
			}
			return visit(item)
		})
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if !more {
			break
		}
	}
	return nil
}

// page gathers what a call asks for.
type page struct {
	deleted   bool // resources that can be restored too
	window    window
	selection *selection
	total     int
	matches   []match
}

// deletedMember is the time at which a resource was removed that can be restored.
const deletedMember = "_deleted_at"

// isDeleted reports whether a stored resource is removed until it is restored.
func isDeleted(text []byte) bool {
	if !bytes.Contains(text, []byte(`"`+deletedMember+`"`)) {
		return false
	}
	members, _ := jsonx.ParseObject(text)
	return members.Get(deletedMember).Kind() == '"'
}

// match is a resource that is part of a response.
type match struct {
	id       string
	resource jsonx.Object
}

// add counts a resource that is wanted, and keeps it if it may be on the page:
// what has to be sorted is kept until all are known.
func (p *page) add(s *store.Item) bool {
	sorted := len(p.selection.order) > 0
	if !p.deleted && isDeleted(s.Text) {
		return true
	}
	inside := p.total >= p.window.offset && (p.window.size < 0 || p.total < p.window.offset+p.window.size)
	if p.selection.isAll() && !sorted && !inside {
		p.total++
		return true
	}
	if !p.selection.quick(s.Text) {
		return true
	}
	resource, ok := jsonx.ParseObject(bytes.Clone(s.Text))
	if !ok || !p.selection.matches(resource) {
		return true
	}
	p.total++
	if sorted || inside {
		p.matches = append(p.matches, match{s.Id, resource})
	}
	return true
}

// trim sorts where that is asked for, and leaves the page.
func (p *page) trim() {
	if len(p.selection.order) == 0 {
		return
	}
	slices.SortStableFunc(p.matches, func(a, b match) int { return search.Compare(p.selection.order, a.resource, b.resource) })
	p.matches = p.matches[min(p.window.offset, len(p.matches)):]
	if p.window.size >= 0 {
		p.matches = p.matches[:min(p.window.size, len(p.matches))]
	}
}

// listResponse is the operation's success with the page in it, nil where a sample
// has to do.
func (r *endpoint) listResponse(p *page) *message.Response {
	items := make([][]byte, 0, len(p.matches))
	for _, f := range p.matches {
		if resource, ok := r.element.conform(r.element.withID(f.resource, f.id)); ok {
			items = append(items, resource.Text())
		}
	}
	list := slices.Concat([]byte{'['}, bytes.Join(items, []byte{','}), []byte{']'})
	text := r.shape.wrap(list)
	if whole, ok := jsonx.ParseObject(text); ok && len(r.shape.path) > 0 {
		text = p.window.setCounts(whole, r.shape.whole, p.total).Text()
	}
	if len(r.shape.path) > 1 {
		text = r.countInside(text, p)
	}
	if value, err := schema.Decode(text); err != nil || len(schema.Check(r.shape.whole, value, schema.Response)) > 0 {
		return nil
	}
	return &message.Response{Status: message.SuccessStatus(r.op), MediaType: r.shape.mediaType, Body: text}
}

// countInside sets the counts that stand one level lower, beside the list.
func (r *endpoint) countInside(text jsontext.Value, p *page) jsontext.Value {
	outer, _ := jsonx.ParseObject(text)
	name := r.shape.path[0]
	inner, ok := jsonx.ParseObject(outer.Get(name))
	if !ok {
		return text
	}
	return outer.With(name, p.window.setCounts(inner, schema.Member(r.shape.whole, name), p.total).Text()).Text()
}

// window is the part of a list that a call asks for.
type window struct {
	offset int
	size   int // -1: all of it
	cursor bool
}

// defaultSize is the size of a page where the definition has one but no default.
const defaultSize = 100

// windowOf reads the window from the call's query or body.
func windowOf(c *message.Request) window {
	w := window{size: -1}
	for _, name := range convention.SizeParams() {
		if s := pagingParam(c.Op, name); s != nil {
			w.size = intParam(c, name, defaultOf(s, defaultSize))
			break
		}
	}
	for _, name := range convention.PageParams() {
		if s := pagingParam(c.Op, name); s != nil && w.size >= 0 {
			first := defaultOf(s, 1)
			w.offset = max(intParam(c, name, first)-first, 0) * w.size
		}
	}
	for _, name := range convention.OffsetParams() {
		if pagingParam(c.Op, name) != nil {
			w.offset += max(intParam(c, name, 0), 0)
		}
	}
	for _, name := range convention.CursorParams() {
		if pagingParam(c.Op, name) != nil {
			w.cursor = true
			w.offset += max(intParam(c, name, 0), 0)
		}
	}
	return w
}

// maxIntParam is more than a state can hold; the product of two such numbers
// is still one.
const maxIntParam = 1 << 30

// intParam is a number of resources that the call says, or a cursor.
func intParam(c *message.Request, name string, fallback int) int {
	return min(intOf(strings.TrimPrefix(c.Value(name), cursorPrefix), fallback), maxIntParam)
}

// cursorPrefix stands before the offset in a cursor: nobody should count on it.
const cursorPrefix = "after-"

// pagingParam is the schema of a query parameter or member of the body, nil where the
// operation has none of the name.
func pagingParam(op *openapi.Operation, name string) *openapi.Schema {
	if p := op.Param(name, "query"); p != nil {
		return p.Schema
	}
	if body := op.Body.JSON(); schema.Declares(body, name) {
		return schema.Member(body, name)
	}
	return nil
}

func intOf(text string, fallback int) int {
	if n, err := strconv.Atoi(text); err == nil {
		return n
	}
	return fallback
}

func defaultOf(s *openapi.Schema, fallback int) int {
	for _, part := range s.Parts() {
		if n, err := strconv.Atoi(part.Default); err == nil {
			return n
		}
	}
	return fallback
}

// setCounts sets the members around a list that count, in the schema's order.
func (w window) setCounts(around jsonx.Object, s *openapi.Schema, total int) jsonx.Object {
	complete := jsonx.Object{}
	for _, name := range memberNames(s) {
		value := around.Get(name)
		if count := w.counts(name, value, schema.Member(s, name), total); count != nil {
			value = count
		}
		if value != nil && !(w.cursor && isNext(name) && w.last(total)) {
			complete = append(complete, jsonx.Member{Name: name, Value: value})
		}
	}
	for _, m := range around {
		if complete.Get(m.Name) == nil && !isNext(m.Name) {
			complete = append(complete, m)
		}
	}
	return complete
}

// last reports whether nothing comes after the window.
func (w window) last(total int) bool { return w.size < 0 || w.offset+w.size >= total }

// counts is what the window says of one member, nil where that is nothing that
// fits.
func (w window) counts(name string, value jsontext.Value, s *openapi.Schema, total int) jsontext.Value {
	count := w.count(name, total)
	inner, isObject := jsonx.ParseObject(value)
	switch {
	case isObject && isAboutPages(name):
		count = w.setCounts(inner, s, total).Text()
	case count == nil && w.cursor && isNext(name) && !w.last(total):
		count = object.Quote(cursorPrefix + strconv.Itoa(w.offset+w.size))
	}
	if count == nil || !matchesSchema(s, count) {
		return nil
	}
	return count
}

func isAboutPages(name string) bool {
	return slices.Contains([]string{"pagination", "meta", "_meta", "paging", "page_info", "pageInfo"}, name)
}

// count is the value of a member that counts, nil for one that does not.
func (w window) count(name string, total int) jsontext.Value {
	switch {
	case slices.Contains([]string{
		"total", "hits", "count", "total_count", "totalCount", "total_results", "totalResults", "totalHits",
		"total_hits", "totalItems", "total_items",
	}, name):
		return number(total)
	case slices.Contains([]string{"has_more", "hasMore", "more", "has_next", "hasNext"}, name):
		return jsontext.Value(strconv.FormatBool(!w.last(total)))
	case w.size < 0:
		return nil
	case slices.Contains(convention.SizeParams(), name):
		return number(w.size)
	case slices.Contains(convention.OffsetParams(), name):
		return number(w.offset)
	case slices.Contains(convention.PageParams(), name) && w.size > 0:
		return number(w.offset/w.size + 1)
	}
	return nil
}

func isNext(name string) bool { return slices.Contains(convention.CursorParams(), name) }

func number(n int) jsontext.Value { return jsontext.Value(strconv.Itoa(n)) }
