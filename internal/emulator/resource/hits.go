package resource

import (
	"bytes"
	"cmp"
	"maps"
	"net/http"
	"path"
	"slices"
	"sort"
	"strconv"
	"strings"
	"sync"

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

// hits are all results of a search, in order. Finding them reads every resource
// of the collection, so the hits of the latest searches are cached until the
// state changes: the pages of an export then read only their own resources.
type hits struct {
	all  []hit
	seen int // the number of resources in the collections, matching or not

	pages pageCache
}

// hit is the location of a result, with its sort values.
type hit struct {
	collection store.Collection
	id         string
	number     uint64 // creation order
	keys       []search.Key
	score      float64 // 0 if it does not matter
}

// position returns the position of a hit among those with the same sort values: they
// are ordered by collection and creation. It is the last element of "sort_end",
// and does not change when other resources are added or removed.
func (h *hit) position() string {
	return strconv.FormatUint(h.number, 10) + "/" + h.collection.Name[strings.LastIndexByte(h.collection.Name, '/')+1:]
}

// isBehind reports whether a hit comes after a place.
func (h *hit) isBehind(place string) bool {
	digits, last, _ := strings.Cut(place, "/")
	number, _ := strconv.ParseUint(digits, 10, 64)
	own := h.collection.Name[strings.LastIndexByte(h.collection.Name, '/')+1:]
	return cmp.Or(strings.Compare(own, last), cmp.Compare(h.number, number)) > 0
}

// maxHitLists is the maximum number of cached searches; the cache is cleared when
// it is full.
const maxHitLists = 8

// hitCache caches the hits of searches. The zero value is ready for use.
type hitCache struct {
	mu    sync.Mutex
	lists map[string]cachedHits
}

type cachedHits struct {
	transaction int   // the last transaction of the state file
	size        int64 // of the file
	hits        *hits
}

func (h *hitCache) find(key string, tx *bolt.Tx) *hits {
	h.mu.Lock()
	defer h.mu.Unlock()
	if known, ok := h.lists[key]; ok && known.transaction == tx.ID() && known.size == tx.Size() {
		return known.hits
	}
	return nil
}

func (h *hitCache) keep(key string, tx *bolt.Tx, found *hits) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.lists == nil || len(h.lists) >= maxHitLists {
		h.lists = map[string]cachedHits{}
	}
	h.lists[key] = cachedHits{tx.ID(), tx.Size(), found}
}

// hitKey returns a request's search without its paging parameters, or "" if the
// result depends on the time.
func hitKey(c *message.Request) string {
	paging := slices.Concat(convention.SizeParams(), convention.OffsetParams(), convention.PageParams(), convention.CursorParams(),
		convention.SearchAfterParams(), convention.LastItemParams(), []string{"fields", "stable_for", "stable_query_id", "hydrate"})
	var key strings.Builder
	key.WriteString(c.API.Name + " " + c.Op.ID)
	for _, name := range slices.Sorted(maps.Keys(c.Path)) {
		key.WriteString("\n" + name + "=" + c.Path[name])
	}
	for _, name := range slices.Sorted(maps.Keys(c.Query)) {
		if !slices.Contains(paging, name) {
			key.WriteString("\n?" + name + "=" + strings.Join(c.Query[name], "\x00"))
		}
	}
	for _, m := range c.Object() {
		if !slices.Contains(paging, m.Name) {
			key.WriteString("\n" + m.Name + ":" + string(m.Value))
		}
	}
	if strings.Contains(key.String(), "now") {
		return ""
	}
	return key.String()
}

// fill finds the resources of a page.
func (r *Service) fill(c *message.Request, res *endpoint, tx *bolt.Tx, p *page) error {
	if err := c.HTTP.Context().Err(); err != nil {
		return err
	}
	key := hitKey(c)
	aggs := c.Object().Get("aggs")
	if tx != nil && key != "" && aggs == nil {
		if p.hits = r.hits.find(key, tx); p.hits != nil {
			p.key = pageKey(c)
		}
	}
	if p.key != "" {
		if p.known = p.hits.pages.find(p.key); p.known != nil {
			return nil
		}
	}
	if p.hits == nil {
		waits, err := r.gather(c, res, tx, p, aggs)
		if err != nil {
			return err
		}
		if tx != nil && key != "" && !waits {
			r.hits.keep(key, tx, p.hits)
		}
	}
	p.from(c)
	for _, one := range p.window.of(p.hits.all) {
		if found := find(tx, one.collection, one.id); found != nil {
			resource, _ := jsonx.ParseObject(bytes.Clone(r.due(found.Text)))
			if tx != nil && c.Value("hydrate") == "true" {
				resource = hydrated(tx, resource)
			}
			if p.scores {
				resource = resource.With("_score", jsontext.Value(strconv.FormatFloat(one.score, 'f', -1, 64)))
			}
			p.matches = append(p.matches, match{one.id, resource})
		}
	}
	return nil
}

