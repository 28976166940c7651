package operation

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/epilot-cli/epilot/cmd/cmdutil"
	"github.com/epilot-cli/epilot/internal/atomicfile"
	"github.com/epilot-cli/epilot/internal/catalog"
	"github.com/epilot-cli/epilot/internal/failure"
	"github.com/epilot-cli/epilot/internal/help"
	"github.com/epilot-cli/epilot/internal/openapi"
	"github.com/epilot-cli/epilot/internal/prompt"
	"github.com/epilot-cli/epilot/profiles"
)

// pickOperation lets the user choose an operation of an API.
func pickOperation(ctx context.Context, f *cmdutil.Factory, api *openapi.API) (string, error) {
	prompts, err := f.Prompter()
	if err != nil {
		return "", err
	}
	operations, before := recentFirst(f, api)
	q := prompt.Question{Text: api.Name + ": which operation", Rows: pickerRows, Options: operationRows(f, api, operations, before)}
	if len(q.Options) == 0 {
		return "", failure.New(failure.Usage, "API %s has no operations", api.Name)
	}
	i, err := prompts.Select(ctx, q)
	if err != nil {
		return "", err
	}
	return operations[i].ID, nil
}

// pickAPI lets the user choose an API, or a recently called operation.
func pickAPI(ctx context.Context, f *cmdutil.Factory) (recent, error) {
	prompts, err := f.Prompter()
	if err != nil {
		return recent{}, err
	}
	q := prompt.Question{Text: "Which API", Rows: pickerRows}
	before, lines := recentOf(ctx, f)
	for i, r := range before {
		name := r.API + " " + r.Operation
		q.Options = append(q.Options, prompt.Option{Label: name, Note: recentNote + lines[i], Match: name + " " + lines[i]})
	}
	var apis []catalog.Described
	for _, group := range f.Catalog().Groups() {
		apis = append(apis, group.APIs...)
	}
	slices.SortFunc(apis, func(a, b catalog.Described) int { return strings.Compare(a.Name, b.Name) })
	for _, api := range apis {
		q.Options = append(q.Options, prompt.Option{Label: api.Name, Note: api.About, Match: api.Name + " " + api.About})
	}
	i, err := prompts.Select(ctx, q)
	switch {
	case err != nil:
		return recent{}, err
	case i < len(before):
		return before[i], nil
	}
	return recent{API: apis[i-len(before)].Name}, nil
}

const recentNote = "recent: " // starts the note of a recent call

// pickerRows is the number of rows of a picker on a tall enough terminal.
const pickerRows = 20

// operationRows returns the operations with method, name and path in columns. The
// first ones, before in number, were called recently.
func operationRows(f *cmdutil.Factory, api *openapi.API, operations []*openapi.Operation, before int) []prompt.Option {
	widest := 0
	for _, op := range operations {
		widest = max(widest, len(op.ID))
	}
	var rows []prompt.Option
	for i, op := range operations {
		note := op.Line
		if i < before {
			note = recentNote + note
		}
		rows = append(rows, prompt.Option{
			Label:   fmt.Sprintf("%-*s %-*s %s", methodWidth, op.Method, widest, op.ID, op.Path),
			Note:    note,
			Match:   strings.Join([]string{op.ID, op.Method, op.Path, op.Line}, " "),
			Paint:   methodPaint(f, op.Method),
			Preview: func() string { return help.Signature(api, op.Load()) },
		})
	}
	return rows
}

const methodWidth = 6

// methodPaint colors the method at the start of a row: read, write or delete.
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

const mostRecent = 10 // remembered operations

// recent is an operation called from a terminal, without its arguments.
type recent struct {
	API       string `json:"api"`
	Operation string `json:"operation"`
}

// keepsHistory reports whether a terminal session stores its history. An unreadable
// setting means no.
func keepsHistory(f *cmdutil.Factory) bool {
	history, err := f.Setting("history")
	return err == nil && history.Text == "on"
}

// recentFile returns the file of the recent operations, or "".
func recentFile(f *cmdutil.Factory) string {
	dir := profiles.StateDir(f.Getenv)
	if dir == "" || !keepsHistory(f) {
		return ""
	}
	return filepath.Join(dir, "recent.json")
}

// recents returns the recent operations, latest first.
func recents(f *cmdutil.Factory) (all []recent, err error) {
	text, err := os.ReadFile(recentFile(f))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err == nil {
		err = json.Unmarshal(text, &all)
	}
	if err != nil {
		return nil, err
	}
	return all[:min(len(all), mostRecent)], nil
}

// remember adds the operation to the front of the recent ones. It does so only on a
// terminal, and never for an operation of a definition that the next line may lack.
// An unreadable file is left alone, and failures are ignored: the call succeeded.
func (k *call) remember() {
	if !k.f.MayAsk() || k.flags.Input.Definition != "" {
		return
	}
	file, now := recentFile(k.f), recent{k.api.Name, k.op.ID}
	all, err := recents(k.f)
	if err != nil || file == "" || len(all) > 0 && all[0] == now {
		return
	}
	all = slices.DeleteFunc(all, func(r recent) bool { return r == now })
	all = append([]recent{now}, all[:min(len(all), mostRecent-1)]...)
	if text, err := json.Marshal(all); err == nil {
		_ = atomicfile.Write(file, append(text, '\n'), 0o600)
	}
}

// recentFirst returns the operations of an API, recent ones first, and the number of
// recent ones.
func recentFirst(f *cmdutil.Factory, api *openapi.API) (all []*openapi.Operation, before int) {
	used, _ := recents(f) // on error only the others are offered
	for _, r := range used {
		at := slices.IndexFunc(api.Operations, func(op *openapi.Operation) bool { return op.ID == r.Operation })
		if r.API == api.Name && at >= 0 && !slices.Contains(all, api.Operations[at]) {
			all = append(all, api.Operations[at])
		}
	}
	before = len(all)
	for _, op := range api.Operations {
		if !slices.Contains(all[:before], op) {
			all = append(all, op)
		}
	}
	return all, before
}

// recentOf returns the recent operations that still exist, with their APIs.
func recentOf(ctx context.Context, f *cmdutil.Factory) (found []recent, lines []string) {
	used, _ := recents(f) // on error only the others are offered
	for _, r := range used {
		if !f.Catalog().Has(r.API) {
			continue
		}
		api, err := f.Catalog().Load(ctx, r.API, "")
		if err != nil {
			continue
		}
		if op := api.Find(r.Operation); op != nil {
			found, lines = append(found, r), append(lines, op.Line)
		}
	}
	return found, lines
}
