package emulator_test

import (
	"errors"

	"github.com/epilot-cli/epilot/internal/openapi"
)

// The definitions here are handwritten, with operation ids of their own: the
// emulator must not depend on known operation names.

func apis(name string) (*openapi.API, error) {
	switch name {
	case "tokens":
		return tokenAPI(), nil
	case "shop":
		return shopAPI(), nil
	case "forms":
		return formAPI(), nil
	case "styles":
		return stylesAPI(), nil
	}
	return nil, errors.New("no such definition")
}

func tokenAPI() *openapi.API {
	const base, public = "/v1/access-tokens", "/v1/access-tokens/public"
	get := func(id, path string) *openapi.Operation {
		return &openapi.Operation{ID: id, Method: "GET", Path: path, Security: openapi.Public, Responses: answers("200", Object())}
	}
	filter := &openapi.Param{
		Name: "token_type", In: "query", Style: "form", Explode: true,
		Schema: &openapi.Schema{Types: []string{"array"}, Items: segments("api", "journey", "portal", "assume", "app")},
	}
	id := &openapi.Param{Name: "id", In: "path", Style: "simple", Required: true, Schema: StringOf()}
	revoked := answers("200", Object())
	revoked[0].Contents[0].Examples = []openapi.Example{{Value: `{"id":"api_5ZugdRXasLfWBypHi93Fk","name":"sample"}`}}
	return &openapi.API{Name: "tokens", Operations: []*openapi.Operation{
		{ID: "all", Method: "GET", Path: base, Params: []*openapi.Param{filter}, Responses: answers("200", Object())},
		{ID: "make", Method: "POST", Path: base, Body: jsonBody(tokenParameters()), Responses: answers("201", Object())},
		{ID: "end", Method: "DELETE", Path: base + "/{id}", Params: []*openapi.Param{id}, Responses: revoked},
		get("a", base+"/.well-known/jwks.json"),
		get("b", base+"/.well-known/openid-configuration"),
		get("c", public+"/.well-known/jwks.json"),
		get("d", public+"/.well-known/openid-configuration"),
		get("e", base+"/portal-preview/.well-known/jwks.json"),
		get("f", base+"/portal-preview/.well-known/openid-configuration"),
		get("g", base+"/contact-identification/.well-known/jwks.json"),
		get("h", base+"/contact-identification/.well-known/openid-configuration"),
	}}
}

func tokenParameters() *openapi.Schema {
	expires := &openapi.Schema{AnyOf: []*openapi.Schema{{Types: []string{"integer"}}, StringOf()}}
	variant := func(tokenType, needs string) *openapi.Schema {
		s := Object(property("name", StringOf()), property("token_type", segments(tokenType)), property("expires_in", expires),
			property("assignments", &openapi.Schema{Types: []string{"array"}, Items: StringOf()}))
		s.Title, s.Required = tokenType, []string{"name"}
		if needs != "" {
			s.Properties = append(s.Properties, property(needs, StringOf()))
			s.Required = append(s.Required, needs)
		}
		return s
	}
	return &openapi.Schema{AnyOf: []*openapi.Schema{
		variant("api", ""), variant("journey", "journey_id"), variant("portal", "portal_id"), variant("assume", ""), variant("app", ""),
		variant("portal_preview", "portal_user_id"), variant("contact_identification", "contact_id"),
	}}
}

// shopAPI has no service: every response is a sample.
func shopAPI() *openapi.API {
	slug := &openapi.Param{Name: "slug", In: "path", Style: "simple", Required: true, Schema: segments("books", "toys")}
	size := &openapi.Param{Name: "size", In: "query", Style: "form", Explode: true, Required: true, Schema: &openapi.Schema{Types: []string{"integer"}}}
	sort := &openapi.Param{
		Name: "sort", In: "query", Style: "pipeDelimited",
		Schema: &openapi.Schema{Types: []string{"array"}, Items: segments("name", "price")},
	}
	filter := &openapi.Param{Name: "filter", In: "query", MediaType: "application/json", Schema: Object()}
	tenant := &openapi.Param{Name: "X-Tenant", In: "header", Style: "simple", Required: true, Schema: segments("north", "south")}
	example := answers("201", Object())
	example[0].Contents[0].Examples = []openapi.Example{{Value: `{"z":1.10,"a":"ü"}`}}
	return &openapi.API{Name: "shop", Operations: []*openapi.Operation{
		{ID: "find", Method: "GET", Path: "/v1/shop/{slug}", Params: []*openapi.Param{slug, size, sort, filter, tenant}, Responses: answers("200", Object())},
		{ID: "all", Method: "GET", Path: "/v1/shop/all", Security: openapi.Public, Responses: answers("2XX", &openapi.Schema{Const: `"every"`})},
		{ID: "put", Method: "PUT", Path: "/v1/shop/{slug}.json", Body: jsonBody(Object()), Responses: example},
		{ID: "drop", Method: "DELETE", Path: "/v1/shop/{slug}", Security: openapi.Optional, Responses: []*openapi.Response{{Status: "204"}}},
	}}
}

func Object(properties ...openapi.Property) *openapi.Schema {
	return &openapi.Schema{Types: []string{"object"}, Properties: properties}
}

func property(name string, s *openapi.Schema) openapi.Property {
	return openapi.Property{Name: name, Schema: s}
}

func StringOf() *openapi.Schema { return &openapi.Schema{Types: []string{"string"}} }

func segments(allowed ...string) *openapi.Schema {
	s := StringOf()
	for _, word := range allowed {
		s.Enum = append(s.Enum, `"`+word+`"`)
	}
	return s
}

func jsonBody(s *openapi.Schema) *openapi.Body {
	return &openapi.Body{Required: true, Contents: []*openapi.Content{{MediaType: "application/json", Schema: s}}}
}

func answers(status string, s *openapi.Schema) []*openapi.Response {
	return []*openapi.Response{{Status: status, Contents: []*openapi.Content{{MediaType: "application/json", Schema: s}}}}
}
