package paging

import (
	"encoding/binary"
	"fmt"
	"hash/fnv"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/epilot-cli/epilot/internal/convention"
	"github.com/epilot-cli/epilot/internal/failure"
	"github.com/epilot-cli/epilot/internal/httpx"
)

// A list ends when the server says so, when all items have been counted, or with an
// empty page. Servers get each of these wrong: this file makes every list finite and
// keeps an incomplete one from looking complete.

const (
	mostEmpty  = 100 // empty pages in a row
	incomplete = "what is written is not complete"
	excerpt    = 200 // bytes of an error body to include in a message
)

// ending tracks what the pages so far say about the end of the list.
type ending struct {
	seen  map[uint64]int  // hash of a page's items → page number
	asked map[uint64]bool // hashes of the requests so far

	items int
	empty int // consecutive empty pages
	most  int // largest total reported
	last  int // latest total reported, -1 if none
	name  string
	whole bool // the total exceeded a page, so it counts the complete list
}

func newEnding() *ending {
	return &ending{seen: map[uint64]int{}, asked: map[uint64]bool{}, last: -1}
}

// asks records a request and reports whether it is new.
func (e *ending) asks(req *http.Request, headers ...string) bool {
	body, _ := bodyOf(req)
	key := sum([]byte(req.URL.String()), body, []byte(strings.Join(headers, "\n")))
	known := e.asked[key]
	e.asked[key] = true
	return !known
}

// sum is stable across runs because a journal stores it to recognize pages.
func sum[T ~[]byte](texts ...T) uint64 {
	hash := fnv.New64a()
	for _, text := range texts {
		_, _ = hash.Write(binary.AppendUvarint(nil, uint64(len(text))))
		_, _ = hash.Write(text)
	}
	return hash.Sum64()
}

// repeats returns an error if the page has the items of an earlier one.
func (e *ending) repeats(page *Page, n int) error {
	if len(page.Items) == 0 {
		return nil
	}
	key := sum(page.Items...)
	if earlier, known := e.seen[key]; known {
		return failure.New(failure.Network, "page %d repeats page %d", n, earlier).Hintf("%s", incomplete)
	}
	e.seen[key] = n
	return nil
}

// counts adds a page to the statistics. Endless empty pages are an error.
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

// ended reports whether a list of numbered pages has no more of them. A short page
// proves nothing because the server may have a lower limit. Neither does a total
// that could count only the page, that has shrunk, or that the items already exceed.
// In these cases one more page, an empty one, is requested.
func (w *walk) ended(p param, at *Page) bool {
	if len(at.Items) == 0 {
		return true
	}
	return at.more() != hasMore && w.end.whole && w.reached(p) == w.end.most
}

// reached returns how many items precede the next page.
func (w *walk) reached(p param) int {
	if isOffset(p) {
		return p.number(w.start, 0) + w.end.items
	}
	return w.end.items
}

// once rejects a request that the walk has already made.
func (w *walk) once(at *Page, req *http.Request) (*http.Request, error) {
	var header string
	if w.method != nil && w.method.param.in == "header" {
		header = w.method.param.get(req)
	}
	switch {
	case w.end.asks(req, header):
		return req, nil
	case len(at.Items) == 0 && at.more() != hasMore: // some lists end by repeating the cursor
		return nil, nil
	}
	return nil, failure.New(failure.Network, "page %d of %s links to an earlier page", w.number, w.Operation.ID).
		Hintf("the server repeats its pages; %s", incomplete)
}

// unfollowedError ends a list whose last page leads nowhere. It returns an error if
// that page says that there is more.
func (w *walk) unfollowedError(at *Page, stated more) error {
	id := w.Operation.ID
	isPaged := w.led || len(w.methods) > 0
	switch {
	case stated == hasMore:
		return failure.New(failure.Network, "page %d of %s says that there are more items, but not how to get them", w.number, id).
			Hintf("%s; remove --all for one page", incomplete)
	case !isPaged && at.lookup(explicitCursors()) != nil:
		return failure.New(failure.Network, "%s has more pages, but no parameter for the next one", id).
			Hintf("%s; remove --all for one page", incomplete)
	case w.lacks(at):
		w.warn("the response has " + strconv.Quote(w.end.name) + ": " + strconv.Itoa(w.end.last) + ", but its pages have " + strconv.Itoa(w.end.items) + " items")
	case !isPaged:
		w.warn("--all has no effect: " + id + " is not paginated")
	}
	return nil
}

// explicitCursors are names that only a next page uses.
func explicitCursors() []string {
	return slices.DeleteFunc(convention.Cursors(""), func(name string) bool { return name == "next" || !isExplicit(name) })
}

// lacks reports whether a list that was read from its start ended with fewer items
// than its total, without the server saying that it was the end.
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

// fetch gets a page after the first. Any problem is a failure because earlier pages
// have been written. It returns a nil page if the server refuses a page that a
// complete list does not need.
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

// isBeyond reports whether a status may mean that the page is past the last one.
func (w *walk) isBeyond(status int) bool {
	beyond := status == http.StatusBadRequest || status == http.StatusNotFound || status == http.StatusRequestedRangeNotSatisfiable
	return beyond && !w.led && w.end.last >= 0 && w.reached(w.method.param) >= w.end.most
}

func (w *walk) refused(resp *http.Response, text []byte) error {
	// Redact before cutting: a secret cut in two is not recognized.
	shown := strings.Join(strings.Fields(w.redact(string(text))), " ")
	shown = strings.ToValidUTF8(shown[:min(len(shown), excerpt)], "")
	failed := httpx.Refusal(fmt.Sprintf("page %d of %s returned ", w.number+1, w.Operation.ID), resp.StatusCode, shown)
	if resp.StatusCode < http.StatusBadRequest {
		failed.Kind = failure.Network
	}
	return failed.Hintf("the list is incomplete: it has %s of the pages before", failure.Count(w.end.items, "item"))
}

func (o *Options) readAll(resp *http.Response) ([]byte, error) {
	defer resp.Body.Close()
	return o.Budget.Meter(failure.Network, "a page of the response").ReadAll(resp.Body)
}
