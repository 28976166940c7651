package cmd

import (
	"context"
	"fmt"
	"net/http"
	"strings"

	"github.com/spf13/cobra"

	"github.com/epilot-cli/epilot/internal/failure"
	"github.com/epilot-cli/epilot/internal/operation"
	"github.com/epilot-cli/epilot/internal/prompt"
	"github.com/epilot-cli/epilot/internal/term"
)

// runAPI lets a person choose an operation and calls it; otherwise it lists them.
func (o *callOptions) runAPI(cmd *cobra.Command) error {
	if err := o.checkGuided(); err != nil {
		return err
	}
	if o.showVersion || o.showMap || o.named || !o.guided && (o.json || !o.mayAsk()) {
		return o.listAPI(cmd)
	}
	api, err := o.catalog.Load(cmd.Context(), o.api, o.definition)
	if err != nil {
		return err
	}
	if o.operation, err = o.pickOperation(cmd.Context(), api); err != nil {
		return err
	}
	return o.runOperation(cmd, nil)
}

// guideFromAPI begins with the choice of an API.
func (o *callOptions) guideFromAPI(cmd *cobra.Command) error {
	if err := o.checkGuided(); err != nil {
		return err
	}
	// Those of a call have no place on this line, but their defaults have.
	o.addCallFlags(cmd.Flags())
	var err error
	if o.api, err = o.pickAPI(cmd.Context()); err != nil {
		return err
	}
	return o.runAPI(cmd)
}

// pickOperation lets the person choose one of an API.
func (o *callOptions) pickOperation(ctx context.Context, api *operation.API) (string, error) {
	prompts, err := o.prompter()
	if err != nil {
		return "", err
	}
	q := prompt.Question{Text: api.Name + ": which operation", Rows: pickerRows, Options: o.operationRows(api)}
	if len(q.Options) == 0 {
		return "", failure.New(failure.Usage, "%s has no operation", api.Name)
	}
	i, err := prompts.Select(ctx, q)
	if err != nil {
		return "", err
	}
	return api.Operations[i].ID, nil
}

// pickAPI lets the person choose one of all.
func (o *callOptions) pickAPI(ctx context.Context) (string, error) {
	prompts, err := o.prompter()
	if err != nil {
		return "", err
	}
	q := prompt.Question{Text: "Which API", Rows: pickerRows}
	entries := o.catalog.Entries()
	for _, e := range entries {
		q.Options = append(q.Options, prompt.Option{Label: e.Name, Note: e.Title, Match: e.Name + " " + e.Title})
	}
	i, err := prompts.Select(ctx, q)
	if err != nil {
		return "", err
	}
	return entries[i].Name, nil
}

// pickerRows is how many rows a picker has where the terminal is high enough.
const pickerRows = 20

// operationRows are the operations with method, name and path in columns.
func (o *callOptions) operationRows(api *operation.API) []prompt.Option {
	widest := 0
	for _, op := range api.Operations {
		widest = max(widest, len(op.ID))
	}
	var rows []prompt.Option
	for _, op := range api.Operations {
		rows = append(rows, prompt.Option{
			Label: fmt.Sprintf("%-*s %-*s %s", methodWidth, op.Method, widest, op.ID, op.Path),
			Note:  op.Line,
			Match: strings.Join([]string{op.ID, op.Method, op.Path, op.Line}, " "),
			Paint: o.methodPaint(op.Method),
		})
	}
	return rows
}

const methodWidth = 6

// methodPaint colours the method that a row begins with: what only reads,
// what writes, what deletes.
func (o *callOptions) methodPaint(method string) func(string) string {
	palette := term.NewPalette(o.app.Streams.ErrColor)
	paint := palette.Key
	switch method {
	case http.MethodGet, http.MethodHead:
		paint = palette.Status(http.StatusOK)
	case http.MethodPut, http.MethodPatch:
		paint = palette.Status(http.StatusMultipleChoices)
	case http.MethodDelete:
		paint = palette.Error
	}
	return func(row string) string {
		if at := min(len(row), methodWidth); strings.HasPrefix(row, method) {
			return paint(row[:at]) + row[at:]
		}
		return row
	}
}
