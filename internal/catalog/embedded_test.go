package catalog

import (
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/epilot-cli/epilot/internal/openapi"
	"github.com/epilot-cli/epilot/internal/openapi/schema"
)

func load(t testing.TB, name string) *openapi.API {
	t.Helper()
	api, err := New(Options{}).Load(t.Context(), name, "")
	if err != nil {
		t.Fatal(err)
	}
	return api
}

func TestIndex(t *testing.T) {
	t.Parallel()
	c := New(Options{})
	names := c.Names()
	if !slices.IsSorted(names) || !slices.Contains(names, "access-token") {
		t.Errorf("names %q", names)
	}
	for i, entry := range c.Entries() {
		api := load(t, entry.Name)
		if entry.Name != names[i] || entry.Title == "" || entry.Title != api.Title || !c.Has(entry.Name) {
			t.Errorf("entry %+v, API %q", entry, api.Title)
		}
		for _, op := range api.Operations {
			for _, server := range slices.Concat(api.Servers, op.Load().Servers) {
				if !slices.Contains(c.Hosts(), server) {
					t.Errorf("%s is missing among the hosts", server)
				}
			}
		}
	}
	for _, host := range c.Hosts() {
		if u, err := url.Parse(host); err != nil || u.Scheme != "https" || u.Host == "" {
			t.Errorf("host %q", host)
		}
	}
	if c.Has("") || c.Has("access") {
		t.Error("an API is known that is not embedded")
	}
}

// TestEveryOperation loads everything embedded, so that a mistake in the facts is
// found before a user calls the operation.
func TestEveryOperation(t *testing.T) {
	t.Parallel()
	for _, name := range New(Options{}).Names() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			api := load(t, name)
			for _, op := range api.Operations {
				checkOperation(t, api.Find(op.ID))
			}
			known := map[string]bool{}
			for _, component := range api.Components.Names() {
				known[component] = true
			}
			for _, component := range api.Components.Names() {
				checkSchema(t, known, component, api.Components.Schema(component))
			}
		})
	}
}

func checkOperation(t *testing.T, op *openapi.Operation) {
	t.Helper()
	if len(op.Responses) == 0 {
		t.Errorf("%s has no responses: its facts cannot be read", op.ID)
	}
	if want := strings.Count(op.Path, "{"); len(op.PathParams()) != want {
		t.Errorf("%s has %d path parameters, its path %d", op.ID, len(op.PathParams()), want)
	}
	if op.Body != nil {
		checkExamples(t, op.ID+" body", op.Body.Contents, schema.Request)
	}
	for _, response := range op.Responses {
		checkExamples(t, op.ID+" "+response.Status, response.Contents, schema.Response)
	}
}

func checkExamples(t *testing.T, what string, contents []*openapi.Content, direction schema.Direction) {
	t.Helper()
	for _, content := range contents {
		for _, example := range content.Examples {
			value, err := schema.Decode([]byte(example.Value))
			if err != nil {
				t.Errorf("%s: example: %v", what, err)
				continue
			}
			for _, fault := range schema.Check(content.Schema, value, direction) {
				t.Errorf("%s: example: %s", what, fault)
			}
		}
	}
}

// checkSchema looks for references to missing components.
func checkSchema(t *testing.T, known map[string]bool, name string, s *openapi.Schema) {
	t.Helper()
	if s == nil {
		return
	}
	if s.Ref != "" {
		if !known[s.Ref] {
			t.Errorf("%s: there is no schema %q", name, s.Ref)
		}
		return
	}
	parts := slices.Concat([]*openapi.Schema{s.Items, s.Additional, s.Not}, s.AllOf, s.OneOf, s.AnyOf)
	for _, property := range s.Properties {
		parts = append(parts, property.Schema)
	}
	for _, part := range parts {
		checkSchema(t, known, name, part)
	}
}

func TestTheTokenOperations(t *testing.T) {
	t.Parallel()
	api := load(t, "access-token")
	var got []string
	for _, op := range api.Operations {
		security := []string{"token", "either", "public"}[op.Load().Security]
		got = append(got, op.ID+" "+op.Method+" "+op.Path+" "+security)
	}
	want := []string{
		"createAccessToken POST /v1/access-tokens token",
		"listAccessTokens GET /v1/access-tokens token",
		"revokeAccessToken DELETE /v1/access-tokens/{id} token",
		"getAccessTokenJwks GET /v1/access-tokens/.well-known/jwks.json public",
		"getAccessTokenOIDC GET /v1/access-tokens/.well-known/openid-configuration public",
		"getPublicTokenJwks GET /v1/access-tokens/public/.well-known/jwks.json public",
		"getPortalPreviewTokenJwks GET /v1/access-tokens/portal-preview/.well-known/jwks.json public",
		"getPublicTokenOIDC GET /v1/access-tokens/public/.well-known/openid-configuration public",
		"getPortalPreviewTokenOIDC GET /v1/access-tokens/portal-preview/.well-known/openid-configuration public",
		"getContactIdentificationTokenJwks GET /v1/access-tokens/contact-identification/.well-known/jwks.json public",
		"getContactIdentificationTokenOIDC GET /v1/access-tokens/contact-identification/.well-known/openid-configuration public",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// BenchmarkLoad loads each embedded API and one operation of it, as a call does.
func BenchmarkLoad(b *testing.B) {
	c := New(Options{})
	for _, name := range c.Names() {
		api := load(b, name)
		middle := api.Operations[len(api.Operations)/2].ID
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				api, err := c.Load(b.Context(), name, "")
				if err != nil {
					b.Fatal(err)
				}
				api.Find(middle)
			}
		})
	}
}
