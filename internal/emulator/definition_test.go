package emulator_test

import (
	"errors"

	"github.com/epilot-cli/epilot/internal/operation"
)

// The definitions here are made by hand, with operation ids of their own: the
// emulator must not know an operation by its name.

func apis(name string) (*operation.API, error) {
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

func tokenAPI() *operation.API {
	const base, public = "/v1/access-tokens", "/v1/access-tokens/public"
	get := func(id, path string) *operation.Operation {
		return &operation.Operation{ID: id, Method: "GET", Path: path, Security: operation.Public, Responses: answers("200", object())}
	}
	filter := &operation.Param{
		Name: "token_type", In: "query", Style: "form", Explode: true,
		Schema: &operation.Schema{Types: []string{"array"}, Items: words("api", "journey", "portal", "assume", "app")},
	}
	id := &operation.Param{Name: "id", In: "path", Style: "simple", Required: true, Schema: text()}
	revoked := answers("200", object())
	revoked[0].Contents[0].Examples = []operation.Example{{Value: `{"id":"api_5ZugdRXasLfWBypHi93Fk","name":"sample"}`}}
	return &operation.API{Name: "tokens", Operations: []*operation.Operation{
		{ID: "all", Method: "GET", Path: base, Params: []*operation.Param{filter}, Responses: answers("200", object())},
		{ID: "make", Method: "POST", Path: base, Body: jsonBody(tokenParameters()), Responses: answers("201", object())},
		{ID: "end", Method: "DELETE", Path: base + "/{id}", Params: []*operation.Param{id}, Responses: revoked},
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

func tokenParameters() *operation.Schema {
	expires := &operation.Schema{AnyOf: []*operation.Schema{{Types: []string{"integer"}}, text()}}
	variant := func(tokenType, needs string) *operation.Schema {
		s := object(property("name", text()), property("token_type", words(tokenType)), property("expires_in", expires),
			property("assignments", &operation.Schema{Types: []string{"array"}, Items: text()}))
		s.Title, s.Required = tokenType, []string{"name"}
		if needs != "" {
			s.Properties = append(s.Properties, property(needs, text()))
			s.Required = append(s.Required, needs)
		}
		return s
	}
	return &operation.Schema{AnyOf: []*operation.Schema{
		variant("api", ""), variant("journey", "journey_id"), variant("portal", "portal_id"), variant("assume", ""), variant("app", ""),
		variant("portal_preview", "portal_user_id"), variant("contact_identification", "contact_id"),
	}}
}

// shopAPI has no service behind it: it is answered with samples.
func shopAPI() *operation.API {
	slug := &operation.Param{Name: "slug", In: "path", Style: "simple", Required: true, Schema: words("books", "toys")}
	size := &operation.Param{Name: "size", In: "query", Style: "form", Explode: true, Required: true, Schema: &operation.Schema{Types: []string{"integer"}}}
	sort := &operation.Param{
		Name: "sort", In: "query", Style: "pipeDelimited",
		Schema: &operation.Schema{Types: []string{"array"}, Items: words("name", "price")},
	}
	filter := &operation.Param{Name: "filter", In: "query", MediaType: "application/json", Schema: object()}
	tenant := &operation.Param{Name: "X-Tenant", In: "header", Style: "simple", Required: true, Schema: words("north", "south")}
	example := answers("201", object())
	example[0].Contents[0].Examples = []operation.Example{{Value: `{"z":1.10,"a":"ü"}`}}
	return &operation.API{Name: "shop", Operations: []*operation.Operation{
		{ID: "find", Method: "GET", Path: "/v1/shop/{slug}", Params: []*operation.Param{slug, size, sort, filter, tenant}, Responses: answers("200", object())},
		{ID: "all", Method: "GET", Path: "/v1/shop/all", Security: operation.Public, Responses: answers("2XX", &operation.Schema{Const: `"every"`})},
		{ID: "put", Method: "PUT", Path: "/v1/shop/{slug}.json", Body: jsonBody(object()), Responses: example},
		{ID: "drop", Method: "DELETE", Path: "/v1/shop/{slug}", Security: operation.Optional, Responses: []*operation.Response{{Status: "204"}}},
	}}
}

func object(properties ...operation.Property) *operation.Schema {
	return &operation.Schema{Types: []string{"object"}, Properties: properties}
}

func property(name string, s *operation.Schema) operation.Property {
	return operation.Property{Name: name, Schema: s}
}

func text() *operation.Schema { return &operation.Schema{Types: []string{"string"}} }

func words(allowed ...string) *operation.Schema {
	s := text()
	for _, word := range allowed {
		s.Enum = append(s.Enum, `"`+word+`"`)
	}
	return s
}

func jsonBody(s *operation.Schema) *operation.Body {
	return &operation.Body{Required: true, Contents: []*operation.Content{{MediaType: "application/json", Schema: s}}}
}

func answers(status string, s *operation.Schema) []*operation.Response {
	return []*operation.Response{{Status: status, Contents: []*operation.Content{{MediaType: "application/json", Schema: s}}}}
}
