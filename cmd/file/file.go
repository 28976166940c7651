// Package file has the File API's commands that are no operations: each takes
// several of them.
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
	"github.com/epilot-cli/epilot/internal/openapi"
	"github.com/epilot-cli/epilot/internal/openapi/body"
	"github.com/epilot-cli/epilot/internal/openapi/params"
	"github.com/epilot-cli/epilot/internal/output"
	"github.com/epilot-cli/epilot/internal/query"
	"github.com/epilot-cli/epilot/internal/shell"
)

// API is the name of the API that has these commands.
const API = "file"

// Commands are "upload" and "download", with the flags of a call.
func Commands(f *cmdutil.Factory, flags *cmdutil.CallFlags) []*cmdutil.APICommand {
	return []*cmdutil.APICommand{
		{
			Name: "upload", Takes: "<path>…", Line: "Upload files and save them", Describe: describeUpload, Files: true,
			Run: func(cmd *cobra.Command, args []string) error {
				return run(f, flags, cmd, "upload", "files", args, (*transfer).upload)
			},
		},
		{
			Name: "download", Takes: "<id>…", Line: "Download files", Describe: describeDownload,
			Run: func(cmd *cobra.Command, args []string) error {
				return run(f, flags, cmd, "download", "ids of files", args, (*transfer).download)
			},
		},
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

func run(f *cmdutil.Factory, flags *cmdutil.CallFlags, cmd *cobra.Command, name, what string, args []string, work func(*transfer, context.Context) error) error {
	usage := "\"epilot " + API + " " + name + " --help\" shows what it takes"
	if flags.Print.Prints() || cmd.Flags().Changed("data") || flags.Pages.All || flags.Until != (cmdutil.UntilFlags{}) {
		return failure.New(failure.Usage, "%s %s takes neither -d nor --all, --until, --dry-run, --curl or --sdk", API, name).Hintf("%s", usage)
	}
	t := &transfer{f: f, flags: flags, args: args}
	var err error
	if t.api, err = f.Catalog().Load(cmd.Context(), API, flags.Input.Definition); err != nil {
		return err
	}
	if t.client, err = f.ClientWith(&flags.Retry); err != nil {
		return err
	}
	if t.program, err = f.Compile(cmd.Context(), cmd.Flags(), "jsonata", flags.Output.JSONata); err != nil {
		return err
	}
	if t.form, err = flags.Output.Form(f.Flags.JSON); err != nil {
		return err
	}
	if len(args) == 0 {
		return failure.New(failure.Usage, "%s %s needs the %s", API, name, what).Hintf("%s", usage)
	}
	return t.client.Within(cmd.Context(), func(ctx context.Context) error { return work(t, ctx) })
}

// operation finds an operation by what it does: ids change.
func (t *transfer) operation(method, path string) (*openapi.Operation, error) {
	for _, op := range t.api.Operations {
		if op.Method == method && op.Path == path {
			return op.Load(), nil
		}
	}
	return nil, failure.New(failure.Usage, "the definition of %s has no %s %s", t.api.Name, method, path).
		Hintf("leave out --definition, or call its operations one by one")
}

// call makes one call and returns the JSON of its response.
func (t *transfer) call(ctx context.Context, op *openapi.Operation, in params.Input, payload *body.Body) ([]byte, error) {
	in.Headers = t.flags.Input.Headers
	call, err := t.client.Prepare(ctx, t.api, op, client.Input{
		Params: in, Body: func(context.Context, string) (*body.Body, error) { return payload, nil },
	})
	if err != nil {
		return nil, err
	}
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

const shownReason = 300 // bytes of an error's body that a message shows

func (t *transfer) refused(op *openapi.Operation, resp *http.Response, text []byte) error {
	// A secret that is cut in two is not known any more.
	why := strings.Join(strings.Fields(t.client.Redactor().Text(string(text))), " ")
	failed := failure.New(failure.API, "%s answered %s: %s", op.ID, output.StatusText(resp.StatusCode), why[:min(len(why), shownReason)])
	failed.Status = resp.StatusCode
	return failed.Hintf("the steps of it are operations of their own; \"epilot %s\" lists them", t.api.Name)
}

// show writes the result as any response is written.
func (t *transfer) show(ctx context.Context, text []byte) error {
	form := t.form
	form.File = ""
	return t.f.Out.Result(ctx, json.RawMessage(text), output.ResponseOptions{
		Operation: &openapi.Operation{}, Redact: t.client.Redactor(), Form: form, Program: t.program,
	})
}

// failedFile is a file that was not transferred, by its argument.
type failedFile struct {
	name string
	err  error
}

// firstOf makes one error of several: of the kind of the first.
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
