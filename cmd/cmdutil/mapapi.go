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

// MapVersion changes when a program that reads the map would break. Its form
// is docs/map.schema.json.
const MapVersion = 1

// MappedAPI is an API in the map. Components has the schemas where the map is
// of one API; in that of all, references lead to that map of the API.
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

// MappedOperation is an operation as listed, and what OpenAPI has about it.
type MappedOperation struct {
	ListedOperation
	Security    string          `json:"security"`           // required, optional or public
	NeedsYes    bool            `json:"needsYes,omitempty"` // from a script: it destroys many objects or an account
	Servers     []string        `json:"servers,omitempty"`
	Parameters  json.RawMessage `json:"parameters,omitempty"`
	Flags       []MappedParam   `json:"parameter_flags,omitempty"`
	RequestBody json.RawMessage `json:"requestBody,omitempty"`
	Responses   json.RawMessage `json:"responses"`
	Example     string          `json:"example"` // a command line that the mock takes
}

// MappedParam is the flag of a parameter: --token-type for token_type.
type MappedParam struct {
	Name      string `json:"name"`
	Parameter string `json:"parameter"` // as -p has it
	Value     string `json:"value"`     // required or optional, as of a flag
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

// helpedOperation is an operation as --help --json writes it: in the form of the
// map, with the schemas that it leads to.
type helpedOperation struct {
	Name  string `json:"name"` // of the API
	Usage string `json:"usage"`
	MappedOperation
	Components *MappedComponents `json:"components"`
}

// HelpOne writes the help of an operation for programs.
func (f *Factory) HelpOne(api *openapi.API, op *openapi.Operation) error {
	mapped := mapWhole(api, "", []*openapi.Operation{op})
	return f.Out.PrintJSON(helpedOperation{api.Name, help.Usage(api, op), mapped.Operations[0], mapped.Components})
}

// MapAPI is an API of the whole map.
func MapAPI(api *openapi.API, origin catalog.Origin, base string) *MappedAPI {
	return describeMapped(&facts.Document{API: api, Base: base}, origin, api.Operations)
}

// mapWhole is an API, or some of its operations, with their schemas.
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
			ListedOperation: DescribeOperation("", op), Security: securityWord(op.Security), Servers: op.Servers,
			NeedsYes:   op.DestroysMany,
			Parameters: raw(d.Parameters(op)), Flags: mappedParams(op), RequestBody: raw(d.Body(op)), Responses: raw(d.Responses(op)),
			Example: help.Example(d.API, op),
		})
	}
	return m
}

func securityWord(s openapi.Security) string {
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

// MapOne writes the map of one API, or of one of its operations, with the
// schemas that it leads to. definition is --definition, op nil for all.
func (f *Factory) MapOne(ctx context.Context, api *openapi.API, definition string, op *openapi.Operation) error {
	operations := api.Operations
	if op != nil {
		operations = []*openapi.Operation{op}
	}
	origin := catalog.Origin("definition")
	if definition == "" {
		found, _ := f.Catalog().Definition(ctx, api.Name) // it was loaded just now
		origin = found.Origin
	}
	return f.Out.PrintJSON(mapWhole(api, origin, operations))
}

// ListedAPI and ListedOperation are the shapes of the lists that --json writes.
// Programs read them: members may be added, never renamed.
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

// DescribeOperation lists an operation; api is "" where the list is of one API.
func DescribeOperation(api string, op *openapi.Operation) ListedOperation {
	return ListedOperation{
		API: api, OperationID: op.ID, Method: op.Method, Path: op.Path,
		Line: op.Line, Tags: op.Tags, Deprecated: op.Deprecated,
	}
}

// DescribeAPI lists an API with its operations.
func DescribeAPI(api *openapi.API) ListedAPI {
	listed := ListedAPI{Name: api.Name, Title: api.Title, Version: api.Version, Servers: api.Servers}
	for _, op := range api.Operations {
		listed.Operations = append(listed.Operations, DescribeOperation("", op))
	}
	return listed
}
