package paging

import (
	"bytes"
	"slices"
	"strconv"
	"strings"

	"github.com/epilot-cli/epilot/internal/convention"
	"github.com/epilot-cli/epilot/internal/openapi"
	"github.com/epilot-cli/epilot/internal/openapi/schema"
)

// style is one way to page: a parameter, and its value for the next page.
type style struct {
	params []string // the names that the parameter has
	takes  func(*openapi.Schema) bool

	// next is the JSON text that asks for the page after this one, nil where
	// nothing leads on.
	next func(w *walk, p param, at *Page) []byte

	// counts tells that next finds a value after every page, so that the list
	// ends by what its pages hold.
	counts bool
}

// styles are all of them, the likeliest first where an operation has the
// parameters of several: a cursor before an offset, which may have a limit. A
// link to the next page needs no parameter and is followed in every style.
func styles() []style {
	return []style{
		{params: convention.CursorParams(), takes: isOpaque, next: nextCursor},
		{params: convention.OffsetParams(), takes: isNumeric, next: nextOffset, counts: true},
		{params: convention.PageParams(), takes: isNumeric, next: nextNumber, counts: true},
		{params: convention.SearchAfterParams(), takes: isOpaque, next: searchAfter},
		{params: convention.LastItemParams(), takes: isOpaque, next: lastItem, counts: true},
		{params: []string{"after"}, takes: isOpaque, next: nextCursor},
	}
}

// method is a style with the parameter that the operation has for it.
type method struct {
	style
	param param
}

func waysOf(op *openapi.Operation) []method {
	var methods []method
	for _, s := range styles() {
		if p := find(op, s.params, s.takes); p.name != "" {
			methods = append(methods, method{s, p})
		}
	}
	return methods
}

func sizeOf(op *openapi.Operation) param { return find(op, convention.SizeParams(), isNumeric) }

// isNumeric keeps from taking a date "from" for an offset.
func isNumeric(s *openapi.Schema) bool {
	types := schema.Types(s)
	return slices.Contains(types, "integer") || slices.Contains(types, "number")
}

// isOpaque keeps from taking a date "after" for a cursor.
func isOpaque(s *openapi.Schema) bool {
	format := strings.ToLower(schema.Shape(s).Format)
	return !strings.HasPrefix(format, "date") && !strings.HasPrefix(format, "time")
}

// nextCursor is what the response says to send.
func nextCursor(_ *walk, p param, at *Page) []byte { return at.lookup(convention.Cursors(p.name)) }

// nextOffset skips the items so far.
func nextOffset(w *walk, p param, at *Page) []byte {
	if w.ended(p, at) {
		return nil
	}
	if stated, ok := at.lookupNumber(convention.NextNames(p.name)); ok {
		return number(stated)
	}
	return number(p.number(w.req, 0) + len(at.Items))
}

// nextNumber is the number of the next page. Where neither the request nor the
// definition nor the response says with which number pages begin, it may be 0:
// then page 1 is asked for, and a repetition tells that it was the first.
func nextNumber(w *walk, p param, at *Page) []byte {
	if w.ended(p, at) {
		return nil
	}
	if stated, ok := at.lookupNumber(convention.NextNames(p.name)); ok {
		return number(stated)
	}
	current := p.number(w.req, p.first)
	if stated := at.pageNumber(); w.number == 1 && !p.isSet(w.req) && (stated == 0 || stated == 1) {
		current = stated
	}
	return number(current + 1)
}

// searchAfter is the sort key of the last item, as Elasticsearch has it.
func searchAfter(_ *walk, _ param, at *Page) []byte {
	if raw := at.lookup(convention.SortKeys()); raw != nil || len(at.Items) == 0 {
		return raw
	}
	return at.last("sort")
}

// lastItem is the id of the last item.
func lastItem(w *walk, p param, at *Page) []byte {
	if w.ended(p, at) {
		return nil
	}
	if raw := at.lookup(convention.NextNames(p.name)); raw != nil {
		return raw
	}
	return at.last("id", "_id")
}

func number(n int) []byte { return strconv.AppendInt(nil, int64(n), 10) }

// isNothing reports whether a value leads nowhere.
func isNothing(raw []byte) bool {
	return raw == nil || slices.Contains([]string{"null", `""`, "false", "{}", "[]"}, string(bytes.TrimSpace(raw)))
}
