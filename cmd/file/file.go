// Package file implements the commands of the File API that combine several
// operations.
package file

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"

	"github.com/spf13/cobra"

	"github.com/epilot-cli/epilot/cmd/cmdutil"
	"github.com/epilot-cli/epilot/internal/client"
	"github.com/epilot-cli/epilot/internal/failure"
	"github.com/epilot-cli/epilot/internal/help"
	"github.com/epilot-cli/epilot/internal/httpx"
	"github.com/epilot-cli/epilot/internal/openapi"
	"github.com/epilot-cli/epilot/internal/openapi/body"
	"github.com/epilot-cli/epilot/internal/openapi/params"
	"github.com/epilot-cli/epilot/internal/output"
	"github.com/epilot-cli/epilot/internal/query"
	"github.com/epilot-cli/epilot/internal/shell"
	"github.com/epilot-cli/epilot/internal/term"
)

// API is the name of the API with these commands.
const API = "file"

// Commands returns "upload" and "download", with the flags of a call.
func Commands(f *cmdutil.Factory, flags *cmdutil.CallFlags) []*cmdutil.APICommand {
	return []*cmdutil.APICommand{
		{
			Name: "upload", Takes: "<path>…", Line: "Upload files and save them", Describe: describeUpload, Files: true,
			Flags: append(bothTake(), "field", "no-validate"),
			Run: func(cmd *cobra.Command, args []string) error {
				return run(f, flags, cmd, "upload", "one or more files", "invoice.pdf", args, (*transfer).upload)
			},
		},
		{
			Name: "download", Takes: "<id>…", Line: "Download files", Describe: describeDownload,
			Flags: bothTake(),
			Run: func(cmd *cobra.Command, args []string) error {
				return run(f, flags, cmd, "download", "one or more file ids", "3fa85f64-5717-4562-b3fc-2c963f66afa6", args, (*transfer).download)
			},
		},
	}
}

// bothTake returns the flags of a call that upload and download take.
func bothTake() []string {
	return []string{
		"param", "header", "jsonata", "definition", "output", "columns", "csv-safe", "out-file",
		"retry", "retry-unsafe", "retry-max-wait", "yes",
	}
}

// transfer is one run of such a command.
type transfer struct {
	f       *cmdutil.Factory
	flags   *cmdutil.CallFlags
	api     *openapi.API
	client  *client.Client
	args    []string
	form    output.Form
	program query.Program
}

func run(f *cmdutil.Factory, flags *cmdutil.CallFlags, cmd *cobra.Command, name, what, example string, args []string, work func(*transfer, context.Context) error) error {
	t := &transfer{f: f, flags: flags, args: args}
	var err error
	if t.api, err = f.Catalog().Load(cmd.Context(), API, flags.Input.Definition); err != nil {
		return err
	}
	if t.client, err = f.Client(); err != nil {
		return err
	}
	if t.program, err = f.Compile(cmd.Context(), cmd.Flags(), "jsonata", flags.Output.JSONata); err != nil {
		return err
	}
	if t.form, err = flags.Output.Form(f.Flags.JSON); err != nil {
		return err
	}
	if len(args) == 0 {
		return failure.New(failure.Usage, "\"epilot %s %s\" takes %s, got 0 arguments", API, name, what).
			Hintf("for example: epilot %s %s %s", API, name, example)
	}
	return t.client.Within(cmd.Context(), func(ctx context.Context) error { return work(t, ctx) })
}

// operation finds an operation by method and path, because ids change.
func (t *transfer) operation(method, path string) (*openapi.Operation, error) {
	for _, op := range t.api.Operations {
		if op.Method == method && op.Path == path {
			return op.Load(), nil
		}
	}
	return nil, failure.New(failure.Usage, "the definition of %s has no %s %s", t.api.Name, method, path).
		Hintf("remove --definition, or call the operations one by one")
}

// call makes one call and returns its JSON response.
func (t *transfer) call(ctx context.Context, op *openapi.Operation, in params.Input, payload *body.Body) ([]byte, error) {
	in.Headers = t.flags.Input.Headers
	call, err := t.client.Prepare(ctx, t.api, op, client.Input{Params: in})
	if err != nil {
		return nil, err
	}
	call.Body = payload
	defer t.f.Out.Wait("waiting for " + call.Server.Host)()
	resp, err := t.client.Do(ctx, call)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	text, err := t.client.Budget.Meter(failure.Network, "the response").ReadAll(resp.Body)
	if err == nil && resp.StatusCode/100 != 2 {
		err = t.refused(op, resp, text)
	}
	return text, err
}

