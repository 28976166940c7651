package cmdutil

import (
	"context"
	"encoding/json"

	"github.com/epilot-cli/epilot/internal/catalog"
	"github.com/epilot-cli/epilot/internal/catalog/facts"
	"github.com/epilot-cli/epilot/internal/help"
	"github.com/epilot-cli/epilot/internal/openapi"
	"github.com/epilot-cli/epilot/internal/openapi/params"
)

// MapVersion changes with every incompatible change of the map. Its schema is
// docs/map.schema.json.
const MapVersion = 1

// MappedAPI is an API in the map. Components contains the schemas in the map of a
// single API; in the map of all APIs, references point to the map of that API.
type MappedAPI struct {
	MapVersion int               `json:"map_version,omitempty"`
	Name       string            `json:"name"`
	Title      string            `json:"title"`
	Version    string            `json:"version,omitempty"`
	Origin     catalog.Origin    `json:"origin"`
	Problem    string            `json:"problem,omitempty"` // why the definition cannot be read
	Servers    []string          `json:"servers,omitempty"`
	Tags       []string          `json:"tags,omitempty"`
	Operations []MappedOperation `json:"operations"`
	Components *MappedComponents `json:"components,omitempty"`
}

type MappedComponents struct {
	Schemas json.RawMessage `json:"schemas"`
}

// MappedOperation is a listed operation with its OpenAPI details.
type MappedOperation struct {
	ListedOperation
	Security    string          `json:"security"`           // required, optional or public
	NeedsYes    bool            `json:"needsYes,omitempty"` // in scripts: it destroys many objects or an account
	Servers     []string        `json:"servers,omitempty"`
	Parameters  json.RawMessage `json:"parameters,omitempty"`
	Flags       []MappedParam   `json:"parameter_flags,omitempty"`
	RequestBody json.RawMessage `json:"requestBody,omitempty"`
	Responses   json.RawMessage `json:"responses"`
	Example     string          `json:"example"` // a command line that the mock accepts
}

// MappedParam is a parameter and its flag: --token-type for token_type.
type MappedParam struct {
	Name      string `json:"name"`
	Parameter string `json:"parameter"` // as for -p
	Value     string `json:"value"`     // required or optional
	Repeated  bool   `json:"repeatable,omitempty"`
}

func mappedParams(op *openapi.Operation) []MappedParam {
	var found []MappedParam
	for _, flag := range params.Flags(op) {
		m := MappedParam{
			Name: flag.Name, Parameter: params.Key(op, flag.Param), Value: "required",
			Repeated: flag.IsList(),
		}
		if flag.IsSwitch() {
			m.Value = "optional"
		}
		found = append(found, m)
	}
	return found
}

// helpedOperation is the output of --help --json for an operation: its form in the
// map, with the referenced schemas.
type helpedOperation struct {
	Name  string `json:"name"` // API name
	Usage string `json:"usage"`
	MappedOperation
	Components *MappedComponents `json:"components"`
}

// HelpOne writes the help of an operation as JSON.
func (f *Factory) HelpOne(api *openapi.API, op *openapi.Operation) error {
	mapped := mapWhole(api, "", []*openapi.Operation{op})
	return f.Out.PrintJSON(helpedOperation{api.Name, help.Usage(api, op), mapped.Operations[0], mapped.Components})
}

// MapAPI returns an API for the map of all APIs.
func MapAPI(api *openapi.API, origin catalog.Origin, base string) *MappedAPI {
	return describeMapped(&facts.Document{API: api, Base: base}, origin, api.Operations)
}

// mapWhole returns an API, or some of its operations, with the schemas they use.
func mapWhole(api *openapi.API, origin catalog.Origin, operations []*openapi.Operation) *MappedAPI {
	document := &facts.Document{API: api}
	m := describeMapped(document, origin, operations)
	m.MapVersion = MapVersion
	m.Components = &MappedComponents{Schemas: json.RawMessage(document.Schemas(operations...))}
	return m
}

func describeMapped(d *facts.Document, origin catalog.Origin, operations []*openapi.Operation) *MappedAPI {
	m := &MappedAPI{
		Name: d.API.Name, Title: d.API.Title, Version: d.API.Version, Origin: origin,
		Servers: d.API.Servers, Tags: d.API.Tags,
	}
	for _, op := range operations {
		op.Described()
		m.Operations = append(m.Operations, MappedOperation{
			ListedOperation: DescribeOperation("", op), Security: securityName(op.Security), Servers: op.Servers,
			NeedsYes:   op.DestroysMany,
			Parameters: raw(d.Parameters(op)), Flags: mappedParams(op), RequestBody: raw(d.Body(op)), Responses: raw(d.Responses(op)),
			Example: help.Example(d.API, op),
		})
	}
	return m
}

func securityName(s openapi.Security) string {
	switch s {
	case openapi.Public:
		return "public"
	case openapi.Optional:
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

// MapOne writes the map of one API or one of its operations, with the referenced
// schemas. definition is --definition; op is nil for all operations.
func (f *Factory) MapOne(ctx context.Context, api *openapi.API, definition string, op *openapi.Operation) error {
	operations := api.Operations
	if op != nil {
		operations = []*openapi.Operation{op}
	}
	origin := catalog.Origin("definition")
	if definition == "" {
		found, _ := f.Catalog().Definition(ctx, api.Name) // cannot fail: it was just loaded
		origin = found.Origin
	}
	return f.Out.PrintJSON(mapWhole(api, origin, operations))
}

// ListedAPI and ListedOperation are the JSON forms of lists. Fields may be added,
// but never renamed: programs depend on them.
type (
	ListedAPI struct {
		Name       string            `json:"name"`
		Title      string            `json:"title"`
		Version    string            `json:"version,omitempty"`
		Servers    []string          `json:"servers,omitempty"`
		Operations []ListedOperation `json:"operations,omitempty"`
	}
	ListedOperation struct {
		API         string   `json:"api,omitempty"`
		OperationID string   `json:"operationId"`
		Method      string   `json:"method"`
		Path        string   `json:"path"`
		Line        string   `json:"line,omitempty"`
		Tags        []string `json:"tags,omitempty"`
		Deprecated  bool     `json:"deprecated,omitempty"`
	}
)

// DescribeOperation returns an operation for a list; api is "" in the list of a
// single API.
func DescribeOperation(api string, op *openapi.Operation) ListedOperation {
	return ListedOperation{
		API: api, OperationID: op.ID, Method: op.Method, Path: op.Path,
		Line: op.Line, Tags: op.Tags, Deprecated: op.Deprecated,
	}
}

// DescribeAPI returns an API with its operations for a list.
func DescribeAPI(api *openapi.API) ListedAPI {
	listed := ListedAPI{Name: api.Name, Title: api.Title, Version: api.Version, Servers: api.Servers}
	for _, op := range api.Operations {
		listed.Operations = append(listed.Operations, DescribeOperation("", op))
	}
	return listed
}
