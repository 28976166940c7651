package resource

import (
	"bytes"
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
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
	if res.row != nil {
		s := &source{c: c, now: r.now()}
		for _, set := range res.row.sets {
			if value := s.value(set.value); value != nil {
				q := search.Query(search.Equal{Field: set.member, Texts: s.texts(value)})
				if set.operator == opToggle {
					q = search.AnyOf(q, search.Missing(set.member))
				}
				wanted.all = append(wanted.all, q)
			}
		}
	}
	p := &page{window: windowOf(c), selection: wanted, deleted: c.Value("include_deleted") == "true", scores: c.Value("include_scores") == "true"}
	hasState := false
	err = r.store.View(c.HTTP.Context(), func(tx *bolt.Tx) error {
		hasState = true
		return r.fill(c, res, tx, p)
	})
	if err == nil && !hasState {
		err = r.fill(c, res, nil, p)
	}
	if err != nil {
		return nil, err
	}
	if p.hits.seen == 0 && !res.kind.closed && p.window.offset == 0 {
		return nil, nil // without creations, the sample is the only resource
	}
	c.Kept = true
	if p.known != nil {
		return p.known, nil
	}
	a := res.listResponse(c, p)
	if a != nil && p.key != "" {
		p.hits.pages.keep(p.key, a)
	}
	return a, nil
}

// maxSearch is the maximum duration of a search. No other request can write meanwhile.
const maxSearch = 5 * time.Second

// each visits the resources of the request's collection, or those of the eligible
// collections one level below. It stops when the request ends.
func (r *endpoint) each(c *message.Request, tx *bolt.Tx, eligible func(store.Collection) bool, visit func(*store.Item) bool) error {
	return r.eachIn(c, tx, eligible, func(_ store.Collection, item *store.Item) bool { return visit(item) })
}