// of returns the hits in the window.
func (w window) of(all []hit) []hit {
	all = all[min(w.offset, len(all)):]
	if w.size >= 0 {
		all = all[:min(w.size, len(all))]
	}
	return all
}

// gather reads all resources that can match. waits reports whether one of them
// changes later without a write.
func (r *Service) gather(c *message.Request, res *endpoint, tx *bolt.Tx, p *page, aggs jsontext.Value) (waits bool, err error) {
	p.hits = &hits{}
	var resources []jsonx.Object
	order := p.selection.order
	ranks := len(order) == 0 && search.Ranks(p.selection.all)
	unknown := p.selection.unknownOrder(res)
	err = res.eachIn(c, tx, p.selection.within, func(at store.Collection, item *store.Item) bool {
		p.hits.seen++
		waits = waits || bytes.Contains(item.Text, []byte(laterMember))
		text := r.due(item.Text)
		unknown = slices.DeleteFunc(unknown, func(field string) bool { return bytes.Contains(text, object.Quote(field)) })
		if !p.deleted && isDeleted(text) || !p.selection.quick(text) {
			return true
		}
		one := hit{collection: at, id: item.Id, number: item.Number}
		if !p.selection.isAll() || len(order) > 0 || aggs != nil || p.scores {
			resource, ok := jsonx.ParseObject(text)
			if !ok || !p.selection.matches(resource) {
				return true
			}
			one.keys = search.Keys(order, resource)
			if ranks || p.scores {
				one.score = search.Score(p.selection.all, resource)
			}
			if aggs != nil {
				clone, _ := jsonx.ParseObject(bytes.Clone(text))
				resources = append(resources, clone)
			}
		}
		p.hits.all = append(p.hits.all, one)
		return true
	})
	if err != nil {
		return false, err
	}
	if len(unknown) > 0 && p.hits.seen > 0 {
		return false, message.Refuse(http.StatusBadRequest, "cannot sort by %q: no %s has this field", unknown[0], strings.ReplaceAll(res.kind.name, "-", " "))
	}
	if ranks {
		slices.SortStableFunc(p.hits.all, func(a, b hit) int { return cmp.Compare(b.score, a.score) })
	}
	if len(order) > 0 {
		slices.SortStableFunc(p.hits.all, func(a, b hit) int { return search.CompareKeys(order, a.keys, b.keys) })
	}
	if aggs != nil {
		p.aggs, err = search.Aggregate(aggs, resources)
		if err != nil {
			return false, message.Refuse(400, "%s", err)
		}
	}
	return waits, nil
}

// from moves the window after the position in search_after: the sort values of a
// resource, and then its place among those with the same values. A cursor that is an
// object names the last resource by its id, as do parameters such as after_id.
func (p *page) from(c *message.Request) {
	for _, name := range convention.LastItemParams() {
		if id := c.Value(name); id != "" && pagingParam(c.Op, name) != nil {
			p.window.offset = 1 + slices.IndexFunc(p.hits.all, func(h hit) bool { return h.id == id })
		}
	}
	for _, name := range convention.CursorParams() {
		if cursor := c.Object().Get(name); cursor.Kind() == '{' {
			ids := object.Leaves(cursor)
			p.window.offset = 1 + slices.IndexFunc(p.hits.all, func(h hit) bool { return slices.Contains(ids, h.id) })
		}
	}
	var after []string
	for _, name := range convention.SearchAfterParams() {
		for _, element := range object.Elements(c.Object().Get(name)) {
			after = append(after, jsonx.Unquote(element))
		}
	}
	if len(after) == 0 {
		return
	}
	order := p.selection.order
	keys := search.KeysOf(order, after)
	p.window.offset = sort.Search(len(p.hits.all), func(i int) bool {
		one := &p.hits.all[i]
		found := search.CompareKeys(order, one.keys, keys)
		return found > 0 || found == 0 && len(after) > len(order) && one.isBehind(after[len(order)])
	})
}

