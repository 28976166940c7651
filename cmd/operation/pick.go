package operation

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/epilot-cli/epilot/cmd/cmdutil"
	"github.com/epilot-cli/epilot/internal/catalog"
	"github.com/epilot-cli/epilot/internal/failure"
	"github.com/epilot-cli/epilot/internal/help"
	"github.com/epilot-cli/epilot/internal/openapi"
	"github.com/epilot-cli/epilot/internal/prompt"
)

// pickOperation lets the person choose one of an API.
func pickOperation(ctx context.Context, f *cmdutil.Factory, api *openapi.API) (string, error) {
	prompts, err := f.Prompter()
	if err != nil {
		return "", err
	}
	q := prompt.Question{Text: api.Name + ": which operation", Rows: pickerRows, Options: operationRows(f, api)}
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
func pickAPI(ctx context.Context, f *cmdutil.Factory) (string, error) {
	prompts, err := f.Prompter()
	if err != nil {
		return "", err
	}
	q := prompt.Question{Text: "Which API", Rows: pickerRows}
	var apis []catalog.Described
	for _, group := range f.Catalog().Groups() {
		apis = append(apis, group.APIs...)
	}
	slices.SortFunc(apis, func(a, b catalog.Described) int { return strings.Compare(a.Name, b.Name) })
	for _, api := range apis {
		q.Options = append(q.Options, prompt.Option{Label: api.Name, Note: api.About, Match: api.Name + " " + api.About})
	}
	i, err := prompts.Select(ctx, q)
	if err != nil {
		return "", err
	}
	return apis[i].Name, nil
}

// pickerRows is how many rows a picker has where the terminal is high enough.
const pickerRows = 20

// operationRows are the operations with method, name and path in columns.
func operationRows(f *cmdutil.Factory, api *openapi.API) []prompt.Option {
	widest := 0
	for _, op := range api.Operations {
		widest = max(widest, len(op.ID))
	}
	var rows []prompt.Option
	for _, op := range api.Operations {
		rows = append(rows, prompt.Option{
			Label:   fmt.Sprintf("%-*s %-*s %s", methodWidth, op.Method, widest, op.ID, op.Path),
			Note:    op.Line,
			Match:   strings.Join([]string{op.ID, op.Method, op.Path, op.Line}, " "),
			Paint:   methodPaint(f, op.Method),
			Preview: func() string { return help.Signature(api, op.Load()) },
		})
	}
	return rows
}

const methodWidth = 6

// methodPaint colours the method that a row begins with: what only reads,
// what writes, what deletes.
func methodPaint(f *cmdutil.Factory, method string) func(string) string {
	palette := f.Out.ErrPalette()
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
