package paging

import (
	"bytes"
	"slices"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// around are the members beside the list and those of the objects that tell of
// pages.
func (p *page) around() []member {
	var all []member
	for i, members := range p.levels {
		all = append(all, members...)
		for _, name := range []string{"pagination", "meta", "_meta", "paging", "page_info", "pageInfo"} {
			if inner, ok := objectOf(value(p.levels[i], name)); ok {
				all = append(all, inner...)
			}
		}
	}
	return all
}

// cursor is the JSON text of what the answer says to send for the next page,
// nil where it says that there is none.
func (p *page) cursor(turn string) []byte {
	members := p.around()
	if more := value(members, "has_more"); string(more) == "false" {
		return nil
	}
	for _, name := range leads(turn) {
		raw := value(members, name)
		if raw != nil && !slices.Contains([]string{"null", `""`, "false", "{}", "[]"}, string(bytes.TrimSpace(raw))) {
			return raw
		}
	}
	return nil
}

// leads are the names that answers have for what leads to the next page.
func leads(turn string) []string {
	names := []string{
		"next_cursor", "nextCursor", "next_token", "nextToken", "next_page_token", "nextPageToken",
		"next", "cursor", "search_after", "after_key", "lastEvaluatedKey",
	}
	return append([]string{"next_" + turn}, append(names, turn)...)
}

// isLead tells what belongs to one page and not to the list of all of them.
func isLead(name string) bool {
	return slices.Contains(leads("cursor"), name) || name == "has_more" || name == "hasMore"
}

// total is how many items there are, -1 where the answer does not say. A total
// that is no more than this page may be the page's own.
func (p *page) total() int {
	members := p.around()
	for _, name := range []string{"total", "hits", "total_count", "totalCount", "total_results", "totalItems", "total_items"} {
		raw := value(members, name)
		if inner, ok := objectOf(raw); ok {
			raw = value(inner, "value")
		}
		if n, err := strconv.Atoi(string(raw)); err == nil {
			return n
		}
	}
	return -1
}

// linkNext is the target of rel="next" in Link headers: RFC 8288, section 3.
func linkNext(headers []string) string {
	for _, header := range headers {
		for _, link := range strings.Split(header, ",") {
			target, params, _ := strings.Cut(link, ";")
			target = strings.TrimSpace(target)
			if !strings.HasPrefix(target, "<") || !strings.HasSuffix(target, ">") {
				continue
			}
			if isNext(params) {
				return strings.Trim(target, "<>")
			}
		}
	}
	return ""
}

// isNext reports whether a link's parameters name the relation "next".
func isNext(params string) bool {
	for param := range strings.SplitSeq(params, ";") {
		name, rel, _ := strings.Cut(strings.TrimSpace(param), "=")
		if strings.EqualFold(name, "rel") && slices.Contains(strings.Fields(strings.Trim(rel, `"`)), "next") {
			return true
		}
	}
	return false
}

// plain is the text of a JSON string, or the JSON text of another value.
func plain(raw []byte) string {
	if first(raw) != '"' {
		return string(raw)
	}
	text, _ := jsontext.AppendUnquote(nil, raw) // it was decoded before
	return string(text)
}
