package operation

import (
	"cmp"
	"context"
	"errors"
	"io/fs"
	"iter"
	"net/http"
	"os"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/epilot-cli/epilot/cmd/cmdutil"
	"github.com/epilot-cli/epilot/internal/client"
	"github.com/epilot-cli/epilot/internal/client/paging"
	"github.com/epilot-cli/epilot/internal/emulator/sample"
	"github.com/epilot-cli/epilot/internal/failure"
	"github.com/epilot-cli/epilot/internal/httpx"
	"github.com/epilot-cli/epilot/internal/openapi"
	"github.com/epilot-cli/epilot/internal/openapi/body"
	"github.com/epilot-cli/epilot/internal/output"
	"github.com/epilot-cli/epilot/internal/output/render"
	"github.com/epilot-cli/epilot/internal/query"
)

// call is one call of an operation from a command line.
type call struct {
	f     *cmdutil.Factory
	flags cmdutil.CallFlags // from the command line, plus what the user entered
	line  *pflag.FlagSet

	api        *openapi.API
	op         *openapi.Operation
	client     *client.Client
	positional []string
	hasData    bool // there is a body, from the command line or a prompt

	form      output.Form
	program   query.Program // nil if --jsonata is not set
	change    query.Program // nil if --set is not set
	condition *condition    // nil if --until is not set
}

// call calls an operation. It finds every local error before contacting the server.
func (c *Command) call(cmd *cobra.Command, api *openapi.API, op *openapi.Operation, args []string) error {
	k := &call{
		f: c.f, flags: c.flags, line: cmd.Flags(), api: api, op: op,
		positional: args, hasData: cmd.Flags().Changed("data") || c.flags.Input.BodyFrom != "",
	}
	ctx := cmd.Context()
	if err := k.check(ctx); err != nil {
		return err
	}
	if k.flags.Each.File != "" {
		return k.each(ctx)
	}
	asked, err := k.interview()
	if err != nil {
		return err
	}
	if err := asked.params(ctx); err != nil {
		return err
	}
	prepared, err := k.client.Prepare(ctx, api, op, client.Input{Params: k.flags.Input.ParamInput(k.positional)})
	if err != nil {
		return err
	}
	if prepared.Body, err = k.body(ctx, asked, prepared.ContentType()); err != nil {
		return err
	}
	return k.carryOut(ctx, prepared, asked)
}

// check validates flags, environment and files before anything is asked or sent.
func (k *call) check(ctx context.Context) error {
	var err error
	for _, name := range []string{"color", "pager", "idle_timeout"} {
		if _, err := k.f.Setting(name); err != nil {
			return err
		}
	}
	if k.client, err = k.f.Client(); err != nil {
		return err
	}
	k.client.Unsent = k.flags.Print.Prints()
	if err := k.checkDestroying(); err != nil {
		return err
	}
	if k.program, err = k.f.Compile(ctx, k.line, "jsonata", k.flags.Output.JSONata); err != nil {
		return err
	}
	if k.flags.Input.Set != "" && k.flags.Input.BodyFrom == "" {
		return failure.New(failure.Usage, "--set needs --body-from").Hintf("name the document to change: --body-from FILE, or - for stdin")
	}
	if k.change, err = k.f.Compile(ctx, k.line, "set", k.flags.Input.Set); err != nil {
		return err
	}
	if k.form, err = k.flags.Output.Form(k.f.Flags.JSON); err != nil {
		return err
	}
	return cmp.Or(k.flags.Pages.Check(k.op), k.flags.Each.Check(k.line, k.flags.Pages.All), k.checkExport(), k.checkUntil(ctx), k.f.CheckGuided())
}

// body returns the body from the command line or the prompts.
func (k *call) body(ctx context.Context, asked *interview, contentType string) (*body.Body, error) {
	if err := asked.body(ctx); err != nil {
		return nil, err
	}
	asked.keep(ctx)
	in := k.f.BodyInput(&k.flags.Input, k.hasData, contentType)
	if k.flags.Input.BodyFrom != "" {
		text, err := k.document(ctx)
		if err != nil {
			return nil, err
		}
		in.Data, in.DataName = &text, "--body-from"
	}
	payload, err := body.Read(ctx, k.op, in)
	if err == nil && !k.client.Unsent {
		k.f.WatchBody(payload)
	}
	return payload, err
}

