package cmd

import (
	"bytes"
	"encoding/json"

	"github.com/epilot-cli/epilot/internal/operation"
	"github.com/epilot-cli/epilot/internal/render"
)

// The shapes of the lists that --json writes. Programs read them: members may
// be added, never renamed.
type listedAPI struct {
	Name       string            `json:"name"`
	Title      string            `json:"title"`
	Version    string            `json:"version,omitempty"`
	Servers    []string          `json:"servers,omitempty"`
	Operations []listedOperation `json:"operations,omitempty"`
}

type listedOperation struct {
	API         string   `json:"api,omitempty"`
	OperationID string   `json:"operationId"`
	Method      string   `json:"method"`
	Path        string   `json:"path"`
	Line        string   `json:"line,omitempty"`
	Tags        []string `json:"tags,omitempty"`
	Deprecated  bool     `json:"deprecated,omitempty"`
}

func describeOperation(api string, op *operation.Operation) listedOperation {
	return listedOperation{
		API: api, OperationID: op.ID, Method: op.Method, Path: op.Path,
		Line: op.Line, Tags: op.Tags, Deprecated: op.Deprecated,
	}
}

func describeAPI(api *operation.API) listedAPI {
	listed := listedAPI{Name: api.Name, Title: api.Title, Version: api.Version, Servers: api.Servers}
	for _, op := range api.Operations {
		listed.Operations = append(listed.Operations, describeOperation("", op))
	}
	return listed
}

func (o *callOptions) listAPIs() []listedAPI {
	var apis []listedAPI
	for _, entry := range o.catalog.Entries() {
		apis = append(apis, listedAPI{Name: entry.Name, Title: entry.Title})
	}
	return apis
}

// printJSON writes a value as --json does: one compact line.
func (o *callOptions) printJSON(value any) error {
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		return err
	}
	return render.JSON(o.app.Streams.Out, &text, render.Style{Escape: o.app.Streams.OutTTY})
}
