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

// selection says which resources a call wants, and in which order.
type selection struct {
	all   search.AllOf
	order []search.Order

	now time.Time
	and bool  // terms of a query string must all match
	err error // the first query string that is not valid
}

func (s *selection) isAll() bool { return len(s.all) == 0 }

func (s *selection) matches(resource jsonx.Object) bool { return s.all.Matches(resource) }

// selectionOf reads a call's query string and body: a search text, filters, and
// parameters that have the name of a resource's member.
func selectionOf(c *message.Request, res *endpoint, now time.Time) (*selection, error) {
	body, _ := c.Body.(map[string]any)
	s := &selection{order: orderOf(c), now: now, and: strings.EqualFold(object.StringOf(body, "default_operator"), "AND")}
	for _, key := range slices.Sorted(maps.Keys(c.Query)) {
		name, _, _ := strings.Cut(key, "[") // name[]=a and name[0]=a are how some clients send arrays
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

// addParam narrows the selection by a parameter. One that has not the name of a
// member is taken by its meaning.
func (s *selection) addParam(name string, texts []string, res *endpoint) {
	if isSearchText(name) || isPagingParam(name) || schema.Declares(res.shape.resource, name) {
		s.add(name, texts, res)
		return
	}
	if field, ends := timeField(res.shape.resource, name); field != "" && len(texts) > 0 {
		if ends {
			s.all = append(s.all, search.Between(field, "", texts[0]))
		} else {
			s.all = append(s.all, search.Between(field, texts[0], ""))
		}
		return
	}
	if field := meantField(res.shape.resource, name); field != "" {
		s.all = append(s.all, search.Equal{Field: field, Texts: texts})
	}
}

// timeField is the member of the resource whose time a parameter such as
// created_after or updatedBefore bounds; ends reports whether it is the end.
func timeField(s *openapi.Schema, name string) (field string, ends bool) {
	name = snake(name)
	for _, suffix := range []string{"_after", "_since", "_from", "_gte", "_before", "_until", "_to", "_lte"} {
		stem, has := strings.CutSuffix(name, suffix)
		if !has {
			continue
		}
		stem = strings.TrimSuffix(stem, "_at")
		for _, member := range []string{stem + "_at", "_" + stem + "_at", stem, camel(stem + "_at"), stem + "_date", stem + "_time", stem + "_on"} {
			if schema.Declares(s, member) {
				return member, slices.Contains([]string{"_before", "_until", "_to", "_lte"}, suffix)
			}
		}
	}
	return "", false
}

// meantField is the member that a parameter means by another spelling: the other
// case, the singular of a plural, or a member of a member. "" where there is none.
func meantField(s *openapi.Schema, name string) string {
	stem := snake(name)
	var names []string
	for _, one := range []string{stem, strings.TrimSuffix(stem, "_ids") + "_id", singular(stem), stem + "s", stem + "_id", stem + "_ids"} {
		names = append(names, one, camel(one), "_"+one)
	}
	if plain, has := strings.CutSuffix(stem, "_ids"); has {
		names = append(names, plain+"s", camel(plain+"s"), "id", "_id")
	}
	for _, candidate := range names {
		if schema.Declares(s, candidate) && candidate != name {
			return candidate
		}
	}
	for _, member := range memberNames(s) {
		inner := schema.Member(s, member)
		if items := schema.Items(inner); items != nil {
			inner = items
		}
		for _, candidate := range append([]string{name}, names...) {
			if holdsObject(inner) && candidate != "id" && candidate != "_id" && schema.Declares(inner, candidate) && len(memberNames(inner)) > 0 {
				return member + "." + candidate
			}
		}
	}
	return ""
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
			s.all = append(s.all, search.Filter(typed))
		}
	case []any:
		if isFilter(name) {
			s.all = append(s.all, search.Filters(typed)...)
			return
		}
		s.add(name, search.PlainTexts(typed), res)
	default:
		s.add(name, search.PlainTexts([]any{value}), res)
	}
}

func isSearchText(name string) bool {
	return slices.Contains([]string{"q", "query", "search", "search_term", "searchTerm", "search_text"}, name)
}

func isFilter(name string) bool { return name == "filter" || name == "filters" }

// isPagingParam reports whether a name says how the list is to be shown.
func isPagingParam(name string) bool {
	return slices.Contains(slices.Concat(convention.SizeParams(), convention.OffsetParams(), convention.PageParams(), convention.CursorParams(), sortNames()), name)
}

// textsOf are the values of a parameter, also of one that is joined by commas.
func textsOf(op *openapi.Operation, name string, typed []string) []string {
	p := op.Param(name, "query")
	if p == nil || p.Explode || !slices.Contains(schema.Types(p.Schema), "array") {
		return typed
	}
	return check.Split(p, typed)
}

// quick reports whether a stored text can be what is wanted.
func (s *selection) quick(text []byte) bool {
	return s.all.MayMatch(text)
}

// within reports whether a collection can have what is wanted: the last word of an
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

// orderOf reads "name:desc", "-name" and "name desc", one or several.
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
