package complete

import (
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/epilot-cli/epilot/internal/convention"
	"github.com/epilot-cli/epilot/internal/openapi"
	"github.com/epilot-cli/epilot/internal/openapi/params"
	"github.com/epilot-cli/epilot/internal/openapi/schema"
	"github.com/epilot-cli/epilot/internal/suggest"
)

// Collection is a call that lists the items whose IDs a path parameter takes.
type Collection struct {
	Operation *openapi.Operation
	Named     []string // its parameters, in the form of -p
	Body      string   // JSON, or ""
}

const listed = 50 // number of items to request

// CollectionOf returns the collection of a path parameter: GET of the path up to the
// parameter, or the entity search. It returns nil if the API has no operation that
// lists the items, or if an earlier path parameter is not set. in contains the
// arguments typed so far.
func CollectionOf(api *openapi.API, op *openapi.Operation, param *openapi.Param, in params.Input) *Collection {
	path, _, found := strings.Cut(op.Path, "/{"+param.Name+"}")
	if !found || param.In != "path" {
		return nil
	}
	given := pathValues(op, in)
	if api.Name == "entity" && strings.HasPrefix(op.Path, "/v1/entity/{slug}") {
		return entities(api, path, given)
	}
	for _, list := range api.Operations {
		if list.Method == http.MethodGet && list.Path == path {
			return listOf(list.Load(), given)
		}
	}
	return nil
}

// pathValues returns the path parameters set on the command line, by name.
func pathValues(op *openapi.Operation, in params.Input) map[string]string {
	given := map[string]string{}
	for i, p := range op.PathParams() {
		if i < len(in.Positional) {
			given[p.Name] = in.Positional[i]
		}
	}
	for _, typed := range slices.Concat(in.Named, in.Flags) {
		key, value, _ := strings.Cut(typed, "=")
		if p, members := params.Find(op, key); p != nil && p.In == "path" && members == nil {
			given[p.Name] = value
		}
	}
	return given
}

// listOf builds a list call from the path values; nil if other parameters are
// required.
func listOf(list *openapi.Operation, given map[string]string) *Collection {
	c := &Collection{Operation: list}
	for _, p := range list.PathParams() {
		if given[p.Name] == "" {
			return nil
		}
		c.Named = append(c.Named, "path:"+p.Name+"="+given[p.Name])
	}
	for _, p := range list.Params {
		switch {
		case p.In == "path":
		case p.In == "query" && slices.Contains(convention.SizeParams(), p.Name):
			if size := strconv.Itoa(listed); len(schema.CheckText(p.Schema, size)) == 0 {
				c.Named = append(c.Named, "query:"+p.Name+"="+size)
			} else if p.Required {
				return nil
			}
		case p.Required:
			return nil
		}
	}
	if list.Body != nil && list.Body.Required {
		return nil
	}
	return c
}

// isSlug reports whether text looks like a schema slug; anything else could change
// the query that it is inserted into.
func isSlug(text string) bool {
	other := func(r rune) bool {
		return r != '_' && r != '-' && (r < '0' || r > '9') && (r < 'A' || r > 'Z') && (r < 'a' || r > 'z')
	}
	return text != "" && !strings.ContainsFunc(text, other)
}

// entities lists the schemas for a slug, and a schema's entities for an ID.
func entities(api *openapi.API, path string, given map[string]string) *Collection {
	switch path {
	case "/v1/entity":
		if list := api.Find("listSchemas"); list != nil {
			return listOf(list, nil)
		}
	case "/v1/entity/{slug}":
		search, slug := api.Find("searchEntities"), given["slug"]
		if search == nil || !isSlug(slug) {
			return nil
		}
		return &Collection{Operation: search, Body: `{"q":"_schema:` + slug + `","size":` + strconv.Itoa(listed) +
			`,"sort":"_updated_at:desc","fields":["_id","_title","_updated_at"]}`}
	}
	return nil
}

// SchemaOf returns the call for the schema of the entities that an operation writes,
// or nil if it writes none or the slug is not set.
func SchemaOf(api *openapi.API, op *openapi.Operation, in params.Input) *Collection {
	slug := pathValues(op, in)["slug"]
	get := api.Find("getSchema")
	if api.Name != "entity" || !strings.HasPrefix(op.Path, "/v1/entity/{slug}") || !isSlug(slug) || get == nil {
		return nil
	}
	return listOf(get.Load(), map[string]string{"slug": slug})
}

// Attributes extracts the fields of an entity schema from its response.
func Attributes(response []byte) []Candidate {
	var shape struct {
		Attributes []struct {
			Name, Label, Type string
			Repeatable        bool
		}
	}
	if json.Unmarshal(response, &shape) != nil {
		return nil
	}
	var found []Candidate
	for _, a := range shape.Attributes {
		if a.Name == "" {
			continue
		}
		field := Candidate{Text: a.Name, Note: strings.Trim(a.Label+", "+a.Type, ", "), Type: a.Type}
		if a.Repeatable {
			field.Type = "" // a list of values of that type
		}
		found = append(found, field)
	}
	return distinct(found)
}

// Items extracts the IDs, names and dates from a collection's response. It returns
// nothing if the response is not the expected list.
func Items(response []byte, param *openapi.Param) []Candidate {
	var value any
	if json.Unmarshal(response, &value) != nil {
		return nil
	}
	var found []Candidate
	for _, item := range itemsIn(value, 2) {
		if id := textOf(item, idNames(param.Name)); id != "" {
			found = append(found, Candidate{Text: id, Note: noteOf(item, id)})
		}
	}
	return distinct(found)
}

// itemsIn returns the objects of a list nested at most depth members deep,
// preferring members that usually contain a list.
func itemsIn(value any, depth int) []map[string]any {
	switch v := value.(type) {
	case []any:
		var items []map[string]any
		for _, element := range v {
			if item, isObject := element.(map[string]any); isObject {
				items = append(items, item)
			}
		}
		return items
	case map[string]any:
		if depth == 0 {
			return nil
		}
		for _, name := range append(convention.ListWrappers(), slices.Sorted(maps.Keys(v))...) {
			if items := itemsIn(v[name], depth-1); len(items) > 0 {
				return items
			}
		}
	}
	return nil
}

// idNames returns the members that may contain the ID for a parameter: the
// parameter's name in any spelling, then the usual names.
func idNames(param string) []string {
	return []string{suggest.Fold(param), "id"}
}

// textOf returns the first member that is a string or number, by folded name.
func textOf(item map[string]any, names []string) string {
	members := slices.Sorted(maps.Keys(item)) // "_id" sorts before "id"
	for _, name := range names {
		for _, member := range members {
			if suggest.Fold(member) != name {
				continue
			}
			switch v := item[member].(type) {
			case string:
				if v != "" {
					return v
				}
			case float64:
				if v == float64(int64(v)) {
					return strconv.FormatInt(int64(v), 10)
				}
			}
		}
	}
	return ""
}

// noteOf returns how a user recognizes an item: its name and the date of its last
// change.
func noteOf(item map[string]any, id string) string {
	var parts []string
	name := textOf(item, []string{
		"title", "name", "displayname", "label", "subject", "fullname", "filename", "email", "description", "slug", "key",
	})
	if name != "" && name != id {
		parts = append(parts, name)
	}
	date := textOf(item, []string{"updatedat", "lastupdatedat", "modifiedat", "createdat", "created", "startedat", "timestamp", "date"})
	if day, _, timed := strings.Cut(date, "T"); timed && len(day) == len("2006-01-02") {
		parts = append(parts, day)
	}
	return strings.Join(parts, "  ")
}
