package paging

import (
	"slices"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/epilot-cli/epilot/internal/convention"
	"github.com/epilot-cli/epilot/internal/httpx"
	"github.com/epilot-cli/epilot/internal/jsonx"
)

// around returns the siblings of the list and the members of its paging objects.
func (p *Page) around() jsonx.Object {
	if p.beside == nil {
		p.beside = jsonx.Object{}
		for _, members := range p.levels {
			p.beside = append(append(p.beside, members...), inner(members, 2)...)
		}
	}
	return p.beside
}

func inner(members jsonx.Object, depth int) jsonx.Object {
	var all jsonx.Object
	for _, m := range members {
		if depth == 0 || !slices.Contains(convention.PageObjects(), m.Name) {
			continue
		}
		found, _ := jsonx.ParseObject(m.Value)
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
		switch string(p.around().Get(name)) {
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
func (p *Page) lookup(names []string) jsontext.Value {
	ended := false
	for _, explicit := range []bool{true, false} {
		for _, name := range names {
			raw := p.around().Get(name)
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
func (p *Page) headerCursor(names []string) jsontext.Value {
	for _, name := range names {
		for header, values := range p.Response.Header {
			if bare(header) == bare(name) && values[0] != "" {
				return jsonx.AppendQuote(nil, values[0])
			}
		}
	}
	return nil
}

func (p *Page) lookupNumber(names []string) (n int, ok bool) {
	n, err := strconv.Atoi(jsonx.Unquote(p.lookup(names)))
	return n, err == nil
}

// last returns a member of the last item, the first of the names that is a string, a
// number or a list; nil if there is none.
func (p *Page) last(names ...string) jsontext.Value {
	if len(p.Items) == 0 {
		return nil
	}
	members, _ := jsonx.ParseObject(p.Items[len(p.Items)-1])
	for _, name := range names {
		if raw := members.Get(name); !isNothing(raw) && raw.Kind() != '{' {
			return raw
		}
	}
	return nil
}

// pageNumber returns the page's number, -1 if the response does not include it.
func (p *Page) pageNumber() int {
	for _, name := range convention.PageNumbers() {
		if n, err := strconv.Atoi(string(p.around().Get(name))); err == nil {
			return n
		}
	}
	return -1
}

// saysEnd reports whether the response has an empty member for the next page.
func (p *Page) saysEnd() bool {
	return slices.ContainsFunc(p.around(), func(m jsonx.Member) bool {
		return isNothing(m.Value) && isExplicit(m.Name) && isPageMember(m)
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
		raw := p.around().Get(name)
		if inner, ok := jsonx.ParseObject(raw); ok {
			if string(inner.Get("relation")) == `"gte"` {
				return "", -1 // Elasticsearch stops counting at a limit
			}
			raw = inner.Get("value")
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
		if raw := members.Get(name); raw.Kind() == '[' {
			if target := relation(raw); target != "" {
				return target, true
			}
		} else if links, ok := jsonx.ParseObject(raw); ok {
			if target := address(links.Get("next")); target != "" {
				return target, true
			}
		}
	}
	for _, name := range convention.NextURLs() {
		if target := address(members.Get(name)); target != "" {
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
func address(raw jsontext.Value) string {
	switch raw.Kind() {
	case '"':
		return jsonx.Unquote(raw)
	case '{':
		members, _ := jsonx.ParseObject(raw)
		for _, name := range []string{"href", "url"} {
			if inner := members.Get(name); inner.Kind() == '"' {
				return jsonx.Unquote(inner)
			}
		}
	}
	return ""
}

// relation returns the "next" URL in a list of links: [{"rel":"next","href":…}].
func relation(raw jsontext.Value) string {
	items, _ := jsonx.ParseArray(raw)
	for _, item := range items {
		members, _ := jsonx.ParseObject(item)
		for _, name := range []string{"rel", "relation"} {
			if rel := members.Get(name); rel.Kind() == '"' && strings.EqualFold(jsonx.Unquote(rel), "next") {
				return address(item)
			}
		}
	}
	return ""
}
