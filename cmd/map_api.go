package cmd

import (
	"encoding/json"

	"github.com/epilot-cli/epilot/internal/catalog"
	"github.com/epilot-cli/epilot/internal/catalog/facts"
	"github.com/epilot-cli/epilot/internal/operation"
)

// mappedAPI is an API in the map. Components has the schemas where the map is
// of one API; in that of all, references lead to that map of the API.
type mappedAPI struct {
	MapVersion int               `json:"map_version,omitempty"`
	Name       string            `json:"name"`
	Title      string            `json:"title"`
	Version    string            `json:"version,omitempty"`
	Origin     catalog.Origin    `json:"origin"`
	Problem    string            `json:"problem,omitempty"` // why the definition cannot be read
	Servers    []string          `json:"servers,omitempty"`
	Tags       []string          `json:"tags,omitempty"`
	Operations []mappedOperation `json:"operations"`
	Components *mappedComponents `json:"components,omitempty"`
}

type mappedComponents struct {
	Schemas json.RawMessage `json:"schemas"`
}

// mappedOperation is an operation as listed, and what OpenAPI has about it.
type mappedOperation struct {
	listedOperation
	Security    string          `json:"security"` // required, optional or public
	Servers     []string        `json:"servers,omitempty"`
	Parameters  json.RawMessage `json:"parameters,omitempty"`
	RequestBody json.RawMessage `json:"requestBody,omitempty"`
	Responses   json.RawMessage `json:"responses"`
}

// mapAPI is an API of the whole map.
func mapAPI(api *operation.API, origin catalog.Origin, base string) *mappedAPI {
	return describeMapped(&facts.Document{API: api, Base: base}, origin, api.Operations)
}

// mapWhole is an API, or some of its operations, with their schemas.
func mapWhole(api *operation.API, origin catalog.Origin, operations []*operation.Operation) *mappedAPI {
	document := &facts.Document{API: api}
	m := describeMapped(document, origin, operations)
	m.MapVersion = mapVersion
	m.Components = &mappedComponents{Schemas: json.RawMessage(document.Schemas(operations...))}
	return m
}

func describeMapped(d *facts.Document, origin catalog.Origin, operations []*operation.Operation) *mappedAPI {
	m := &mappedAPI{
		Name: d.API.Name, Title: d.API.Title, Version: d.API.Version, Origin: origin,
		Servers: d.API.Servers, Tags: d.API.Tags,
	}
	for _, op := range operations {
		op.Load()
		m.Operations = append(m.Operations, mappedOperation{
			listedOperation: describeOperation("", op), Security: securityWord(op.Security), Servers: op.Servers,
			Parameters: raw(d.Parameters(op)), RequestBody: raw(d.Body(op)), Responses: raw(d.Responses(op)),
		})
	}
	return m
}

func securityWord(s operation.Security) string {
	switch s {
	case operation.Public:
		return "public"
	case operation.Optional:
		return "optional"
	}
	return "required"
}

func raw(text string) json.RawMessage {
	if text == "" {
		return nil
	}
	return json.RawMessage(text)
}
