package emulator

import (
	"encoding/json"
	"strconv"
	"strings"

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
			w.size = c.amount(name, defaultOf(s, unsaid))
			break
		}
	}
	for _, name := range pageNames() {
		if s := knob(c.op, name); s != nil && w.size >= 0 {
			first := defaultOf(s, 1)
			w.offset = max(c.amount(name, first)-first, 0) * w.size
		}
	}
	for _, name := range offsetNames() {
		if knob(c.op, name) != nil {
			w.offset += max(c.amount(name, 0), 0)
		}
	}
	for _, name := range cursorNames() {
		if knob(c.op, name) != nil {
			w.cursor = true
			w.offset += max(c.amount(name, 0), 0)
		}
	}
	return w
}

// mostAmount is more than a state can hold; the product of two such numbers
// is still one.
const mostAmount = 1 << 30

// amount is a number of things that the call says, or a cursor.
func (c *call) amount(name string, fallback int) int {
	return min(intOf(strings.TrimPrefix(c.said(name), cursorPrefix), fallback), mostAmount)
}

// cursorPrefix stands before the offset in a cursor: nobody should count on it.
const cursorPrefix = "after-"

// knob is the schema of a query parameter or member of the body, nil where the
// operation has none of the name.
func knob(op *operation.Operation, name string) *operation.Schema {
	if p := op.Param(name, "query"); p != nil {
		return p.Schema
	}
	if body := op.Body.JSON(); schema.Declares(body, name) {
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
