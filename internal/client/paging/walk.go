package paging

import (
	"net/http"
	"slices"
	"strings"

	"github.com/epilot-cli/epilot/internal/convention"
	"github.com/epilot-cli/epilot/internal/failure"
	"github.com/epilot-cli/epilot/internal/httpx"
)

// walk is the state of one iteration.
type walk struct {
	*Pager
	start  *http.Request // of the first page
	path   []string      // the path to its list
	req    *http.Request // of the latest page
	value  []byte        // parameter value for the next page
	method *method       // the method in use; nil before the second page, or for links
	led    bool          // the response led to the latest page, no counting
	number int           // of the latest page, starting at 1
	end    *ending
}

// begin gets the first page.
func (p *Pager) begin(req *http.Request) (*walk, *Page, error) {
	req, err := p.First(req)
	if err != nil {
		return nil, nil, err
	}
	if p.From != nil {
		return p.resume(req)
	}
	w := &walk{Pager: p, start: req, req: req, end: newEnding()}
	w.end.asks(req)
	resp, err := p.Send(req)
	if err != nil {
		return nil, nil, err
	}
	if !succeeded(resp) {
		return w, &Page{Response: resp}, nil
	}
	text, broken := p.readAll(resp)
	page, isList := read(text, nil, arrayOf(p.Operation))
	if broken != nil || !isList {
		if broken == nil {
			p.warn("the response of " + p.Operation.ID + " is not a list; --all has no effect")
		}
		return w, &Page{Response: replaced(resp, &body{text: text, end: broken})}, nil
	}
	page.Response, page.walk = replaced(resp, http.NoBody), w
	w.number, w.path = 1, page.path
	w.end.counts(page)
	return w, page, w.end.repeats(page, w.number)
}

func succeeded(resp *http.Response) bool { return resp.StatusCode >= 200 && resp.StatusCode <= 299 }

// next gets the page after this one, nil at the end of the list.
func (w *walk) next(at *Page) (*Page, error) {
	req, err := w.after(at)
	for req != nil && err == nil {
		var page *Page
		if page, err = w.fetch(req); page == nil || err != nil {
			return nil, err
		}
		repeated := w.end.repeats(page, w.number+1)
		switch {
		case repeated == nil:
			w.req, w.number, page.walk = req, w.number+1, w
			return page, w.end.counts(page)
		case !w.led && w.wasFirst(req):
			req, err = w.unasked(at, number(2))
		case w.led:
			return nil, repeated
		default:
			w.warn(repeated.Error() + ": the server has no further pages, so --all stops")
			return nil, nil
		}
	}
	return nil, err
}

// wasFirst reports whether page 1 was requested after a page without a number and
// turned out to be the same page.
func (w *walk) wasFirst(req *http.Request) bool {
	p := w.method.param
	return w.number == 1 && isPage(p) && p.get(req) == "1" && p.number(w.req, 0) == 0
}

func isPage(p param) bool { return slices.Contains(convention.PageParams(), p.name) }

func isOffset(p param) bool { return slices.Contains(convention.OffsetParams(), p.name) }

// isBegun reports whether the request already contains a position. An offset of 0
// does not count.
func (w method) isBegun(req *http.Request) bool {
	return w.param.isSet(req) && (!isOffset(w.param) || w.param.number(req, 0) != 0)
}

// advance returns the request for the next page, nil if there is none.
func (w *walk) advance(at *Page) (*http.Request, error) {
	stated := at.more()
	if stated == noMore {
		return nil, nil
	}
	if target, found := w.link(at); found {
		w.method, w.led = nil, true
		return w.follow(at, target)
	}
	for _, m := range w.candidates(at) {
		if raw := m.next(w, m.param, at); raw != nil {
			w.method, w.led = &m, !m.counts
			return w.unasked(at, raw)
		}
	}
	return nil, w.unfollowedError(at, stated)
}

// candidates returns the methods that may lead on from a page: from the second page
// on, the method in use; before that, the method that the request already uses.
func (w *walk) candidates(at *Page) []method {
	switch {
	case w.method != nil:
		return []method{*w.method}
	case w.number > 1:
		return nil
	}
	if i := slices.IndexFunc(w.methods, func(m method) bool { return m.isBegun(w.req) }); i >= 0 {
		return w.methods[i : i+1]
	}
	var methods []method
	if deep := slices.IndexFunc(w.methods, w.isDeep); deep >= 0 {
		methods = append(methods, w.methods[deep])
	}
	if at.more() == unsaid && w.end.last <= len(at.Items) && len(w.methods) > 0 {
		return append(methods, w.methods[0])
	}
	return append(methods, w.methods...)
}

// isDeep reports whether a search continues from its last item although it has an
// offset: it must be sorted by the unique ID. An offset is limited to 10,000 items.
func (w *walk) isDeep(m method) bool {
	return slices.Contains(convention.SearchAfterParams(), m.param.name) && m.param.in == "body" &&
		strings.Contains(string(memberOf(w.req, "sort")), "_id")
}

func (w *walk) hasCursor() bool {
	return len(w.methods) > 0 && slices.Contains(append(convention.CursorParams(), convention.AfterParams()...), w.methods[0].param.name)
}

// unasked returns the request for a value of the method's parameter.
func (w *walk) unasked(at *Page, raw []byte) (*http.Request, error) {
	w.value = raw
	req, err := w.method.param.set(w.req, raw)
	if err != nil {
		return nil, err
	}
	return w.once(at, req)
}

// follow returns the request for a URL named by the server. The URL must have the
// same origin because the request carries credentials.
func (w *walk) follow(at *Page, target string) (*http.Request, error) {
	to, err := w.req.URL.Parse(target)
	switch {
	case err != nil:
		return nil, failure.New(failure.Network, "the link to the next page is not a URL").Hintf("%s", incomplete)
	case !httpx.SameOrigin(to, w.req.URL) || to.User != nil:
		return nil, failure.New(failure.Network, "the link to the next page leads to another server, %s", to.Host).
			Hintf("nothing was sent there; %s", incomplete)
	}
	req, err := again(w.req)
	if err != nil {
		return nil, err
	}
	req.URL = to
	req.URL.Fragment = ""
	return w.once(at, req)
}
