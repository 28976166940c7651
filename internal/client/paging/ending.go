package paging

import (
	"hash/maphash"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/epilot-cli/epilot/internal/convention"
	"github.com/epilot-cli/epilot/internal/failure"
)

// A list ends where the server says so, where its items are counted, or with an
// empty page. Servers are wrong about each of these: this file keeps what is
// incomplete from looking complete, and every list finite.

const (
	mostEmpty  = 100 // empty pages in a row
	incomplete = "what is written is not complete"
	excerpt    = 200 // bytes of an error's body that a message shows
)

// ending is what the pages so far have shown of the end.
type ending struct {
	seed  maphash.Seed
	seen  map[uint64]int  // the items of a page → its number
	asked map[uint64]bool // requests

	items int
	empty int // pages in a row
	most  int // the largest total that was said
	last  int // the total that was said last, -1 for none
	name  string
	whole bool // the total was larger than a page: it is not the page's own
}

func newEnding() *ending {
	return &ending{seed: maphash.MakeSeed(), seen: map[uint64]int{}, asked: map[uint64]bool{}, last: -1}
}

// asks remembers a request, and reports whether it is new.
func (e *ending) asks(req *http.Request, headers ...string) bool {
	body, _ := bodyOf(req)
	key := e.hash([]byte(req.URL.String()), body, []byte(strings.Join(headers, "\n")))
	known := e.asked[key]
	e.asked[key] = true
	return !known
}

func (e *ending) hash(texts ...[]byte) uint64 {
	var hash maphash.Hash
	hash.SetSeed(e.seed)
	for _, text := range texts {
		_, _ = hash.Write(text)
		_ = hash.WriteByte(',')
	}
	return hash.Sum64()
}

// repeats is the error for a page that has the items of an earlier one.
func (e *ending) repeats(page *Page, n int) error {
	if len(page.Items) == 0 {
		return nil
	}
	key := e.hash(page.Items...)
	if earlier, known := e.seen[key]; known {
		return failure.New(failure.Network, "page %d repeats page %d", n, earlier).Hintf("%s", incomplete)
	}
	e.seen[key] = n
	return nil
}

// counts adds a page to what is known. Pages that are empty for ever are an
// error.
func (e *ending) counts(page *Page) error {
	n := len(page.Items)
	e.items += n
	e.empty++
	if n > 0 {
		e.empty = 0
	}
	if name, total := page.total(); total >= 0 {
		e.name, e.last, e.most = name, total, max(e.most, total)
		e.whole = e.whole || total > n
	}
	if e.empty > mostEmpty {
		return failure.New(failure.Network, "%d pages in a row have no items", mostEmpty).Hintf("%s", incomplete)
	}
	return nil
}

// ended reports that a list whose pages are counted has no more of them. A page
// that is short proves nothing, as the server may have a limit of its own; nor
// does a total that may be the page's own, that was larger before, or that the
// items have passed already. Then one more page is asked for, an empty one.
func (w *walk) ended(p param, at *Page) bool {
	if len(at.Items) == 0 {
		return true
	}
	return at.more() != hasMore && w.end.whole && w.reached(p) == w.end.most
}

// reached is how many items of the list come before the next page.
func (w *walk) reached(p param) int {
	if isOffset(p) {
		return p.number(w.start, 0) + w.end.items
	}
	return w.end.items
}

// once leads nowhere where the walk has been.
func (w *walk) once(at *Page, req *http.Request) (*http.Request, error) {
	var header string
	if w.method != nil && w.method.param.in == "header" {
		header = w.method.param.get(req)
	}
	switch {
	case w.end.asks(req, header):
		return req, nil
	case len(at.Items) == 0 && at.more() != hasMore: // the same cursor again is how some lists end
		return nil, nil
	}
	return nil, failure.New(failure.Network, "page %d of %s leads to a page that was read before", w.number, w.Operation.ID).
		Hintf("the server pages in a circle; %s", incomplete)
}

// unfollowed ends a list whose last page leads nowhere. It is an error where
// that page says that there is more.
func (w *walk) unfollowedError(at *Page, stated more) error {
	id := w.Operation.ID
	isPaged := w.led || len(w.methods) > 0
	switch {
	case stated == hasMore:
		return failure.New(failure.Network, "page %d of %s says that there are more items, but not how to get them", w.number, id).
			Hintf("%s; leave out --all for one page", incomplete)
	case !isPaged && at.lookup(explicitCursors()) != nil:
		return failure.New(failure.Network, "%s has more pages, but no parameter for the next one", id).
			Hintf("%s; leave out --all for one page", incomplete)
	case w.lacks(at):
		w.warn("the response has " + strconv.Quote(w.end.name) + ": " + strconv.Itoa(w.end.last) + ", but its pages have " + strconv.Itoa(w.end.items) + " items")
	case !isPaged:
		w.warn("--all has no effect: " + id + " is not paginated")
	}
	return nil
}

// explicitCursors are names that nothing but a next page has.
func explicitCursors() []string {
	return slices.DeleteFunc(convention.Cursors(""), func(name string) bool { return name == "next" || !isExplicit(name) })
}

// lacks reports whether the list began at its beginning and ended, without a
// word of the server, before as many items as it counts.
func (w *walk) lacks(at *Page) bool {
	p := param{}
	if w.method != nil {
		p = w.method.param
	}
	for _, m := range w.methods {
		if text := m.param.get(w.start); !isOffset(m.param) && m.isBegun(w.start) && text != "0" && text != "1" {
			return false
		}
	}
	return w.end.last > w.reached(p) && !at.saysEnd()
}

// fetch gets a page after the first one. Whatever is wrong with it is a failure:
// the pages before are written already. The page is nil where the server
// refuses one that a complete list does not need.
func (w *walk) fetch(req *http.Request) (*Page, error) {
	resp, err := w.Send(req)
	if err != nil {
		return nil, err
	}
	text, broken := w.readAll(resp)
	switch {
	case broken != nil:
		return nil, broken
	case !succeeded(resp) && w.isBeyond(resp.StatusCode):
		return nil, nil
	case !succeeded(resp):
		return nil, w.refused(resp, text)
	}
	page, ok := read(text, w.path, "")
	if !ok {
		return nil, failure.New(failure.Network, "page %d of %s is not the list that page 1 was", w.number+1, w.Operation.ID).
			Hintf("the earlier pages are written; the list is incomplete")
	}
	page.Response = replaced(resp, http.NoBody)
	return page, nil
}

// isBeyond reports whether a status may mean that a page after the last one was
// asked for.
func (w *walk) isBeyond(status int) bool {
	beyond := status == http.StatusBadRequest || status == http.StatusNotFound || status == http.StatusRequestedRangeNotSatisfiable
	return beyond && !w.led && w.end.last >= 0 && w.reached(w.method.param) >= w.end.most
}

func (w *walk) refused(resp *http.Response, text []byte) error {
	kind := failure.API
	if resp.StatusCode < http.StatusBadRequest {
		kind = failure.Network
	}
	excerpted := strings.Join(strings.Fields(string(text[:min(len(text), excerpt)])), " ")
	failed := failure.New(kind, "page %d of %s was answered %d %s: %s", w.number+1, w.Operation.ID,
		resp.StatusCode, http.StatusText(resp.StatusCode), w.redact(excerpted))
	failed.Status = resp.StatusCode
	return failed.Hintf("%d items of earlier pages are written; the list is incomplete", w.end.items)
}

func (o *Options) readAll(resp *http.Response) ([]byte, error) {
	defer resp.Body.Close()
	return o.Budget.Meter(failure.Network, "a page of the response").ReadAll(resp.Body)
}