const shownReason = 300 // cells of an error body shown in a message

func (t *transfer) refused(op *openapi.Operation, resp *http.Response, text []byte) error {
	// Redact before cutting: a secret cut in two is not recognized.
	why := strings.Join(strings.Fields(t.client.Redactor().Text(string(text))), " ")
	failed := httpx.Refusal(op.ID+" returned ", resp.StatusCode, term.Head(why, shownReason))
	return failed.Hintf("its steps are separate operations; \"epilot %s\" lists them", t.api.Name)
}

// show prints the result like any response.
func (t *transfer) show(ctx context.Context, text []byte) error {
	form := t.form
	form.File = ""
	return t.f.Out.Result(ctx, json.RawMessage(text), output.ResponseOptions{
		Operation: &openapi.Operation{}, Redact: t.client.Redactor(), Form: form, Program: t.program,
	})
}

// failedFile is a file that was not transferred, identified by its argument.
type failedFile struct {
	name string
	err  error
}

// firstOf combines several errors into one with the kind of the first.
func firstOf(failed []failedFile, all int) error {
	if len(failed) == 0 {
		return nil
	}
	if all == 1 {
		return failed[0].err
	}
	first := *failure.Of(failed[0].err)
	var names []string
	for _, f := range failed {
		names = append(names, shell.Quote(f.name))
	}
	why := first.Message
	if !strings.Contains(why, failed[0].name) {
		why = failed[0].name + ": " + why
	}
	one := &failure.Error{
		Kind: first.Kind, Status: first.Status, Body: first.Body, Err: failed[0].err,
		Message: fmt.Sprintf("%d of %d files failed: %s", len(failed), all, why),
	}
	if len(failed) == all {
		return one.Hintf("%s", first.Hint)
	}
	return one.Hintf("the other %d are done; run the command again with %s", all-len(failed), strings.Join(names, " "))
}

func describeUpload() help.Command {
	const command = "epilot " + API + " upload"
	return help.Command{
		Path:  command,
		Line:  "Upload files and save them as file entities",
		Usage: []string{command + " <path>… [-f field=value]… [flags]"},
		Notes: []help.Note{
			{Title: "STEPS", Lines: []string{
				"For each file: request an upload URL, upload the file without the token, and",
				"create a file entity. Prints the list of the entities.",
			}},
			{Title: "FIELDS", Lines: []string{
				"-f sets fields of each entity, such as -f access_control=public-read or",
				"-f '_tags[]=invoice'.",
				"-p sets parameters of saveFileV2, such as -p activity_id=….",
			}},
		},
		Calls: []string{
			command + " invoice.pdf --server mock",
			command + " *.pdf -f '_tags[]=invoice' -f access_control=private",
		},
		Brief: []string{
			"Request: -p key=value, -f a.b=text, -H 'Key: Value', --timeout 5m",
			"Result: -o table, --columns _id,filename, --jsonata EXPR, --json",
			"Try: --server mock; all: \"epilot help flags\"",
		},
	}
}

func describeDownload() help.Command {
	const command = "epilot " + API + " download"
	return help.Command{
		Path:  command,
		Line:  "Download files",
		Usage: []string{command + " <id>… [--out-file PATH] [flags]"},
		Notes: []help.Note{
			{Title: "FILES", Lines: []string{
				"Files are written into the working directory, or where --out-file says, under",
				"their names in epilot. Prints a list of ids and paths.",
			}},
			{Title: "PARAMETERS", Lines: []string{"-p sets parameters of downloadFile, such as -p version=1."}},
		},
		Calls: []string{
			command + " 3fa85f64-5717-4562-b3fc-2c963f66afa6",
			command + " 3fa85f64-5717-4562-b3fc-2c963f66afa6 --out-file invoice.pdf",
		},
		Brief: []string{
			"Request: -p key=value, -H 'Key: Value', --timeout 5m",
			"Result: --out-file PATH, -o table, --jsonata EXPR, --json",
			"Try: --server mock; all: \"epilot help flags\"",
		},
	}
}
