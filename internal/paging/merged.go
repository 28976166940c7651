package paging

import (
	"hash/maphash"
	"io"
	"net/http"
	"strconv"
)

type readCloser = io.ReadCloser

// merged is the body of all pages. It holds one page at a time.
type merged struct {
	*Pages
	req  *http.Request  // that the page answered
	resp *http.Response // only its header is of use

	page   *page // to be written
	before *page // the last one that was
	first  *page // the members around the list are its
	done   bool  // there is no further page

	seed  maphash.Seed
	seen  map[uint64]int // what was on a page → its number
	sent  map[uint64]bool
	pages int
	items int
	size  int // items of the first page

	text []byte // what Read returns next
	cut  bool   // MaxItems ended it within a page
	end  error
}

func newMerged(p *Pages, req *http.Request, resp *http.Response, first *page) *merged {
	m := &merged{
		Pages: p, req: req, resp: resp, page: first, first: &page{path: first.path, levels: first.levels},
		seed: maphash.MakeSeed(), seen: map[uint64]int{}, sent: map[uint64]bool{}, size: len(first.items),
	}
	m.text = m.head()
	return m
}

func (m *merged) Close() error { return nil }

func (m *merged) Read(p []byte) (int, error) {
	for len(m.text) == 0 {
		if m.end != nil {
			return 0, m.end
		}
		m.fill()
	}
	n := copy(p, m.text)
	m.text = m.text[n:]
	return n, nil
}

// fill writes the page at hand, or fetches the next one: no page is asked for
// before the one in front of it is read.
func (m *merged) fill() {
	switch {
	case m.page == nil && m.done:
		m.text, m.end = m.tail(), io.EOF
	case m.page == nil:
		m.turn()
	case m.repeats():
		m.close(m.page)
	default:
		m.add()
		m.before = m.page
		if m.page = nil; m.cut || m.full() {
			m.close(m.before)
		}
	}
}

// turn fetches the page behind the last one.
func (m *merged) turn() {
	following, err := m.advance(m.before)
	switch {
	case err != nil:
		m.end = err
	case following == nil:
		m.close(m.before)
	default:
		m.page, m.end = m.fetch(following)
	}
}

func (m *merged) full() bool { return m.MaxItems > 0 && m.items >= m.MaxItems }

// close ends the list, and keeps what the last page says of what leads on.
func (m *merged) close(last *page) {
	m.first.levels = withLeads(m.first.levels, last.levels, m.cut)
	m.page, m.done = nil, true
}

// add writes the items of the page.
func (m *merged) add() {
	for _, item := range m.page.items {
		if m.full() {
			m.cut = true
			break
		}
		if m.items > 0 && !m.Lines {
			m.text = append(m.text, ',')
		}
		if m.text = append(m.text, item...); m.Lines {
			m.text = append(m.text, '\n')
		}
		m.items++
	}
	m.pages++
	if m.Progress != nil {
		m.Progress(m.items, m.pages)
	}
}

// repeats finds out that the server sends what it sent before, for ever.
func (m *merged) repeats() bool {
	if len(m.page.items) == 0 {
		return false
	}
	var hash maphash.Hash
	hash.SetSeed(m.seed)
	for _, item := range m.page.items {
		_, _ = hash.Write(item)
		_ = hash.WriteByte(',')
	}
	key := hash.Sum64()
	if earlier, known := m.seen[key]; known {
		m.warn("page " + strconv.Itoa(m.pages+1) + " repeats page " + strconv.Itoa(earlier) + ": the server does not page any further, and --all stops")
		return true
	}
	m.seen[key] = m.pages + 1
	return false
}
