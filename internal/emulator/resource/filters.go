package resource

import (
	"slices"
	"strings"

	"github.com/epilot-cli/epilot/internal/emulator/search"
	"github.com/epilot-cli/epilot/internal/openapi"
	"github.com/epilot-cli/epilot/internal/openapi/schema"
)

// addParam narrows the selection by a parameter or a scalar member of the body. One
// that is not named like a member is interpreted.
func (s *selection) addParam(name string, texts []string, res *endpoint) {
	of := res.shape.resource
	if q := bound(res, name, texts); q != nil {
		s.all = append(s.all, q)
		return
	}
	if isSearchText(name) || isPagingParam(name) || schema.Declares(of, name) {
		s.add(name, texts, res)
		return
	}
	if q := inclusion(res, name, texts); q != nil {
		s.all = append(s.all, q)
		return
	}
	field := meantField(of, name)
	if plain, has := strings.CutPrefix(snake(name), snake(res.kind.name)+"_"); field == "" && has && schema.Declares(of, plain) {
		field = plain // event_type of an event
	}
	fields := []string{field}
	if field == "" {
		fields = distantFields(of, name)
	}
	var any []search.Query
	for _, field := range fields {
		any = append(any, search.Equal{Field: field, Texts: texts})
	}
	if len(any) > 0 {
		s.all = append(s.all, search.AnyOf(any...))
	}
}

// bound returns the condition of a parameter that bounds a time, or nil.
func bound(res *endpoint, name string, texts []string) search.Query {
	if len(texts) == 0 {
		return nil
	}
	field, ends := "", false
	if !isSearchText(name) && !schema.Declares(res.shape.resource, name) {
		field, ends = timeField(res.shape.resource, name)
	}
	if field == "" {
		field, ends = windowField(res, name)
	}
	switch {
	case field == "":
		return nil
	case ends:
		return search.Between(field, "", texts[0])
	}
	return search.Between(field, texts[0], "")
}

// windowField returns the member that a parameter such as from or end_date bounds,
// if the parameter is a time: a resource that begins before the end of the window
// and ends after its beginning is in it.
func windowField(res *endpoint, name string) (field string, ends bool) {
	starts := slices.Contains([]string{"from", "start", "start_date", "start_time", "startDate", "since"}, name)
	ends = slices.Contains([]string{"to", "end", "end_date", "end_time", "endDate", "until"}, name)
	p := res.op.Param(name, "query")
	if p == nil || !starts && !ends {
		return "", false
	}
	if snake := snake(name); !strings.HasPrefix(schema.Shape(p.Schema).Format, "date") && !strings.HasSuffix(snake, "_date") && !strings.HasSuffix(snake, "_time") {
		return "", false
	}
	names := []string{"end_time", "end", "end_date", "timestamp", "time", "event_time", "date"}
	if ends {
		names = append([]string{"start_time", "start", "start_date"}, names[3:]...)
	}
	for _, member := range names {
		if member != name && schema.Declares(res.shape.resource, member) {
			return member, ends
		}
	}
	return "", false
}

// inclusion returns the condition of a parameter such as exclude_types or include,
// whose values are those of a member or ids; or nil.
func inclusion(res *endpoint, name string, texts []string) search.Query {
	stem, excludes := strings.CutPrefix(snake(name), "exclude")
	if !excludes {
		included := false
		if stem, included = strings.CutPrefix(snake(name), "include"); !included {
			return nil
		}
	}
	p := res.op.Param(name, "query")
	if p == nil || slices.Contains(schema.Types(p.Schema), "boolean") {
		return nil
	}
	field := res.shape.id
	if stem = strings.TrimPrefix(stem, "_"); stem != "" {
		if field = meantField(res.shape.resource, stem); schema.Declares(res.shape.resource, stem) {
			field = stem
		}
	}
	if field == "" || len(texts) == 0 {
		return nil
	}
	var all []string
	for _, text := range texts {
		all = append(all, strings.Split(text, ",")...)
	}
	if excludes {
		return search.Not(search.Equal{Field: field, Texts: all})
	}
	return search.Equal{Field: field, Texts: all}
}

// timeField returns the member that a parameter such as created_after or
// updatedBefore bounds; ends reports whether it is the upper bound.
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

// meantField returns the member that a parameter refers to by another spelling:
// the other case, the singular of a plural, or a nested member; otherwise "".
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

// notFilters are parameters that change how a list is shown.
var notFilters = []string{"fields", "language", "lang", "locale", "version", "mode", "expand", "timezone", "filter", "context_entities", "highlight"}

// distantFields returns the members that a parameter can refer to by a part of
// their names: entity_schema by schema, triggers.configuration.source_id by
// trigger_source_id.
func distantFields(s *openapi.Schema, name string) []string {
	stem := snake(name)
	if slices.Contains(notFilters, stem) || strings.HasPrefix(stem, "include") || strings.HasPrefix(stem, "exclude") || strings.HasPrefix(stem, "with_") {
		return nil
	}
	if stem == "accessible_to" {
		return declared(s, "owners.user_id", "owners", "shared_with.user_id", "shared_with", "created_by")
	}
	fields := append(endingFields(s, stem), deepFields(s, stem, 0)...)
	for at := range stem {
		if stem[at] != '_' {
			continue
		}
		for _, member := range memberNames(s) {
			if singular(snake(member)) == singular(stem[:at]) {
				for _, inner := range innerFields(schema.Member(s, member), stem[at+1:]) {
					fields = append(fields, member+"."+inner)
				}
			}
		}
	}
	slices.Sort(fields)
	return slices.Compact(fields)
}

func declared(s *openapi.Schema, fields ...string) []string {
	return slices.DeleteFunc(fields, func(field string) bool {
		first, _, _ := strings.Cut(field, ".")
		return !schema.Declares(s, first)
	})
}

// innerFields returns the members below a member that a name refers to. The id of
// a source is any id.
func innerFields(s *openapi.Schema, name string) []string {
	if items := schema.Items(s); items != nil {
		s = items
	}
	fields := append(endingFields(s, name), deepFields(s, name, 1)...)
	if len(fields) == 0 && name == "source_id" {
		fields = endingFields(s, "id")
	}
	return fields
}

// endingFields returns the members whose names end with _name, or its plural.
func endingFields(s *openapi.Schema, name string) []string {
	var fields []string
	for _, member := range memberNames(s) {
		if plain := snake(member); strings.HasSuffix(plain, "_"+name) || strings.HasSuffix(plain, "_"+name+"s") {
			fields = append(fields, member)
		}
	}
	return fields
}

// maxDepth is how deep a parameter can refer to a member.
const maxDepth = 4

// deepFields returns the paths of the members with a name.
func deepFields(s *openapi.Schema, name string, depth int) []string {
	var fields []string
	for _, member := range memberNames(s) {
		if member == name || member == camel(name) {
			fields = append(fields, member)
			continue
		}
		inner := schema.Member(s, member)
		if items := schema.Items(inner); items != nil {
			inner = items
		}
		if depth < maxDepth && inner != nil && holdsObject(inner) {
			for _, found := range deepFields(inner, name, depth+1) {
				fields = append(fields, member+"."+found)
			}
		}
	}
	return fields
}
