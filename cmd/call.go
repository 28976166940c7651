package cmd

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/spf13/pflag"

	"github.com/epilot-cli/epilot/internal/body"
	"github.com/epilot-cli/epilot/internal/call"
	"github.com/epilot-cli/epilot/internal/catalog"
	"github.com/epilot-cli/epilot/internal/emulator"
	"github.com/epilot-cli/epilot/internal/failure"
	"github.com/epilot-cli/epilot/internal/nearest"
	"github.com/epilot-cli/epilot/internal/operation"
	"github.com/epilot-cli/epilot/internal/params"
	"github.com/epilot-cli/epilot/internal/query"
	"github.com/epilot-cli/epilot/internal/transport"
)

// callOptions is what the flags and words of one command line say.
type callOptions struct {
	app     *App
	catalog *catalog.Catalog

	api, operation string
	named          bool // an operation is named, if only by an empty word
	callFlags      *pflag.FlagSet
	unknown        *string // the word where a command or an API is expected
	helped         bool    // the line begins with "help"
	topic          string  // the topic that it names
	positional     []string

	token, profile, server, org         string
	json, verbose, include              bool
	noInteractive, guided               bool
	yes, dryRun                         bool
	useDev, useStaging, allowHTTP       bool
	params, queries, headers            []string
	data, jsonata, definition, skeleton string
	fields                              []string
	pages                               pageFlags
	show                                instead
	timeout                             string
	retry                               retryFlags
	output                              outputFlags
	rule                                transport.Retry // what retry comes to
	wait                                time.Duration   // for a response to begin, by the limit; 0 for the usual one
	dataSet, tokenSet, jsonataSet       bool
	noValidate                          bool
	showVersion, showMap                bool
	helpErr                             error

	flags  *pflag.FlagSet // of this line
	bearer string         // the token of this call, so that it is not remembered

	mock *emulator.Emulator // runs inside this call, with --server mock
}

// run calls the operation: everything that can be wrong on this side is found
// before the server hears of it.
func (o *callOptions) run(ctx context.Context) error {
	if o.skeleton != "" {
		return o.printSkeleton(ctx)
	}
	if o.transfers(ctx) {
		return o.runTransfer(ctx)
	}
	r, err := o.ready(ctx)
	if err != nil {
		return err
	}
	words, err := params.Build(r.op, o.words())
	if err != nil {
		return err
	}
	t, err := o.target(ctx, r.api, r.op, words.Header)
	if err != nil {
		return err
	}
	defer t.close()
	o.bearer = t.bearer()
	payload, err := o.payload(ctx, r, words.Header.Get("Content-Type"))
	if err != nil {
		return err
	}
	planned := &call.Call{
		Operation: r.op, Server: t.url, Params: words,
		Header: t.header, Body: payload, Token: t.bearer(),
	}
	return o.carryOut(ctx, r, t, planned)
}

// carryOut sends what the person approves of, or shows it.
func (o *callOptions) carryOut(ctx context.Context, r *readiness, t *target, planned *call.Call) error {
	a := &answer{options: o, op: r.op, redact: t.redact, program: r.program, form: r.form}
	done, err := a.approve(ctx, planned)
	if err != nil {
		return err
	}
	defer o.teach(r.op, t.token)
	if done {
		return nil
	}
	return r.with.limited(ctx, func(ctx context.Context) error { return a.exchange(ctx, planned, t) })
}

// readiness is what a call knows before it looks for its server.
type readiness struct {
	api     *operation.API
	op      *operation.Operation
	with    settings
	program query.Program
	form    output
	asked   *interview // nil where nothing may be asked
}

// ready finds the operation and asks for the parameters that the line lacks.
func (o *callOptions) ready(ctx context.Context) (*readiness, error) {
	r := &readiness{}
	var err error
	if r.api, r.op, err = o.find(ctx); err != nil {
		return nil, err
	}
	if r.with, err = o.settings(); err != nil {
		return nil, err
	}
	if r.program, err = o.compile(r.with.engine); err != nil {
		return nil, err
	}
	if r.form, err = o.outputForm(); err != nil {
		return nil, err
	}
	if err := o.checkOrg(); err != nil {
		return nil, err
	}
	if err := cmp.Or(o.checkPrints(), o.pages.check(r.op)); err != nil {
		return nil, err
	}
	if r.asked, err = o.interview(r.op); err != nil {
		return nil, err
	}
	return r, r.asked.params(ctx)
}

// payload is the body of the line, or of the person. contentType is the one
// that the line names, may be "".
func (o *callOptions) payload(ctx context.Context, r *readiness, contentType string) (*body.Body, error) {
	if err := r.asked.body(ctx); err != nil {
		return nil, err
	}
	r.asked.keep(ctx)
	payload, err := body.Read(ctx, r.op, o.withFields(o.bodyInput(), contentType))
	if err == nil && !o.prints() {
		o.watched(payload)
	}
	return payload, err
}

// exchange sends the request and shows what comes back.
func (a *answer) exchange(ctx context.Context, planned *call.Call, t *target) error {
	req, err := planned.Request(ctx)
	if err != nil {
		return err
	}
	if err := a.begin(req); err != nil {
		return err
	}
	defer a.options.pagesDone()
	resp, err := a.send(t, req)
	if err != nil {
		return a.finish(nil, cmp.Or(a.sent(req), err))
	}
	defer resp.Body.Close()
	if err = a.file.accept(resp); err == nil {
		err = a.show(req, resp)
	}
	return a.options.comeBack(resp, a.finish(resp, err))
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
