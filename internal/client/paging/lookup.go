package paging

import (
	"slices"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/epilot-cli/epilot/internal/convention"
	"github.com/epilot-cli/epilot/internal/httpx"
)

// around returns the siblings of the list and the members of its paging objects.
func (p *Page) around() []member {
	if p.beside == nil {
		p.beside = []member{}
		for _, members := range p.levels {
			p.beside = append(append(p.beside, members...), inner(members, 2)...)
		}
	}
	return p.beside
}

func inner(members []member, depth int) []member {
	var all []member
	for _, m := range members {
		if depth == 0 || !slices.Contains(convention.PageObjects(), m.name) {
			continue
		}
		found, _ := objectOf(m.raw)
		all = append(append(all, found...), inner(found, depth-1)...)
	}
	return all
}

// more reports whether the response says that there are more items.
type more int

const (
	unsaid more = iota
	noMore
	hasMore
)

func (p *Page) more() more {
	for _, name := range convention.MoreFlags() {
		switch string(value(p.around(), name)) {
		case "true":
			return hasMore
		case "false":
			return noMore
		}
	}
	return unsaid
}

// lookup returns the response's JSON value for the next page, or nil. A name that
// contains "next" is decisive even if it is empty: a "cursor" next to a null
// "next_cursor" belongs to this page.
func (p *Page) lookup(names []string) []byte {
	ended := false
	for _, explicit := range []bool{true, false} {
		for _, name := range names {
			raw := value(p.around(), name)
			switch {
			case raw == nil || isExplicit(name) != explicit:
			case !isNothing(raw):
				return raw
			case explicit:
				ended = true
			}
		}
		if ended {
			return nil
		}
	}
	return p.headerCursor(names)
}

func isExplicit(name string) bool { return strings.HasPrefix(strings.ToLower(name), "next") }

// headerCursor returns the cursor from a header such as X-Next-Cursor.
func (p *Page) headerCursor(names []string) []byte {
	for _, name := range names {
		for header, values := range p.Response.Header {
			if bare(header) == bare(name) && values[0] != "" {
				text, _ := jsontext.AppendQuote(nil, values[0])
				return text
			}
		}
	}
	return nil
}

func (p *Page) lookupNumber(names []string) (n int, ok bool) {
	n, err := strconv.Atoi(plain(p.lookup(names)))
	return n, err == nil
}

// last returns a member of the last item, the first of the names that is a string, a
// number or a list; nil if there is none.
func (p *Page) last(names ...string) []byte {
	if len(p.Items) == 0 {
		return nil
	}
	members, _ := objectOf(p.Items[len(p.Items)-1])
	for _, name := range names {
		if raw := value(members, name); !isNothing(raw) && first(raw) != '{' {
			return raw
		}
	}
	return nil
}

// pageNumber returns the page's number, -1 if the response does not include it.
func (p *Page) pageNumber() int {
	for _, name := range convention.PageNumbers() {
		if n, err := strconv.Atoi(string(value(p.around(), name))); err == nil {
			return n
		}
	}
	return -1
}

// saysEnd reports whether the response has an empty member for the next page.
func (p *Page) saysEnd() bool {
	return slices.ContainsFunc(p.around(), func(m member) bool {
		return isNothing(m.raw) && isExplicit(m.name) && isLead(m)
	})
}

// Total returns the number of items on all pages according to the response, -1 if it
// does not say. It may count only the page.
func (p *Page) Total() int {
	_, n := p.total()
	return n
}

// total returns the number of items and the member's name, or -1 if the response has
// none. It may count only the page.
func (p *Page) total() (name string, n int) {
	for _, name := range convention.Totals() {
		raw := value(p.around(), name)
		if inner, ok := objectOf(raw); ok {
			if string(value(inner, "relation")) == `"gte"` {
				return "", -1 // Elasticsearch stops counting at a limit
			}
			raw = value(inner, "value")
		}
		if n, err := strconv.Atoi(string(raw)); err == nil && n >= 0 {
			return name, n
		}
	}
	for _, name := range []string{"X-Total-Count", "X-Total"} {
		if n, err := strconv.Atoi(p.Response.Header.Get(name)); err == nil && n >= 0 {
			return name, n
		}
	}
	return "", -1
}

// link returns the URL of the next page from a Link header (RFC 8288) or the body. A
// path counts as a URL only if the operation has no cursor parameter.
func (w *walk) link(at *Page) (target string, found bool) {
	for _, link := range httpx.ParseLinks(at.Response.Header.Values("Link")) {
		if link.Is("next") && w.isContext(link) {
			return link.Target, true
		}
	}
	members := at.around()
	for _, name := range convention.LinkObjects() {
		if raw := value(members, name); first(raw) == '[' {
			if target := relation(raw); target != "" {
				return target, true
			}
		} else if links, ok := objectOf(raw); ok {
			if target := address(value(links, "next")); target != "" {
				return target, true
			}
		}
	}
	for _, name := range convention.NextURLs() {
		if target := address(value(members, name)); target != "" {
			return target, true
		}
	}
	target = address(at.lookup(append(convention.Cursors(""), convention.NextNames("page")...)))
	isPath := strings.HasPrefix(target, "/") || strings.HasPrefix(target, "?")
	return target, isURL(target) || isPath && !w.hasCursor()
}

// isContext reports whether a link continues this list: an anchor can give it
// another context (RFC 8288, section 3.2).
func (w *walk) isContext(link httpx.Link) bool {
	anchor, found := link.Param("anchor")
	if !found {
		return true
	}
	context, err := w.req.URL.Parse(anchor)
	return err == nil && context.String() == w.req.URL.String()
}

func isURL(text string) bool {
	return strings.HasPrefix(text, "http://") || strings.HasPrefix(text, "https://")
}

// address returns the URL in a member, a string or an object with "href".
func address(raw []byte) string {
	switch first(raw) {
	case '"':
		return plain(raw)
	case '{':
		members, _ := objectOf(raw)
		for _, name := range []string{"href", "url"} {
			if inner := value(members, name); first(inner) == '"' {
				return plain(inner)
			}
		}
	}
	return ""
}

// relation returns the "next" URL in a list of links: [{"rel":"next","href":…}].
func relation(raw []byte) string {
	items, _ := arrayItems(raw)
	for _, item := range items {
		members, _ := objectOf(item)
		for _, name := range []string{"rel", "relation"} {
			if rel := value(members, name); first(rel) == '"' && strings.EqualFold(plain(rel), "next") {
				return address(item)
			}
		}
	}
	return ""
}
