package emulator_test

import (
	"encoding/json"
	"net/http"
	"regexp"
	"slices"
	"strings"

	"github.com/epilot-cli/epilot/internal/emulator/resource"
	"github.com/epilot-cli/epilot/internal/openapi"
)

// view is a request that shows a resource.
type view struct {
	*sent
	api  *openapi.API
	role string
	path string // the collection that it lists according to effects.txt, or ""
}

// template returns a path without its version and parameter names.
func template(path string) string {
	path = regexp.MustCompile(`^/v\d+/`).ReplaceAllString(path, "/")
	return regexp.MustCompile(`\{[^}]*\}|\$[\w.]+`).ReplaceAllString(path, "{}")
}

// follow copies the parameter values from the request under test.
func (v *view) follow(request *sent, e resource.Effect) {
	params := v.op.PathParams()
	for i, value := range v.values {
		name := value.param.Name
		if name == "size" {
			v.values[i].json = 50
			continue
		}
		given := request.valueOf(name)
		for _, other := range []string{name, camelCase(name)} {
			if given == nil && value.param.In == "path" {
				given = memberIn(request.body, other)
			}
		}
		if value.param.In != "header" && given != nil {
			v.values[i].json = given
		}
		if len(params) > 0 && value.param == params[len(params)-1] && v.role == "get" && e.ID != "" {
			if id := request.expression(e.ID, e.Each); id != nil {
				v.values[i].json = id
			}
		}
	}
	// The path determines which document or collection to view.
	if e.Document != "" || v.role != "get" {
		words := strings.Split(strings.TrimPrefix(regexp.MustCompile(`^/v\d+/`).ReplaceAllString(v.op.Path, "/"), "/"), "/")
		path := e.Document
		if v.path != "" {
			words, path = strings.Split(v.path, "/"), e.Path
		}
		for i, word := range strings.Split(path, "/") {
			for j, value := range v.values {
				if i < len(words) && words[i] == "{"+value.param.Name+"}" && value.param.In == "path" {
					if given := request.expression(word, ""); given != nil {
						v.values[j].json = given
					}
				}
			}
		}
	}
	// The filters of a list come from the request.
	var body map[string]any
	if v.op.Body != nil && v.op.Method == http.MethodPost {
		_ = json.Unmarshal([]byte(v.body), &body)
		for name := range body {
			if given := request.expression("$"+name, ""); given != nil {
				body[name] = given
			}
		}
		delete(body, "q")
		if text, err := json.Marshal(body); err == nil && body != nil {
			v.body = string(text)
		}
	}
}

// camelCase converts "meter_id" to "meterId".
func camelCase(name string) string {
	return regexp.MustCompile(`_[a-z]`).ReplaceAllStringFunc(name, func(s string) string { return strings.ToUpper(s[1:]) })
}

// take points the view at a new resource.
func (v *view) take(id string) {
	params := v.op.PathParams()
	for i, value := range v.values {
		if id != "" && v.role == "get" && len(params) > 0 && value.param == params[len(params)-1] {
			v.values[i].json = id
		}
	}
}

func (s *sent) valueOf(name string) any {
	for _, v := range s.values {
		if v.param.Name == name {
			return v.json
		}
	}
	return nil
}

// expression evaluates an expression of effects.txt in the request.
func (s *sent) expression(text, each string) any {
	switch {
	case strings.HasPrefix(text, "{"):
		return s.valueOf(strings.Trim(text, "{}"))
	case strings.HasPrefix(text, "?"):
		if list, ok := s.valueOf(text[1:]).([]any); ok && len(list) > 0 {
			return list[0]
		}
		return s.valueOf(text[1:])
	case strings.HasPrefix(text, "$"), strings.HasPrefix(text, "@"):
		path := text[1:]
		if text[0] == '@' {
			path = each[1:] + text[1:]
		}
		var body any
		_ = json.Unmarshal([]byte(s.body), &body)
		for step := range strings.SplitSeq(path, ".") {
			if list, ok := body.([]any); ok && len(list) > 0 {
				body = list[0]
			}
			if step != "" {
				members, _ := body.(map[string]any)
				body = members[step]
			}
		}
		if list, ok := body.([]any); ok && len(list) > 0 {
			body = list[0]
		}
		return body
	}
	return nil
}

// assign sets the request value that an expression of effects.txt refers to.
func (s *sent) assign(text, each string, id any) {
	switch {
	case strings.HasPrefix(text, "{"), strings.HasPrefix(text, "?"):
		name := strings.Trim(text, "{}?")
		for i, v := range s.values {
			if v.param.Name == name {
				s.values[i].json = id
			}
		}
	case strings.HasPrefix(text, "$"), strings.HasPrefix(text, "@"):
		path := text[1:]
		if text[0] == '@' {
			path = strings.Trim(each[1:]+text[1:], ".")
		}
		var body any
		_ = json.Unmarshal([]byte(s.body), &body)
		body = assigned(body, strings.Split(path, "."), id)
		encoded, _ := json.Marshal(body)
		s.body = string(encoded)
	}
}

func assigned(body any, steps []string, id any) any {
	if list, ok := body.([]any); ok && len(list) > 0 {
		list[0] = assigned(list[0], steps, id)
		return list
	}
	if len(steps) == 0 || steps[0] == "" {
		return id
	}
	members, _ := body.(map[string]any)
	if members == nil {
		members = map[string]any{}
	}
	members[steps[0]] = assigned(members[steps[0]], steps[1:], id)
	return members
}

// idIn returns the first member of a JSON text that looks like the id of its resource.
func idIn(body string) string {
	for _, name := range []string{"_id", "id", "job_id", "jobId", "execution_id", "event_id", "credential_id", "user_id", "revision_id", "entity_id", "preview_id", "conversation_id", "import_id"} {
		if id, ok := memberIn(body, name).(string); ok && id != "" {
			return id
		}
	}
	return ""
}

// memberIn returns the outermost member with that name in a JSON text.
func memberIn(body, name string) any {
	var value any
	if json.Unmarshal([]byte(body), &value) != nil {
		return nil
	}
	level := []any{value}
	for range 4 {
		var next []any
		for _, value := range level {
			switch typed := value.(type) {
			case map[string]any:
				if found, ok := typed[name]; ok {
					return found
				}
				for _, key := range slices.Sorted(mapsKeys(typed)) {
					next = append(next, typed[key])
				}
			case []any:
				next = append(next, typed...)
			}
		}
		level = next
	}
	return nil
}

func mapsKeys(m map[string]any) func(func(string) bool) {
	return func(yield func(string) bool) {
		for key := range m {
			if !yield(key) {
				return
			}
		}
	}
}
