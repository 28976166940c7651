package cmd

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"strings"

	"github.com/epilot-cli/epilot/internal/body"
	"github.com/epilot-cli/epilot/internal/call"
	"github.com/epilot-cli/epilot/internal/failure"
	"github.com/epilot-cli/epilot/internal/operation"
	"github.com/epilot-cli/epilot/internal/params"
	"github.com/epilot-cli/epilot/internal/query"
)

// The File API's commands that are no operations: each takes several of them.
const (
	fileAPI      = "file"
	fileUpload   = "upload"
	fileDownload = "download"
)

// transfers tells that the words name one of them, and not an operation of the
// definition in use.
func (o *callOptions) transfers(ctx context.Context) bool {
	if o.api != fileAPI || o.operation != fileUpload && o.operation != fileDownload {
		return false
	}
	api, err := o.catalog.Load(ctx, o.api, o.definition)
	return err == nil && api.Find(o.operation) == nil
}

// transfer is one run of such a command.
type transfer struct {
	*callOptions
	api     *operation.API
	target  *target
	program query.Program
	form    output
}

func (o *callOptions) runTransfer(ctx context.Context) error {
	if o.prints() || o.dataSet || o.pages.all {
		return failure.New(failure.Usage, "%s %s takes neither -d nor --all, --dry-run, --curl or --sdk", o.api, o.operation).
			Hintf("\"epilot %s %s --help\" shows what it takes", o.api, o.operation)
	}
	api, err := o.catalog.Load(ctx, o.api, o.definition)
	if err != nil {
		return err
	}
	with, err := o.settings()
	if err != nil {
		return err
	}
	tr := &transfer{callOptions: o, api: api}
	if tr.program, err = o.compile(with.engine); err != nil {
		return err
	}
	if tr.form, err = o.outputForm(); err != nil {
		return err
	}
	work, what := tr.upload, "files"
	if o.operation == fileDownload {
		work, what = tr.download, "ids of files"
	}
	if len(o.positional) == 0 {
		return failure.New(failure.Usage, "%s %s needs the %s", o.api, o.operation, what).
			Hintf("\"epilot %s %s --help\" shows what it takes", o.api, o.operation)
	}
	return with.limited(ctx, work)
}

// step finds an operation by what it does and the target of the whole run.
func (tr *transfer) step(ctx context.Context, method, path string) (*operation.Operation, error) {
	for _, listed := range tr.api.Operations {
		if listed.Method != method || listed.Path != path {
			continue
		}
		op := listed.Load()
		if tr.target != nil {
			return op, nil
		}
		words, err := params.Build(&operation.Operation{}, params.Input{Headers: tr.typedHeaders()})
		if err == nil {
			tr.target, err = tr.callOptions.target(ctx, tr.api, op, words.Header)
		}
		return op, err
	}
	return nil, failure.New(failure.Usage, "the definition of %s has no %s %s", tr.api.Name, method, path).
		Hintf("leave out --definition, or call its operations one by one")
}

// call makes one step and returns the JSON that is answered.
func (tr *transfer) call(ctx context.Context, op *operation.Operation, in params.Input, payload *body.Body) ([]byte, error) {
	in.Headers = tr.typedHeaders()
	words, err := params.Build(op, in)
	if err != nil {
		return nil, err
	}
	planned := &call.Call{
		Operation: op, Server: tr.target.url, Params: words,
		Header: tr.target.header, Body: payload, Token: tr.target.bearer(),
	}
	req, err := planned.Request(ctx)
	if err != nil {
		return nil, err
	}
	resp, err := call.Do(tr.target.transport, req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err == nil && resp.StatusCode/100 != 2 {
		err = tr.refused(op, resp, text)
	}
	return text, err
}

const shownReason = 300 // bytes of an error's body that a message shows

func (tr *transfer) refused(op *operation.Operation, resp *http.Response, text []byte) error {
	// A secret that is cut in two is not known any more.
	why := strings.Join(strings.Fields(tr.target.redact.Text(string(text))), " ")
	failed := failure.New(failure.API, "%s answered %s: %s", op.ID, statusLine(resp.StatusCode), why[:min(len(why), shownReason)])
	failed.Status = resp.StatusCode
	return failed.Hintf("the steps of it are operations of their own; \"epilot %s\" lists them", tr.api.Name)
}

// show writes what came of it, as any answer is written.
func (tr *transfer) show(ctx context.Context, text []byte) error {
	form := tr.form
	form.file = ""
	a := &answer{options: tr.callOptions, op: &operation.Operation{}, redact: tr.target.redact, program: tr.program, form: form}
	from := &source{reader: bytes.NewReader(text)}
	if tr.program != nil {
		return a.transform(ctx, from, document)
	}
	return a.copy(from, document)
}
