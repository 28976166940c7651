package emulator

import (
	"slices"
	"strings"

	"github.com/epilot-cli/epilot/internal/operation"
	"github.com/epilot-cli/epilot/internal/schema"
)

// shape is where a thing, or the list of them, stands in a JSON answer.
type shape struct {
	mediaType string
	whole     *operation.Schema // of the answer
	path      []string          // the members that lead to the thing or list
	thing     *operation.Schema // of the thing, or of the list's elements
	id        string            // the member that identifies a thing, "" where it has none

	least  object        // the least sample of a thing
	full   func() object // the full one
	around []object      // the least samples of what stands around it, a step of the path each
}

// jsonContent is the JSON content of an operation's success, nil where it has none.
func jsonContent(op *operation.Operation) *operation.Content {
	success := op.Success()
	if success == nil {
		return nil
	}
	content := operation.JSON(success.Contents)
	if content == nil || content.Schema == nil {
		return nil
	}
	return content
}

// thingShape finds the thing in an operation's answer: the answer itself or one
// of its members, whichever has the id. nil where there is none.
func thingShape(op *operation.Operation, k *kind) *shape {
	content := jsonContent(op)
	if content == nil || !holdsObject(content.Schema) {
		return nil
	}
	s := &shape{mediaType: content.MediaType, whole: content.Schema, thing: content.Schema}
	if s.id = idMember(content.Schema, k); s.id != "" {
		return s.prepare()
	}
	for _, name := range memberNames(content.Schema) {
		inner := schema.Member(content.Schema, name)
		if id := idMember(inner, k); id != "" && holdsObject(inner) {
			s.path, s.thing, s.id = []string{name}, inner, id
			break
		}
	}
	return s.prepare()
}

// listShape finds the list in an operation's answer, nil where there is none.
func listShape(op *operation.Operation, k *kind) *shape {
	content := jsonContent(op)
	if content == nil {
		return nil
	}
	s := &shape{mediaType: content.MediaType, whole: content.Schema}
	path, found := listPath(content.Schema, k.thing, 0)
	if !found {
		return nil
	}
	s.path, s.thing = path, content.Schema
	for _, name := range path {
		s.thing = schema.Member(s.thing, name)
	}
	s.thing = schema.Items(s.thing)
	if s.thing == nil || !holdsObject(s.thing) || isPartOfThing(content.Schema, path, k) {
		return nil
	}
	s.id = idMember(s.thing, k)
	return s.prepare()
}

// listPath leads to the likeliest array of a schema.
func listPath(s *operation.Schema, thing string, depth int) ([]string, bool) {
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
		if isListName(name) || singular(name) == thing {
			return []string{name}, true
		}
	}
	if len(arrays) > 0 {
		return arrays[:1], true
	}
	for _, name := range []string{"data", "result", "results"} {
		if inner := schema.Member(s, name); depth == 0 && schema.Declares(s, name) {
			path, found := listPath(inner, thing, depth+1)
			return append([]string{name}, path...), found
		}
	}
	return nil, false
}

// isPartOfThing reports whether an array belongs to one thing, which has an id.
func isPartOfThing(s *operation.Schema, path []string, k *kind) bool {
	return len(path) == 1 && !isListName(path[0]) && singular(path[0]) != k.thing && idMember(s, k) != ""
}

func isListName(name string) bool {
	return slices.Contains([]string{"results", "data", "items", "entities", "hits"}, name)
}

// holdsObject reports whether a schema takes an object.
func holdsObject(s *operation.Schema) bool {
	types := schema.Types(s)
	return slices.Contains(types, "object") || len(types) == 0 && len(memberNames(s)) > 0
}

// memberNames are the members that a schema and its alternatives declare.
func memberNames(s *operation.Schema) []string {
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

// idMember is the member of a thing that the path's parameter stands for.
func idMember(s *operation.Schema, k *kind) string {
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

// idNames are the names that a thing's id may have, the likeliest first.
func idNames(k *kind) []string {
	names := []string{k.param, snake(k.param), camel(k.param)}
	for _, ending := range []string{"id", "slug", "name", "key"} {
		if strings.HasSuffix(strings.ToLower(k.param), ending) {
			names = append(names, ending)
		}
	}
	if !slices.Contains(names, "id") {
		return names
	}
	names = append(names, "_id")
	for i := len(k.words) - 1; i >= 0; i-- {
		if _, is := parameter(k.words[i]); !is {
			name := strings.ReplaceAll(singular(k.words[i]), "-", "_") + "_id"
			names = append(names, name, camel(name))
		}
	}
	return names
}

// snake is "jobId" as "job_id".
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

// camel is "job_id" as "jobId".
func camel(name string) string {
	words := strings.Split(name, "_")
	for i := 1; i < len(words); i++ {
		if words[i] != "" {
			words[i] = strings.ToUpper(words[i][:1]) + words[i][1:]
		}
	}
	return strings.Join(words, "")
}