// sortEnd returns the sort values of the last resource on the page and its place,
// or nil for an empty page.
func (p *page) sortEnd() jsontext.Value {
	last := p.window.offset + len(p.matches) - 1
	if len(p.matches) == 0 || last >= len(p.hits.all) {
		return nil
	}
	one := p.hits.all[last]
	var elements []jsontext.Value
	for _, key := range one.keys {
		switch {
		case !key.Has:
			elements = append(elements, jsontext.Value("null"))
		case isNumber(key.Text):
			elements = append(elements, jsontext.Value(key.Text))
		default:
			elements = append(elements, object.Quote(key.Text))
		}
	}
	return jsonx.ArrayOf(append(elements, object.Quote(one.position())))
}

func isNumber(text string) bool {
	_, err := strconv.ParseFloat(text, 64)
	return err == nil && jsontext.Value(text).IsValid() && jsontext.Value(text).Kind() == '0'
}

// fields are the members that a search asks for: names with * and ?, and
// exclusions with a leading "!". The zero value selects all.
type fields struct{ include, exclude []string }

func fieldsOf(c *message.Request) fields {
	texts := c.Query["fields"]
	for _, element := range object.Elements(c.Object().Get("fields")) {
		texts = append(texts, jsonx.Unquote(element))
	}
	var f fields
	for _, text := range texts {
		for name := range strings.SplitSeq(text, ",") {
			name = strings.TrimSpace(name)
			if left, ok := strings.CutPrefix(name, "!"); ok {
				f.exclude = append(f.exclude, left)
			} else if name != "" {
				f.include = append(f.include, name)
			}
		}
	}
	return f
}

// only returns the selected members, and those that the definition requires.
func (f fields) only(resource jsonx.Object, s *shape) jsonx.Object {
	if len(f.include)+len(f.exclude) == 0 {
		return resource
	}
	var left jsonx.Object
	for _, m := range resource {
		wanted := len(f.include) == 0 || slices.ContainsFunc(f.include, func(pattern string) bool { return names(pattern, m.Name) })
		excluded := slices.Contains(f.exclude, m.Name)
		if wanted && !excluded || s != nil && s.least.Get(m.Name) != nil && isRequired(s, m.Name) {
			left = append(left, m)
		}
	}
	return left
}

func isRequired(s *shape, name string) bool {
	for _, part := range s.resource.Parts() {
		if slices.Contains(part.Required, name) {
			return true
		}
	}
	return false
}

// names reports whether a pattern such as "first_*" or "address.city" selects a
// member.
func names(pattern, name string) bool {
	first, _, _ := strings.Cut(pattern, ".")
	matches, err := path.Match(first, name)
	return matches && err == nil
}

// withSearchMembers adds the other members of a search response.
func (r *endpoint) withSearchMembers(text jsontext.Value, p *page) jsontext.Value {
	whole, ok := jsonx.ParseObject(text)
	if !ok {
		return text
	}
	if schema.Declares(r.shape.whole, "sort_end") && len(p.selection.order) > 0 {
		whole = whole.Without("sort_end")
		if end := p.sortEnd(); end != nil {
			whole = whole.With("sort_end", end)
		}
	}
	if p.aggs != nil {
		whole = whole.With("aggregations", p.aggs)
	}
	for _, name := range convention.CursorParams() {
		if cursor := schema.Member(r.shape.whole, name); holdsObject(cursor) && p.window.cursor && !p.window.last(len(p.hits.all)) && len(p.matches) > 0 {
			whole = whole.With(name, cursorAt(p.matches[len(p.matches)-1], cursor).Text())
		}
	}
	return whole.Text()
}

// cursorAt returns the cursor after a resource: its id and its times.
func cursorAt(last match, s *openapi.Schema) jsonx.Object {
	cursor := jsonx.Object{}
	for _, name := range memberNames(s) {
		value := last.resource.Get(name)
		if value == nil {
			value = last.resource.Get("_" + name)
		}
		if name == "id" || strings.HasSuffix(name, "_id") {
			value = object.Quote(last.id)
		}
		if value != nil {
			cursor = cursor.With(name, value)
		}
	}
	return cursor
}