// eachIn is like each, but also passes the collection of the resource.
func (r *endpoint) eachIn(c *message.Request, tx *bolt.Tx, eligible func(store.Collection) bool, visit func(store.Collection, *store.Item) bool) error {
	collections := []store.Collection{r.collection(c)}
	if r.below != nil && tx != nil {
		collections = slices.DeleteFunc(collections[0].Below(tx), func(s store.Collection) bool {
			return slices.Contains(r.below, s.Name[strings.LastIndexByte(s.Name, '/')+1:]) || !eligible(s)
		})
	}
	ctx, cancel := context.WithTimeoutCause(c.HTTP.Context(), maxSearch,
		message.Refuse(http.StatusServiceUnavailable, "the search took longer than %s", maxSearch))
	defer cancel()
	count := 0
	for _, s := range collections {
		if !eachBuiltin(tx, s, func(item *store.Item) bool { return visit(s, item) }) {
			break
		}
		if tx == nil {
			continue
		}
		more := s.Each(tx, func(item *store.Item) bool {
			if count++; count%64 == 0 && ctx.Err() != nil {
				return false
			}
			return visit(s, item)
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

// page is the part of a list that a request asks for.
type page struct {
	key   string            // of the response in the cache of the hits; "" if it cannot be cached
	known *message.Response // the cached response, or nil

	deleted   bool // include resources that can be restored
	window    window
	selection *selection
	hits      *hits
	matches   []match // on the page, in order
	aggs      jsontext.Value
	scores    bool // show the score of each resource
}

// deletedMember is the time at which a restorable resource was removed.
const deletedMember = "_deleted_at"

// isDeleted reports whether a stored resource is removed but can be restored.
func isDeleted(text []byte) bool {
	if !bytes.Contains(text, []byte(`"`+deletedMember+`"`)) {
		return false
	}
	members, _ := jsonx.ParseObject(text)
	return members.Get(deletedMember).Kind() == '"'
}

// match is a resource in a response.
type match struct {
	id       string
	resource jsonx.Object
}

// listResponse returns the operation's success with the page, or nil if only a
// sample is valid.
func (r *endpoint) listResponse(c *message.Request, p *page) *message.Response {
	items := make([][]byte, 0, len(p.matches))
	fields := fieldsOf(c)
	for _, f := range p.matches {
		if resource, ok := r.element.conform(r.element.withID(f.resource, f.id)); ok {
			items = append(items, fields.only(resource, r.element).Text())
		}
	}
	list := jsonx.ArrayOf(items)
	text := r.shape.wrap(list)
	if whole, ok := jsonx.ParseObject(text); ok && len(r.shape.path) > 0 {
		text = p.window.setCounts(whole, r.shape.whole, len(p.hits.all)).Text()
	}
	if len(r.shape.path) > 1 {
		text = r.countInside(text, p)
	}
	text = r.withSearchMembers(text, p)
	if value, err := schema.Decode(text); err != nil || len(schema.Check(r.shape.whole, value, schema.Response)) > 0 {
		return nil
	}
	return &message.Response{Status: message.SuccessStatus(r.op), MediaType: r.shape.mediaType, Body: text}
}

// countInside sets the counts one level down, next to the list.
func (r *endpoint) countInside(text jsontext.Value, p *page) jsontext.Value {
	outer, _ := jsonx.ParseObject(text)
	name := r.shape.path[0]
	inner, ok := jsonx.ParseObject(outer.Get(name))
	if !ok {
		return text
	}
	return outer.With(name, p.window.setCounts(inner, schema.Member(r.shape.whole, name), len(p.hits.all)).Text()).Text()
}

// window is the range of a list that a request asks for.
type window struct {
	offset int
	size   int // -1: unlimited
	cursor bool
}

// defaultSize is the page size if the definition has paging but no default.
const defaultSize = 100

// windowOf reads the window from the request's query or body.
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

// maxIntParam exceeds any number of resources; the product of two such numbers
// does not overflow.
const maxIntParam = 1 << 30

// intParam returns a numeric parameter of the request, or the offset in a cursor.
func intParam(c *message.Request, name string, fallback int) int {
	return min(intOf(strings.TrimPrefix(c.Value(name), cursorPrefix), fallback), maxIntParam)
}

// cursorPrefix precedes the offset in a cursor, to discourage clients from
// parsing it.
const cursorPrefix = "after-"

// pagingParam returns the schema of a query parameter or member of the body, or
// nil if the operation has none with the name.
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

// setCounts sets the counts around a list, in the schema's order.
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

// last reports whether the window is at the end of the list.
func (w window) last(total int) bool { return w.size < 0 || w.offset+w.size >= total }

// counts returns the window's value for a member, or nil if it has none that is valid.
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

// isAboutPages reports whether a member is an object with counts. Links are URLs.
func isAboutPages(name string) bool {
	return slices.Contains(convention.PageObjects(), name) && !slices.Contains(convention.LinkObjects(), name)
}

// count returns the value of a member that counts, or nil for any other member.
func (w window) count(name string, total int) jsontext.Value {
	switch {
	case slices.Contains(convention.Totals(), name):
		return number(total)
	case slices.Contains(convention.MoreFlags(), name):
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

// pageCache caches responses with pages of a search. It belongs to the hits of the
// search, and so is forgotten when the state changes: each distinct response is
// validated once. The zero value is ready for use.
type pageCache struct {
	mu     sync.Mutex
	cached map[string]*message.Response
	size   int // of the bodies, in bytes
}

const (
	maxPage  = 256 << 10 // the maximum size of a cached body, in bytes
	maxPages = 1 << 20   // and of all those of a search
)

// pageKey returns what selects a page of the hits, or "" if the response cannot be
// cached.
func pageKey(c *message.Request) string {
	if c.Op.Method != http.MethodGet || len(c.Raw) > 0 || c.Value("hydrate") == "true" {
		return ""
	}
	return "?" + c.HTTP.URL.RawQuery
}

// find returns the response for a page, or nil.
func (p *pageCache) find(key string) *message.Response {
	p.mu.Lock()
	defer p.mu.Unlock()
	known, ok := p.cached[key]
	if !ok {
		return nil
	}
	own := *known // a copy: the caller may add headers for this request
	return &own
}

func (p *pageCache) keep(key string, a *message.Response) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(a.Body) > maxPage || p.size+len(a.Body) > maxPages {
		return
	}
	if p.cached == nil {
		p.cached = map[string]*message.Response{}
	}
	own := *a
	p.cached[key] = &own
	p.size += len(a.Body)
}
