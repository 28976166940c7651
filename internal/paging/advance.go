package paging

import (
	"bytes"
	"hash/maphash"
	"io"
	"net/http"
	"strconv"
	"strings"

	"github.com/epilot-cli/epilot/internal/failure"
)

// advance makes the request of the next page, nil where there is none.
func (m *merged) advance(at *page) (*http.Request, error) {
	if target := linkNext(m.resp.Header.Values("Link")); target != "" {
		return m.once(target, func() (*http.Request, error) { return link(m.req, target) })
	}
	turn := m.plan.turn
	switch m.plan.style {
	case byCursor:
		return m.lead(at)
	case byOffset:
		if m.counted(at) {
			return nil, nil
		}
		return turn.set(m.req, number(turn.get(m.req, 0)+len(at.items)))
	case byPage:
		if m.counted(at) {
			return nil, nil
		}
		return turn.set(m.req, number(turn.get(m.req, turn.first)+1))
	}
	if m.pages == 1 {
		m.warn(m.Operation.ID + " has no pages that --all could follow; this is its whole answer")
	}
	return nil, nil
}

// lead follows what the answer says, which may be a URL.
func (m *merged) lead(at *page) (*http.Request, error) {
	raw := at.cursor(m.plan.turn.name)
	if raw == nil {
		return nil, nil
	}
	target := plain(raw)
	return m.once(target, func() (*http.Request, error) {
		if first(raw) == '"' && (strings.HasPrefix(target, "http://") || strings.HasPrefix(target, "https://")) {
			return link(m.req, target)
		}
		return m.plan.turn.set(m.req, string(raw))
	})
}

// once leads nowhere where the server led before.
func (m *merged) once(target string, follow func() (*http.Request, error)) (*http.Request, error) {
	key := maphash.String(m.seed, target)
	if m.sent[key] {
		m.warn("the server leads to a page that was there already, and --all stops")
		return nil, nil
	}
	m.sent[key] = true
	return follow()
}

// counted reports that no more items are to be expected. A page that is short
// proves nothing, as the server may have a limit of its own; nor does a total
// that may be the page's own. Then one more page is asked for, an empty one.
func (m *merged) counted(at *page) bool {
	n, total := len(at.items), at.total()
	reached := m.items
	if m.plan.style == byOffset {
		reached = m.plan.turn.get(m.req, 0) + n
	}
	proven := total > m.size || n < m.plan.size.get(m.req, 0)
	return n == 0 || total >= 0 && reached >= total && proven
}

// fetch gets one page. Whatever is wrong with it is a failure: the pages before
// are written already.
func (m *merged) fetch(req *http.Request) (*page, error) {
	resp, err := m.Send(req)
	if err != nil {
		return nil, err
	}
	text, broken := readAll(resp)
	n := strconv.Itoa(m.pages + 1)
	switch {
	case broken != nil:
		return nil, broken
	case resp.StatusCode < 200 || resp.StatusCode > 299:
		return nil, m.refused(resp, text)
	}
	p, ok := read(text, m.first.path, "")
	if !ok {
		return nil, failure.New(failure.Network, "page %s of %s is not the list that page 1 was", n, m.Operation.ID).
			Hintf("the pages before are written; what came is not complete")
	}
	m.req, m.resp = req, resp
	return p, nil
}

const excerpt = 200 // bytes of an error's body that a message shows

func (m *merged) refused(resp *http.Response, text []byte) error {
	kind := failure.API
	if resp.StatusCode < http.StatusBadRequest {
		kind = failure.Network
	}
	said := strings.Join(strings.Fields(string(text[:min(len(text), excerpt)])), " ")
	failed := failure.New(kind, "page %d of %s was answered %d %s: %s", m.pages+1, m.Operation.ID,
		resp.StatusCode, http.StatusText(resp.StatusCode), m.redact(said))
	failed.Status = resp.StatusCode
	return failed.Hintf("%d items of the pages before are written; what came is not complete", m.items)
}

func readAll(resp *http.Response) ([]byte, error) {
	defer resp.Body.Close()
	return io.ReadAll(resp.Body)
}

// given is a body that was read already, and how it ended.
type given struct {
	text []byte
	end  error
	from *bytes.Reader
}

func (g *given) Read(p []byte) (int, error) {
	if g.from == nil {
		g.from = bytes.NewReader(g.text)
	}
	n, err := g.from.Read(p)
	if err == io.EOF && g.end != nil {
		err = g.end
	}
	return n, err
}

func (g *given) Close() error { return nil }
