package cmd

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"os"

	"github.com/epilot-cli/epilot/internal/body"
	"github.com/epilot-cli/epilot/internal/call"
	"github.com/epilot-cli/epilot/internal/catalog"
	"github.com/epilot-cli/epilot/internal/emulator"
	"github.com/epilot-cli/epilot/internal/failure"
	"github.com/epilot-cli/epilot/internal/nearest"
	"github.com/epilot-cli/epilot/internal/operation"
	"github.com/epilot-cli/epilot/internal/params"
	"github.com/epilot-cli/epilot/internal/query"
)

// callOptions is what the flags and words of one command line say.
type callOptions struct {
	app     *App
	catalog *catalog.Catalog

	api, operation string
	named          bool    // an operation is named, if only by an empty word
	unknown        *string // the word where a command or an API is expected
	positional     []string

	token, profile, server, org         string
	json, verbose, include              bool
	noInteractive, guided               bool
	useDev, useStaging, allowHTTP       bool
	params, queries, headers            []string
	data, jsonata, definition, skeleton string
	timeout                             string
	dataSet, tokenSet, jsonataSet       bool
	noValidate                          bool
	showVersion                         bool
	helpErr                             error

	mock *emulator.Emulator // runs inside this call, with --server mock
}

// run calls the operation: everything that can be wrong on this side is found
// before the server hears of it.
func (o *callOptions) run(ctx context.Context) error {
	if o.guided {
		return errGuided()
	}
	if o.skeleton != "" {
		return o.printSkeleton(ctx)
	}
	api, op, err := o.find(ctx)
	if err != nil {
		return err
	}
	with, err := o.settings()
	if err != nil {
		return err
	}
	program, err := o.compile(with.engine)
	if err != nil {
		return err
	}
	if err := o.checkOrg(); err != nil {
		return err
	}
	words, err := params.Build(op, o.words())
	if err != nil {
		return err
	}
	t, err := o.target(ctx, api, op, words.Header)
	if err != nil {
		return err
	}
	defer t.close()
	payload, err := body.Read(ctx, op, o.bodyInput())
	if err != nil {
		return err
	}
	req, err := (&call.Call{
		Operation: op, Server: t.url, Params: words,
		Header: t.header, Body: payload, Token: t.bearer(),
	}).Request(ctx)
	if err != nil {
		return err
	}
	a := &answer{options: o, op: op, redact: t.redact, program: program}
	resp, err := call.Do(t.transport, req)
	if err != nil {
		return cmp.Or(a.sent(req), err)
	}
	defer resp.Body.Close()
	return a.show(req, resp)
}

// find loads the definition and the operation that the words name.
func (o *callOptions) find(ctx context.Context) (*operation.API, *operation.Operation, error) {
	api, err := o.catalog.Load(ctx, o.api, o.definition)
	if err != nil {
		return nil, nil, err
	}
	if op := api.Find(o.operation); op != nil {
		return api, op, nil
	}
	return nil, nil, unknownOperation(api, o.operation)
}

func unknownOperation(api *operation.API, id string) error {
	ids := make([]string, len(api.Operations))
	for i, op := range api.Operations {
		ids[i] = op.ID
	}
	err := failure.New(failure.Usage, "%s has no operation %q", api.Name, id)
	if near := nearest.Match(id, ids); near != "" {
		return err.Hintf("did you mean %s? \"epilot %s\" lists them", near, api.Name)
	}
	return err.Hintf("\"epilot %s\" lists the operations", api.Name)
}

func (o *callOptions) words() params.Input {
	return params.Input{
		Positional: o.positional, Named: o.params, Query: o.queries,
		Headers: o.typedHeaders(), NoValidate: o.noValidate,
	}
}

func (o *callOptions) bodyInput() body.Input {
	in := body.Input{
		Open:       func(name string) (io.ReadCloser, error) { return os.Open(name) },
		NoValidate: o.noValidate,
		Waiting: func() {
			fmt.Fprintln(o.app.Streams.Err, "waiting for the request body on stdin (give it with -d, or end it with Ctrl-D)…")
		},
	}
	if o.dataSet {
		in.Data = &o.data
	}
	if !o.app.Streams.InTTY || o.dataSet {
		in.Stdin = o.app.Streams.In
	}
	return in
}

// compile reads the JSONata expression before anything is sent: a typing error
// in it must not cost a POST.
func (o *callOptions) compile(name string) (query.Program, error) {
	if !o.jsonataSet {
		return nil, nil
	}
	engine, err := query.New(name)
	if err != nil {
		return nil, err
	}
	return engine.Compile(o.jsonata)
}

func errGuided() error {
	return failure.New(failure.Usage, "--guided is not available yet").
		Hintf("give the parameters with -p and the body with -d; --help shows both")
}
