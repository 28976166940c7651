package resource

import (
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/epilot-cli/epilot/internal/convention"
	"github.com/epilot-cli/epilot/internal/emulator/check"
	"github.com/epilot-cli/epilot/internal/emulator/message"
	"github.com/epilot-cli/epilot/internal/emulator/object"
	"github.com/epilot-cli/epilot/internal/emulator/search"
	"github.com/epilot-cli/epilot/internal/emulator/store"
	"github.com/epilot-cli/epilot/internal/jsonx"
	"github.com/epilot-cli/epilot/internal/openapi"
	"github.com/epilot-cli/epilot/internal/openapi/schema"
)

// selection defines which resources a request selects, and in which order.
type selection struct {
	all   search.AllOf
	order []search.Order

	samples []string // the fields to sort by in the definition's samples

	now time.Time
	and bool  // all terms of a query string must match
	err error // for the first invalid query string
}

func (s *selection) isAll() bool { return len(s.all) == 0 }

func (s *selection) matches(resource jsonx.Object) bool { return s.all.Matches(resource) }

// selectionOf reads the query string and body of a request: a search text,
// filters, and parameters named like a member of the resource.
func selectionOf(c *message.Request, res *endpoint, now time.Time) (*selection, error) {
	body, _ := c.Body.(map[string]any)
	s := &selection{order: orderOf(c), now: now, and: strings.EqualFold(object.StringOf(body, "default_operator"), "AND")}
	if len(s.order) > 0 {
		s.samples = sampleOrder(c)
	}
	for _, key := range slices.Sorted(maps.Keys(c.Query)) {
		name, _, _ := strings.Cut(key, "[") // some clients send arrays as name[]=a and name[0]=a
		s.addParam(name, textsOf(c.Op, name, c.Query[key]), res)
	}
	for _, name := range slices.Sorted(maps.Keys(body)) {
		s.addMember(name, body[name], res)
	}
	if s.err != nil {
		return nil, message.Refuse(http.StatusBadRequest, "%s", s.err)
	}
	return s, nil
}

// add narrows the selection by a parameter or a plain member of the body.
func (s *selection) add(name string, texts []string, res *endpoint) {
	switch {
	case isSearchText(name):
		for _, word := range texts {
			q, err := search.Parse(word, search.Options{And: s.and, Now: s.now})
			if err != nil && s.err == nil {
				s.err = err
			}
			s.all = append(s.all, search.Conditions(q)...)
		}
	case isPagingParam(name):
	case schema.Declares(res.shape.resource, name):
		s.all = append(s.all, search.Equal{Field: name, Texts: texts})
	}
}

// addMember narrows the selection by a member of the body.
func (s *selection) addMember(name string, value any, res *endpoint) {
	switch typed := value.(type) {
	case map[string]any:
		if name == "query" {
			all, err := search.QueryString(typed, search.Options{Now: s.now})
			if err != nil && s.err == nil {
				s.err = err
			}
			s.all = append(s.all, all...)
		}
		if isFilter(name) {
			s.all = append(s.all, search.Filter(typed, s.now))
		}
	case []any:
		if isFilter(name) {
			s.all = append(s.all, search.Filters(typed, s.now)...)
			return
		}
		s.addParam(name, search.PlainTexts(typed), res)
	default:
		s.addParam(name, search.PlainTexts([]any{value}), res)
	}
}

func isSearchText(name string) bool {
	return slices.Contains([]string{"q", "query", "search", "search_term", "searchTerm", "search_text"}, name)
}

func isFilter(name string) bool { return name == "filter" || name == "filters" }

// isPagingParam reports whether a parameter controls paging, sorting or format.
func isPagingParam(name string) bool {
	return slices.Contains(slices.Concat(convention.SizeParams(), convention.OffsetParams(), convention.PageParams(), convention.CursorParams(), sortNames()), name)
}

// textsOf returns the values of a parameter, splitting one joined by commas.
func textsOf(op *openapi.Operation, name string, typed []string) []string {
	p := op.Param(name, "query")
	if p == nil || p.Explode || !slices.Contains(schema.Types(p.Schema), "array") {
		return typed
	}
	return check.Split(p, typed)
}

// quick reports whether a stored text can match.
func (s *selection) quick(text []byte) bool {
	return s.all.MayMatch(text)
}

// within reports whether a collection can contain matches: the last segment of an
// entity's collection is its "_schema".
func (s *selection) within(collection store.Collection) bool {
	last, err := url.PathUnescape(collection.Name[strings.LastIndexByte(collection.Name, '/')+1:])
	if err != nil {
		return true
	}
	return s.all.MayHave("_schema", last)
}

func sortNames() []string {
	return []string{"sort", "sort_by", "sortBy", "order_by", "orderBy", "order", "sort_order", "sortOrder", "direction"}
}

// unknownOrder returns the fields to sort by that the definition does not declare:
// one of the resources has to have them.
func (s *selection) unknownOrder(res *endpoint) []string {
	var unknown []string
	for _, by := range s.order {
		field, _, _ := strings.Cut(strings.TrimSuffix(by.Field, ".keyword"), ".")
		if field != "string" && !schema.Declares(res.shape.resource, field) && !slices.Contains(s.samples, by.Field) { // "string" is the sample of a string
			unknown = append(unknown, field)
		}
	}
	return unknown
}

// sampleOrder returns the fields in the documented values of the sort parameters,
// which are accepted as all samples are.
func sampleOrder(c *message.Request) []string {
	var fields []string
	for _, name := range sortNames() {
		if s := pagingParam(c.Op, name); s != nil {
			for _, text := range samplesOf(s) {
				for _, by := range search.ParseOrder(strings.Trim(text, `[]"`)) {
					fields = append(fields, by.Field)
				}
			}
		}
	}
	return fields
}

// orderOf parses "name:desc", "-name" and "name desc", one or several.
func orderOf(c *message.Request) []search.Order {
	body, _ := c.Body.(map[string]any)
	var order []search.Order
	down := false
	for _, name := range sortNames() {
		texts := c.Query[name]
		if list, ok := body[name].([]any); ok {
			texts = append(texts, search.PlainTexts(list)...)
		} else if word := object.StringOf(body, name); word != "" {
			texts = append(texts, word)
		}
		for _, word := range texts {
			if lower := strings.ToLower(word); lower == "asc" || lower == "desc" {
				down = lower == "desc"
				continue
			}
			order = append(order, search.ParseOrder(word)...)
		}
	}
	for i := range order {
		order[i].Down = order[i].Down != down
	}
	return order
}
