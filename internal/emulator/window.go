package emulator

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/epilot-cli/epilot/internal/operation"
	"github.com/epilot-cli/epilot/internal/schema"
)

// window is the part of a list that a call asks for.
type window struct {
	offset int
	size   int // -1: all of it
	cursor bool
}

// unsaid is the size of a page where the definition has one but no default.
const unsaid = 100

func sizeNames() []string {
	return []string{"size", "limit", "page_size", "pageSize", "per_page", "perPage", "max_results", "take"}
}

func offsetNames() []string { return []string{"from", "offset", "skip", "start"} }

func pageNames() []string { return []string{"page", "page_number", "pageNumber"} }

func cursorNames() []string {
	return []string{
		"cursor", "next_cursor", "nextCursor", "next_token", "nextToken",
		"page_token", "pageToken", "continuation_token", "next", "starting_after",
	}
}

// windowOf reads the window from the call's query or body.
func windowOf(c *call) window {
	w := window{size: -1}
	for _, name := range sizeNames() {
		if s := knob(c.op, name); s != nil {
			w.size = intOf(c.said(name), defaultOf(s, unsaid))
			break
		}
	}
	for _, name := range pageNames() {
		if s := knob(c.op, name); s != nil && w.size >= 0 {
			first := defaultOf(s, 1)
			w.offset = max(intOf(c.said(name), first)-first, 0) * w.size
		}
	}
	for _, name := range offsetNames() {
		if knob(c.op, name) != nil {
			w.offset += max(intOf(c.said(name), 0), 0)
		}
	}
	for _, name := range cursorNames() {
		if knob(c.op, name) != nil {
			w.cursor = true
			w.offset += max(intOf(strings.TrimPrefix(c.said(name), cursorPrefix), 0), 0)
		}
	}
	return w
}

// cursorPrefix stands before the offset in a cursor: nobody should count on it.
const cursorPrefix = "after-"

// knob is the schema of a query parameter or member of the body, nil where the
// operation has none of the name.
func knob(op *operation.Operation, name string) *operation.Schema {
	if p := op.Param(name, "query"); p != nil {
		return p.Schema
	}
	if body := bodySchema(op); schema.Declares(body, name) {
		return schema.Member(body, name)
	}
	return nil
}

// said is the text of a query parameter or member of the body, "" for none.
func (c *call) said(name string) string {
	if c.query.Has(name) {
		return c.query.Get(name)
	}
	body, _ := c.body.(map[string]any)
	switch value := body[name].(type) {
	case string:
		return value
	case json.Number:
		return value.String()
	}
	return ""
}

func intOf(text string, fallback int) int {
	if n, err := strconv.Atoi(text); err == nil {
		return n
	}
	return fallback
}

func defaultOf(s *operation.Schema, fallback int) int {
	for _, part := range s.Parts() {
		if n, err := strconv.Atoi(part.Default); err == nil {
			return n
		}
	}
	return fallback
}

// counted sets the members around a list that count, in the schema's order.
func (w window) counted(around object, s *operation.Schema, total int) object {
	complete := object{}
	for _, name := range memberNames(s) {
		value := around.at(name)
		if count := w.counts(name, value, schema.Member(s, name), total); count != nil {
			value = count
		}
		if value != nil && !(w.cursor && isNext(name) && w.last(total)) {
			complete = append(complete, member{name, value})
		}
	}
	for _, m := range around {
		if complete.at(m.name) == nil && !isNext(m.name) {
			complete = append(complete, m)
		}
	}
	return complete
}

// last reports whether nothing comes after the window.
func (w window) last(total int) bool { return w.size < 0 || w.offset+w.size >= total }

// counts is what the window says of one member, nil where that is nothing that
// fits.
func (w window) counts(name string, value jsontext.Value, s *operation.Schema, total int) jsontext.Value {
	count := w.count(name, total)
	inner, isObject := parseObject(value)
	switch {
	case isObject && isAboutPages(name):
		count = w.counted(inner, s, total).text()
	case count == nil && w.cursor && isNext(name) && !w.last(total):
		count = quoted(cursorPrefix + strconv.Itoa(w.offset+w.size))
	}
	if count == nil || !fitsSchema(s, count) {
		return nil
	}
	return count
}

func isAboutPages(name string) bool {
	return slices.Contains([]string{"pagination", "meta", "_meta", "paging", "page_info", "pageInfo"}, name)
}

// count is the value of a member that counts, nil for one that does not.
func (w window) count(name string, total int) jsontext.Value {
	switch {
	case slices.Contains([]string{
		"total", "hits", "count", "total_count", "totalCount", "total_results", "totalResults", "totalHits",
		"total_hits", "totalItems", "total_items",
	}, name):
		return number(total)
	case slices.Contains([]string{"has_more", "hasMore", "more", "has_next", "hasNext"}, name):
		return jsontext.Value(strconv.FormatBool(!w.last(total)))
	case w.size < 0:
		return nil
	case slices.Contains(sizeNames(), name):
		return number(w.size)
	case slices.Contains(offsetNames(), name):
		return number(w.offset)
	case slices.Contains(pageNames(), name) && w.size > 0:
		return number(w.offset/w.size + 1)
	}
	return nil
}

func isNext(name string) bool { return slices.Contains(cursorNames(), name) }

func number(n int) jsontext.Value { return jsontext.Value(strconv.Itoa(n)) }
