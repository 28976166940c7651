package resource

import (
	"slices"
	"strings"

	"github.com/epilot-cli/epilot/internal/convention"
	"github.com/epilot-cli/epilot/internal/emulator/message"
	"github.com/epilot-cli/epilot/internal/jsonx"
	"github.com/epilot-cli/epilot/internal/openapi"
	"github.com/epilot-cli/epilot/internal/openapi/schema"
)

// shape is the location of a resource, or of a list of them, in a JSON response.
type shape struct {
	mediaType string
	whole     *openapi.Schema // of the response
	path      []string        // the members that lead to the resource or list
	resource  *openapi.Schema // of the resource, or of the list's elements
	id        string          // the member that identifies a resource, or ""

	least  jsonx.Object        // the minimal sample of a resource
	full   func() jsonx.Object // returns the full sample
	around []jsonx.Object      // the minimal samples of the surrounding objects, one per step of the path
}

// resourceShape finds the resource in an operation's response: the response
// itself or one of its members, whichever has the id; otherwise nil.
func resourceShape(op *openapi.Operation, k *resourceType) *shape {
	content := message.JSONContent(op)
	if content == nil || !holdsObject(content.Schema) {
		return nil
	}
	s := &shape{mediaType: content.MediaType, whole: content.Schema, resource: content.Schema}
	if s.id = idMember(content.Schema, k); s.id != "" {
		return s.prepare()
	}
	for _, name := range memberNames(content.Schema) {
		inner := schema.Member(content.Schema, name)
		if id := idMember(inner, k); id != "" && holdsObject(inner) {
			s.path, s.resource, s.id = []string{name}, inner, id
			break
		}
	}
	return s.prepare()
}

// listShape finds the list in an operation's response, or returns nil.
func listShape(op *openapi.Operation, k *resourceType) *shape {
	content := message.JSONContent(op)
	if content == nil {
		return nil
	}
	s := &shape{mediaType: content.MediaType, whole: content.Schema}
	path, found := listPath(content.Schema, k.name, 0)
	if !found {
		return nil
	}
	s.path, s.resource = path, content.Schema
	for _, name := range path {
		s.resource = schema.Member(s.resource, name)
	}
	s.resource = schema.Items(s.resource)
	if s.resource == nil || !holdsObject(s.resource) || isPartOfResource(content.Schema, path, k) {
		return nil
	}
	s.id = idMember(s.resource, k)
	return s.prepare()
}

// listPath returns the path to the likeliest array of a schema.
func listPath(s *openapi.Schema, resource string, depth int) ([]string, bool) {
	if slices.Contains(schema.Types(s), "array") {
		return nil, true
	}
	var arrays []string
	for _, name := range memberNames(s) {
		if slices.Contains(schema.Types(schema.Member(s, name)), "array") {
			arrays = append(arrays, name)
		}
	}
	for _, name := range arrays {
		if convention.IsListWrapper(name) || singular(name) == resource {
			return []string{name}, true
		}
	}
	if len(arrays) > 0 {
		return arrays[:1], true
	}
	for _, name := range convention.ListWrappers() {
		if inner := schema.Member(s, name); depth == 0 && schema.Declares(s, name) {
			path, found := listPath(inner, resource, depth+1)
			return append([]string{name}, path...), found
		}
	}
	return nil, false
}

// isPartOfResource reports whether an array belongs to one resource, which has an id.
func isPartOfResource(s *openapi.Schema, path []string, k *resourceType) bool {
	return len(path) == 1 && !convention.IsListWrapper(path[0]) && singular(path[0]) != k.name && idMember(s, k) != ""
}

// holdsObject reports whether a schema allows an object.
func holdsObject(s *openapi.Schema) bool {
	types := schema.Types(s)
	return slices.Contains(types, "object") || len(types) == 0 && len(memberNames(s)) > 0
}

// memberNames returns the members that a schema and its alternatives declare.
func memberNames(s *openapi.Schema) []string {
	var names []string
	for _, part := range s.Parts() {
		for _, p := range part.Properties {
			if !slices.Contains(names, p.Name) {
				names = append(names, p.Name)
			}
		}
	}
	return names
}

// idMember returns the member of a resource that corresponds to the path parameter.
func idMember(s *openapi.Schema, k *resourceType) string {
	for _, name := range idNames(k) {
		if !schema.Declares(s, name) {
			continue
		}
		types := schema.Types(schema.Member(s, name))
		if len(types) == 0 || slices.Contains(types, "string") || slices.Contains(types, "integer") || slices.Contains(types, "number") {
			return name
		}
	}
	return ""
}

// idNames returns the possible names of a resource's id, the likeliest first.
func idNames(k *resourceType) []string {
	names := []string{k.param, snake(k.param), camel(k.param), "_" + snake(k.param)}
	for _, ending := range []string{"id", "slug", "name", "key"} {
		if strings.HasSuffix(strings.ToLower(k.param), ending) {
			names = append(names, ending)
		}
	}
	if !slices.Contains(names, "id") {
		return names
	}
	names = append(names, "_id")
	for i := len(k.segments) - 1; i >= 0; i-- {
		if _, is := parameter(k.segments[i]); !is {
			name := strings.ReplaceAll(singular(k.segments[i]), "-", "_") + "_id"
			names = append(names, name, camel(name))
		}
	}
	return names
}

// snake converts "jobId" to "job_id".
func snake(name string) string {
	var out strings.Builder
	for i, r := range name {
		if i > 0 && 'A' <= r && r <= 'Z' {
			out.WriteByte('_')
		}
		out.WriteString(strings.ToLower(string(r)))
	}
	return out.String()
}

// camel converts "job_id" to "jobId".
func camel(name string) string {
	parts := strings.Split(name, "_")
	for i := 1; i < len(parts); i++ {
		if parts[i] != "" {
			parts[i] = strings.ToUpper(parts[i][:1]) + parts[i][1:]
		}
	}
	return strings.Join(parts, "")
}