// document returns the document named by --body-from as JSON, changed by --set.
func (k *call) document(ctx context.Context) (string, error) {
	name := k.flags.Input.BodyFrom
	if name != "-" {
		if _, err := os.Stat(name); errors.Is(err, fs.ErrNotExist) {
			return "", failure.New(failure.Usage, "--body-from %s: no such file", name)
		}
		name = "@" + name
	}
	in := k.f.BodyInput(&k.flags.Input, true, "")
	in.Data = &name
	text, err := body.Base(ctx, in)
	if err != nil || k.change == nil {
		return string(text), err
	}
	result, err := k.change.Eval(ctx, text)
	if err == nil && !result.Defined {
		err = failure.New(failure.Query, "--set returned nothing, so there is no body").
			Hintf(`change a copy of the document, such as --set '$merge([$, {"status":"active"}])'`)
	}
	return string(result.JSON), err
}

// carryOut sends the request once the user approves, or prints it.
func (k *call) carryOut(ctx context.Context, prepared *client.Call, asked *interview) error {
	if k.client.Unsent {
		defer k.showEquivalent(prepared)
		return k.printRequest(ctx, prepared)
	}
	if err := k.confirm(ctx, prepared); err != nil {
		return asked.interrupted(err)
	}
	defer k.showEquivalent(prepared)
	defer k.remember()
	return k.client.Within(ctx, func(ctx context.Context) error { return k.exchange(ctx, prepared) })
}

// exchange sends the request and shows the response.
func (k *call) exchange(ctx context.Context, prepared *client.Call) error {
	req, err := prepared.Request(ctx)
	if err != nil {
		return err
	}
	if k.isExport() {
		err := k.export(ctx, prepared, req)
		if failed := k.client.MockFailure(); failed != nil {
			return failed
		}
		return err
	}
	send := k.client.Send
	if k.flags.Pages.All {
		send = func(*http.Request) (*http.Response, error) {
			return paging.Merge(k.pages(ctx, prepared, k.pageOptions()), k.program != nil && k.form.Format == render.NDJSON)
		}
	}
	var waiting *wait
	if k.condition != nil {
		waiting = k.until(prepared)
		send = waiting.send
	}
	isSample := false
	_, err = k.f.Out.Exchange(req, output.ResponseOptions{
		Operation: k.op, Redact: k.client.Redactor(), Form: k.form, Program: k.program,
		AllPages: k.flags.Pages.All, Retry: k.client.Retry,
	}, func(req *http.Request) (*http.Response, error) {
		resp, err := send(req)
		isSample = err == nil && resp.Header.Get(sample.Header) == sample.HeaderSample && httpx.IsLoopback(req.URL.Hostname())
		return resp, err
	})
	if isSample {
		k.f.Out.Note("sample data: the mock keeps no state for %s", k.op.ID)
	}
	if failed := k.client.MockFailure(); failed != nil {
		return failed
	}
	if err == nil && waiting != nil {
		return waiting.err()
	}
	return err
}

// pages fetches the pages of the call and shows them as they arrive.
func (k *call) pages(ctx context.Context, prepared *client.Call, o paging.Options) iter.Seq2[*paging.Page, error] {
	return func(yield func(*paging.Page, error) bool) {
		items, pages := 0, 0
		if o.From != nil {
			items, pages = o.From.Items, o.From.Page
		}
		for page, err := range k.client.Pages(ctx, prepared, o) {
			if err == nil && page.IsList() {
				items, pages = items+len(page.Items), pages+1
				k.f.Out.Pages(items, page.Total(), pages)
			}
			if !yield(page, err) {
				return
			}
		}
	}
}

// pageOptions returns the paging options. Items written one per line may arrive in
// any order, so their number is unlimited.
func (k *call) pageOptions() paging.Options {
	flags := k.flags.Pages
	return paging.Options{
		PageSize: flags.PageSize, MaxItems: flags.MaxItems,
		Stable: flags.All && flags.MaxItems == 0 && k.form.Format == render.NDJSON,
	}
}
