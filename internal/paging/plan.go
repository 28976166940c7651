package paging

import (
	"slices"
	"strconv"

	"github.com/epilot-cli/epilot/internal/operation"
	"github.com/epilot-cli/epilot/internal/schema"
)

type style int

const (
	byLink   style = iota // the Link header of RFC 8288, if anything
	byCursor              // the answer says what to send
	byOffset              // items to skip
	byPage                // pages to skip
)

// plan is how an operation pages.
type plan struct {
	style style
	turn  knob // what changes from page to page
	size  knob
}

// knob is a parameter or a member of the body.
type knob struct {
	name   string // "" for none
	inBody bool
	first  int // where it counts pages: the number of the first one
}

// The names that APIs have for the same thing. What leads on comes before what
// counts: an offset may have a limit that a cursor has not.
func cursorNames() []string {
	return []string{
		"cursor", "next_cursor", "nextCursor", "next_token", "nextToken",
		"page_token", "pageToken", "continuation_token", "next", "starting_after",
	}
}

func offsetNames() []string { return []string{"from", "offset", "skip", "start"} }

func pageNames() []string { return []string{"page", "page_number", "pageNumber"} }

func sizeNames() []string {
	return []string{"size", "limit", "page_size", "pageSize", "per_page", "perPage", "max_results", "take"}
}

func planOf(op *operation.Operation) plan {
	p := plan{size: find(op, sizeNames(), true)}
	for _, way := range []struct {
		style   style
		names   []string
		numeric bool
	}{
		{byCursor, cursorNames(), false},
		{byOffset, offsetNames(), true},
		{byPage, pageNames(), true},
		{byCursor, []string{"after", "search_after"}, false},
	} {
		if turn := find(op, way.names, way.numeric); turn.name != "" {
			p.style, p.turn = way.style, turn
			return p
		}
	}
	return p
}

// find looks for the first of the names among the query parameters and the
// members of the body. A "from" that is a date is no offset.
func find(op *operation.Operation, names []string, numeric bool) knob {
	body := op.Body.JSON()
	for _, name := range names {
		if p := op.Param(name, "query"); p != nil && (!numeric || isNumeric(p.Schema)) {
			return knob{name: name, first: firstPage(p.Schema)}
		}
		if member := schema.Member(body, name); schema.Declares(body, name) && (!numeric || isNumeric(member)) {
			return knob{name: name, inBody: true, first: firstPage(member)}
		}
	}
	return knob{}
}

func isNumeric(s *operation.Schema) bool {
	types := schema.Types(s)
	return slices.Contains(types, "integer") || slices.Contains(types, "number")
}

// firstPage is 1 where the definition does not say that pages begin at 0.
func firstPage(s *operation.Schema) int {
	merged := schema.Shape(s)
	for _, text := range []string{merged.Default, merged.Minimum} {
		if n, err := strconv.Atoi(text); err == nil {
			return n
		}
	}
	return 1
}

// arrayOf is the member of the operation's answer that is its list, "" where
// the definition does not say.
func arrayOf(op *operation.Operation) string {
	success := op.Success()
	if success == nil {
		return ""
	}
	content := operation.JSON(success.Contents)
	if content == nil {
		return ""
	}
	for _, p := range schema.Shape(content.Schema).Properties {
		if slices.Contains(schema.Types(p.Schema), "array") {
			return p.Name
		}
	}
	return ""
}

func number(n int) string { return strconv.Itoa(n) }
