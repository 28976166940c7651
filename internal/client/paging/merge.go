package paging

import (
	"io"
	"iter"
	"net/http"
	"slices"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/epilot-cli/epilot/internal/convention"
	"github.com/epilot-cli/epilot/internal/jsonx"
)

// Merge returns a response whose body is the first page with the items of all pages,
// or with lines the items alone, one per line. Pages are requested as the body is
// read, and one is buffered at a time. A first page that is not a list is returned
// unchanged. A failed page ends the body with its error.
func Merge(pages iter.Seq2[*Page, error], lines bool) (*http.Response, error) {
	next, stop := iter.Pull2(pages)
	first, err, _ := next()
	switch {
	case err != nil:
		stop()
		return nil, err
	case !first.IsList():
		stop()
		return first.Response, nil
	}
	m := &merger{next: next, stop: stop, lines: lines, outline: outlineOf(first)}
	m.begin(first)
	resp := replaced(first.Response, m)
	resp.Header.Del("Link") // leads to a page that is already merged
	if lines {
		resp.Header.Set("Content-Type", "application/x-ndjson")
	}
	return resp, nil
}

// merger is the merged body.
type merger struct {
	next  func() (*Page, error, bool)
	stop  func()
	lines bool

	outline outline // of the first page
	last    *Page
	some    bool   // at least one item was written
	text    []byte // pending output of Read
	end     error
}

func (m *merger) Close() error {
	m.stop()
	return nil
}

func (m *merger) Read(p []byte) (int, error) {
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

func (m *merger) begin(first *Page) {
	if !m.lines {
		m.text = m.outline.head()
	}
	m.add(first)
}

func (m *merger) fill() {
	m.text = m.text[:0]
	page, err, more := m.next()
	switch {
	case err != nil:
		m.end = err
	case more:
		m.add(page)
	default:
		m.end = io.EOF
		if !m.lines {
			m.text = m.outline.tail(m.last)
		}
	}
}

// add writes the items of a page.
func (m *merger) add(page *Page) {
	for _, item := range page.Items {
		if m.some && !m.lines {
			m.text = append(m.text, ',')
		}
		if m.text = append(m.text, item...); m.lines {
			m.text = append(m.text, '\n')
		}
		m.some = true
	}
	m.last = page
}

// outline is the JSON around a list. Members about a single page, such as a cursor,
// come from the last page; all others from the first.
type outline struct {
	path   []string
	levels []jsonx.Object
}

func outlineOf(p *Page) outline { return outline{path: p.path, levels: p.levels} }

// head returns the JSON before the items.
func (o outline) head() []byte {
	var text []byte
	for i, name := range o.path {
		text = append(text, '{')
		for _, m := range o.levels[i] {
			if m.Name == name {
				break
			}
			if !isPageMember(m) {
				text = append(m.Append(text), ',')
			}
		}
		text = append(jsonx.AppendQuote(text, name), ':')
	}
	return append(text, '[')
}

// tail returns the JSON after the items.
func (o outline) tail(last *Page) []byte {
	text := []byte{']'}
	for i := len(o.path) - 1; i >= 0; i-- {
		for _, m := range o.after(i, last) {
			text = m.Append(append(text, ','))
		}
		text = append(text, '}')
	}
	return text
}

// after returns the members of a level that follow the list: those of the first page
// in order, and the last page's link to the next page. The link is dropped if it
// leads past items that were left out.
func (o outline) after(level int, last *Page) jsonx.Object {
	var members jsonx.Object
	behind := false
	for _, m := range o.levels[level] {
		if behind && !isPageMember(m) {
			members = append(members, m)
		}
		behind = behind || m.Name == o.path[level]
	}
	matches := func(m jsonx.Member) bool {
		if known := o.levels[level].Index(m.Name); known >= 0 {
			m = o.levels[level][known] // already written unless it concerns the next page
		}
		return m.Name != o.path[level] && isPageMember(m)
	}
	for _, m := range last.levels[level] {
		if !matches(m) {
			continue
		}
		if last.cut {
			if m.Value = withoutPageMembers(m.Value); m.Value == nil {
				continue
			}
		}
		members = append(members, m)
	}
	return members
}

// isPageMember reports whether a member concerns one page rather than the list, or is an
// object with such a member.
func isPageMember(m jsonx.Member) bool {
	if slices.Contains(convention.PageMembers(), m.Name) {
		return true
	}
	if !slices.Contains(convention.PageObjects(), m.Name) {
		return false
	}
	inner, _ := jsonx.ParseObject(m.Value)
	return slices.ContainsFunc(inner, isPageMember) || relation(m.Value) != ""
}

// withoutPageMembers removes the paging members of an object; nil if none remain.
func withoutPageMembers(raw jsontext.Value) jsontext.Value {
	members, _ := jsonx.ParseObject(raw)
	members = slices.DeleteFunc(members, isPageMember)
	if len(members) == 0 {
		return nil
	}
	return members.Text()
}
