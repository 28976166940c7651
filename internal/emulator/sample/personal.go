package sample

import (
	"net/http"
	"regexp"
	"slices"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/epilot-cli/epilot/internal/emulator/message"
	"github.com/epilot-cli/epilot/internal/emulator/object"
	"github.com/epilot-cli/epilot/internal/httpx"
	"github.com/epilot-cli/epilot/internal/jsonx"
	"github.com/epilot-cli/epilot/internal/openapi"
	"github.com/epilot-cli/epilot/internal/openapi/schema"
)

// Header marks a response that does not come from the state; its value is then
// HeaderSample.
const (
	Header       = "X-Epilot-Mock"
	HeaderSample = "sample"
)

// documentOrganization is the organization in the examples of epilot's definitions.
const documentOrganization = "739224"

// Personalize adapts a sample to its request: it echoes path parameters and
// members of the body, uses the mock's organization everywhere, and replaces
// hosts by names that cannot resolve. A step with an invalid result is skipped.
// newID is the id of a created resource, or "".
func Personalize(r *message.Request, s *openapi.Schema, text []byte, newID string) []byte {
	steps := []func(jsontext.Value) jsontext.Value{
		func(v jsontext.Value) jsontext.Value { return local("", v) },
		func(v jsontext.Value) jsontext.Value { return withID(v, newID) },
		func(v jsontext.Value) jsontext.Value { return withParams(r, v) },
		func(v jsontext.Value) jsontext.Value { return withBody(r, s, v) },
	}
	for _, step := range steps {
		if next := step(text); string(next) != string(text) && matches(s, next) {
			text = next
		}
	}
	return text
}

func matches(s *openapi.Schema, text []byte) bool {
	value, err := schema.Decode(text)
	return err == nil && (s == nil || len(schema.Check(s, value, schema.Response)) == 0)
}

var foreignURL = regexp.MustCompile(`(https?://)([A-Za-z0-9.-]+)`)

// local replaces organizations by the mock's, and hosts by names that never
// resolve (RFC 6761, section 6.4).
func local(name string, value jsontext.Value) jsontext.Value {
	switch value.Kind() {
	case '{':
		members, _ := jsonx.ParseObject(value)
		for i, m := range members {
			members[i].Value = local(m.Name, m.Value)
		}
		return members.Text()
	case '[':
		elements := object.Elements(value)
		for i := range elements {
			elements[i] = local(name, elements[i])
		}
		return jsonx.ArrayOf(elements)
	case '"':
		text := jsonx.Unquote(value)
		changed := strings.ReplaceAll(text, documentOrganization, Organization)
		if IsOrganization(name) {
			changed = Organization
		}
		changed = foreignURL.ReplaceAllStringFunc(changed, func(url string) string {
			_, host, _ := strings.Cut(url, "://")
			if httpx.IsLoopback(host) || strings.HasSuffix(host, ".invalid") || strings.HasSuffix(host, ".localhost") {
				return url
			}
			return strings.TrimRight(url, ".") + ".invalid"
		})
		if changed != text {
			return object.Quote(changed)
		}
	}
	return value
}

// IsOrganization reports whether a member with this name contains an organization id.
func IsOrganization(name string) bool {
	switch strings.ToLower(strings.ReplaceAll(name, "_", "")) {
	case "org", "orgid", "organizationid", "ownerorgid", "sourceorgid":
		return true
	}
	return false
}

func withID(value jsontext.Value, id string) jsontext.Value {
	members, ok := jsonx.ParseObject(value)
	if !ok || id == "" {
		return value
	}
	for _, name := range []string{"id", "_id"} {
		if members.Get(name).Kind() == '"' {
			return members.With(name, object.Quote(id)).Text()
		}
	}
	return value
}

// withParams sets the members named like a path parameter, in the object and in
// objects directly below it. If the parameter ends the path, it is also the
// object's "id".
func withParams(r *message.Request, value jsontext.Value) jsontext.Value {
	members, ok := jsonx.ParseObject(value)
	if !ok {
		return value
	}
	for name, param := range r.Path {
		names := []string{name, "_" + name, spelled(name)}
		if r.Op.Method != http.MethodPost && strings.HasSuffix(r.Op.Path, "/{"+name+"}") {
			names = append(names, "id", "_id")
		}
		for i, m := range members {
			if slices.Contains(names, m.Name) && m.Value.Kind() == '"' {
				members[i].Value = object.Quote(param)
			}
			inner, ok := jsonx.ParseObject(m.Value)
			for j, n := range inner {
				if ok && slices.Contains(names[:3], n.Name) && n.Value.Kind() == '"' {
					inner[j].Value = object.Quote(param)
					members[i].Value = inner.Text()
				}
			}
		}
	}
	return members.Text()
}

// spelled converts "job_id" to "jobId", and vice versa.
func spelled(name string) string {
	if parts := strings.Split(name, "_"); len(parts) > 1 {
		for i := 1; i < len(parts); i++ {
			parts[i] = strings.ToUpper(parts[i][:min(1, len(parts[i]))]) + parts[i][min(1, len(parts[i])):]
		}
		return strings.Join(parts, "")
	}
	var out strings.Builder
	for i, r := range name {
		if i > 0 && 'A' <= r && r <= 'Z' {
			out.WriteByte('_')
		}
		out.WriteString(strings.ToLower(string(r)))
	}
	return out.String()
}

// withBody copies the members of the request body to the response members of the
// same name, so that a response does not contradict its request.
func withBody(r *message.Request, s *openapi.Schema, value jsontext.Value) jsontext.Value {
	members, ok := jsonx.ParseObject(value)
	if !ok || r.Body == nil {
		return value
	}
	for _, m := range r.Object() {
		if members.Get(m.Name) == nil && !schema.Declares(s, m.Name) {
			continue
		}
		changed := members.With(m.Name, m.Value)
		if matches(s, changed.Text()) {
			members = changed
		}
	}
	return members.Text()
}
