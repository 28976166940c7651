package cmdutil

import (
	"context"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/epilot-cli/epilot/internal/bulk"
	"github.com/epilot-cli/epilot/internal/client/paging"
	"github.com/epilot-cli/epilot/internal/failure"
	"github.com/epilot-cli/epilot/internal/openapi"
	"github.com/epilot-cli/epilot/internal/openapi/body"
	"github.com/epilot-cli/epilot/internal/openapi/params"
	"github.com/epilot-cli/epilot/internal/output"
	"github.com/epilot-cli/epilot/internal/query"
)

// Values of --skeleton.
const (
	MinimalSkeleton = "minimal"
	FullSkeleton    = "full"
)

// CallFlags are the flags of an API call.
type CallFlags struct {
	Input  InputFlags
	Output OutputFlags
	Pages  PageFlags
	Until  UntilFlags
	Print  PrintFlags
	Each   EachFlags
	Yes    bool
}

// InputFlags are the flags for the input of a call.
type InputFlags struct {
	Params, Queries, Headers, Fields []string
	FromFlags                        []string // parameters set by their own flags, in the form of Params
	Data, Definition                 string
	BodyFrom, Set                    string
	NoValidate                       bool
}

// OutputFlags are the flags for the output of a call.
type OutputFlags struct {
	output.Options
	JSONata string
}

// PageFlags are the pagination flags.
type PageFlags struct {
	All                bool
	MaxItems, PageSize int
}

// UntilFlags are the flags for repeating a read until a condition is true.
type UntilFlags struct{ Expression, Interval string }

// EachFlags are the flags of a bulk run, which makes one call per row.
type EachFlags struct {
	File, Format, Row, Empty string
	Failed, Journal, Rate    string
	Parallel, StopAfter      int
	Ordered                  bool
}

// PrintFlags are the flags that print something instead of making the call.
type PrintFlags struct {
	DryRun, Curl, SDK, Map, Web bool
	Skeleton                    string
}

// AddTo adds the flags to the command of an API; include is the flag for the
// response headers, and retry has the flags of the client.
func (c *CallFlags) AddTo(cmd *cobra.Command, include *bool, retry *RetryFlags) {
	flags := cmd.PersistentFlags()
	flags.SortFlags = false
	flags.VarP(Repeated{&c.Input.Params}, "param", "p", "Set a parameter: `key=value` (repeatable)")
	flags.VarP(&Once{Text: &c.Input.Data}, "data", "d", "Send a body: `JSON|@FILE|-` (JSON or YAML file, - for stdin)")
	flags.VarP(Repeated{&c.Input.Fields}, "field", "f", "Set a body field: `key=value`, list[]=value, n:=3, key=@file (repeatable)")
	flags.StringVar(&c.Input.BodyFrom, "body-from", "", "Send the document `FILE|-` as the body, changed by --set")
	flags.StringVar(&c.Input.Set, "set", "", "Transform the --body-from document with a JSONata `EXPRESSION`")
	flags.VarP(Repeated{&c.Input.Headers}, "header", "H", "Set a header: `'Key: Value'` (repeatable)")
	flags.Var(Repeated{&c.Input.Queries}, "query", "Send an undocumented query parameter: `key=value` (repeatable)")
	flags.BoolVarP(include, "include", "i", false, "Show the response headers on stderr")
	flags.StringVar(&c.Output.JSONata, "jsonata", "", "Transform the response with a JSONata `EXPRESSION`")
	flags.StringVar(&c.Input.Definition, "definition", "", "Use the OpenAPI document `FILE|URL`, not the built-in one")
	flags.StringVarP(&c.Output.Format, "output", "o", "", "Output `FORMAT`: "+strings.Join(output.Formats(), ", "))
	flags.StringVar(&c.Output.Columns, "columns", "", "Show these `COLUMNS` in a table or CSV: a,b.c,list.0.id")
	flags.BoolVar(&c.Output.CSVSafe, "csv-safe", true, "Escape CSV and TSV cells that a spreadsheet would run")
	flags.StringVar(&c.Output.File, "out-file", "", "Write the response to `FILE` or into a folder (- for stdout)")
	flags.BoolVar(&c.Pages.All, "all", false, "Fetch all pages and merge them into one result")
	flags.IntVar(&c.Pages.MaxItems, "max-items", 0, "Stop --all after `N` items")
	flags.IntVar(&c.Pages.PageSize, "page-size", 0, "Request `N` items per page, with --all")
	c.Each.addTo(cmd, flags)
	retry.AddTo(flags)
	flags.StringVar(&c.Until.Expression, "until", "", "Repeat a read until JSONata `EXPRESSION` is true (timeout 5m)")
	flags.StringVar(&c.Until.Interval, "interval", "", "Wait `DURATION` between the calls of --until (default 2s)")
	flags.BoolVar(&c.Input.NoValidate, "no-validate", false, "Send the input without checking it")
	flags.BoolVar(&c.Print.DryRun, "dry-run", false, "Print the request and send nothing")
	flags.BoolVar(&c.Print.Curl, "curl", false, "Print a curl command that reads $EPILOT_TOKEN; send nothing")
	flags.BoolVar(&c.Print.SDK, "sdk", false, "Print the call as JavaScript for epilot's SDK; send nothing")
	AddYes(flags, &c.Yes)
	AddMapFlag(flags, &c.Print.Map)
	flags.BoolVar(&c.Print.Web, "web", false, "Open the documentation in the browser; send nothing")
	flags.StringVar(&c.Print.Skeleton, "skeleton", "", "Print a sample body (`full`: every property); send nothing")
	flags.Lookup("skeleton").NoOptDefVal = MinimalSkeleton
	c.annotate(cmd, flags)
}

// addTo adds the flags of a bulk run.
func (e *EachFlags) addTo(cmd *cobra.Command, flags *pflag.FlagSet) {
	flags.Var(&Once{Text: &e.File}, "each", "Make a call for each row of `FILE|-` (CSV, TSV, NDJSON, JSON)")
	flags.StringVar(&e.Format, "each-format", "", "Read the rows as `FORMAT`: "+strings.Join(bulk.Formats(), ", "))
	flags.StringVar(&e.Row, "row", "", "Map a row to {\"params\":{…},\"body\":…} with JSONata `EXPRESSION`")
	flags.StringVar(&e.Empty, "empty", "", "Send empty cells as `null` (default: omit the field)")
	flags.IntVar(&e.Parallel, "parallel", 8, "Make up to `N` calls in parallel, 1 to 64 (default 8)")
	flags.StringVar(&e.Rate, "rate", "", "Send at most this many requests: `50/s`, 600/m")
	flags.IntVar(&e.StopAfter, "stop-after", 0, "Stop after `N` failed rows (default 20 in a row); 0 disables")
	flags.BoolVar(&e.Ordered, "ordered", false, "Print results in the order of the rows")
	flags.StringVar(&e.Failed, "failed", "", "Write failed rows to `FILE`, ready for another --each")
	flags.StringVar(&e.Journal, "journal", "", "Record progress in `FILE`; rerun the command to resume")
	RefuseEmpty(flags, "each", "each-format", "row", "empty", "rate", "failed", "journal")
	TakesFile(flags, "each", "failed", "journal")
	Writes(flags, "failed", "journal")
	OneOf(cmd, flags, "each-format", bulk.Formats()...)
	OneOf(cmd, flags, "empty", "null")
}

// Check rejects flags that have no effect without --each, and values out of range.
// all is --all, which also has a journal.
func (e *EachFlags) Check(flags *pflag.FlagSet, all bool) error {
	if e.File == "" {
		for _, name := range []string{"each-format", "row", "empty", "parallel", "rate", "stop-after", "ordered", "failed", "journal"} {
			if flags.Changed(name) && !(all && name == "journal") {
				return failure.New(failure.Usage, "--%s needs --each", name).Hintf("add --each FILE, or --each - for stdin")
			}
		}
		return nil
	}
	if e.Parallel < 1 || e.Parallel > bulk.MostParallel {
		return failure.New(failure.Usage, "invalid --parallel %d: use 1 to %d", e.Parallel, bulk.MostParallel)
	}
	if e.StopAfter < 0 {
		return failure.New(failure.Usage, "invalid --stop-after %d: use a number of rows, or 0 for never", e.StopAfter)
	}
	return nil
}

// annotate adds the annotations read by check, completion and --map.
func (c *CallFlags) annotate(cmd *cobra.Command, flags *pflag.FlagSet) {
	RefuseEmpty(flags, "definition", "output", "columns", "out-file", "interval", "body-from", "set")
	TakesFile(flags, "definition", "out-file", "body-from")
	Writes(flags, "out-file")
	Excludes(flags, "dry-run", "curl", "sdk")
	Excludes(flags, "until", "all")
	Excludes(flags, "row", "data")
	Excludes(flags, "body-from", "data")
	for _, other := range []string{"all", "body-from", "curl", "sdk", "out-file", "skeleton", "include", "until"} {
		Excludes(flags, "each", other)
	}
	OneOf(cmd, flags, "output", output.Formats()...)
	OneOf(cmd, flags, "skeleton", MinimalSkeleton, FullSkeleton)
}

// AddMapFlag adds --map, for the root command and for APIs.
func AddMapFlag(flags *pflag.FlagSet, to *bool) {
	flags.BoolVar(to, "map", false, "With --json: describe commands, APIs and operations as data")
}

// Prints reports whether nothing is sent, so that no credentials are needed.
func (p *PrintFlags) Prints() bool { return p.DryRun || p.Curl || p.SDK }

// Check verifies, before anything is sent, that the pages can be followed.
func (p *PageFlags) Check(op *openapi.Operation) error {
	switch {
	case p.MaxItems < 0 || p.PageSize < 0:
		return failure.New(failure.Usage, "--max-items and --page-size must be 1 or more").
			Hintf("leave them out for no limit and the API's own size")
	case !p.All && (p.MaxItems > 0 || p.PageSize > 0):
		return failure.New(failure.Usage, "--max-items and --page-size need --all").
			Hintf("add --all, or set the operation's own parameter with -p")
	case !p.All:
		return nil
	}
	_, err := paging.New(paging.Options{Operation: op, PageSize: p.PageSize})
	return err
}

// ParamInput returns the parameter input of the flags.
func (i *InputFlags) ParamInput(positional []string) params.Input {
	return params.Input{
		Positional: positional, Named: i.Params, Flags: i.FromFlags, Query: i.Queries,
		Headers: i.Headers, NoValidate: i.NoValidate,
	}
}

// Compile compiles the JSONata expression of a flag before anything is sent, so that
// a typo does not cost a POST. It returns nil if the flag is not set.
func (f *Factory) Compile(ctx context.Context, flags *pflag.FlagSet, name, expression string) (query.Program, error) {
	if flag := flags.Lookup(name); flag == nil || !flag.Changed {
		return nil, nil
	}
	setting, err := f.Setting("jsonata_engine")
	if err != nil {
		return nil, err
	}
	if f.engine == nil {
		if f.engine, err = query.New(setting.Text); err != nil {
			return nil, err
		}
	}
	client, err := f.Client()
	if err != nil {
		return nil, err
	}
	if client.Timeout > 0 {
		limited, cancel := context.WithTimeout(ctx, client.Timeout)
		defer cancel()
		ctx = limited
	}
	return query.Compile(ctx, f.engine, expression)
}

// BodyInput returns the sources of a call's body: the command line, a file or stdin.
// contentType is the header on the command line, or "".
func (f *Factory) BodyInput(i *InputFlags, hasData bool, contentType string) body.Input {
	in := body.Input{
		Open:       func(name string) (io.ReadCloser, error) { return os.Open(name) },
		NoValidate: i.NoValidate,
		Waiting: func() {
			f.Out.Note("reading the request body from stdin (end it with Ctrl-D, or use -d)…")
		},
		Fields: i.Fields, Random: f.Random, ContentType: contentType, Budget: f.Out.Budget,
	}
	hasInput := hasData
	if hasData {
		in.Data = &i.Data
	}
	readsStdin := func(field string) bool { return len(field) > 2 && strings.HasSuffix(field, "@-") }
	for _, field := range i.Fields {
		hasInput = hasInput || readsStdin(field)
	}
	if !f.Streams.InTTY || hasInput {
		in.Stdin = f.Streams.In
	}
	return in
}

// WatchBody shows the upload progress of a long body on a terminal.
func (f *Factory) WatchBody(payload *body.Body) {
	if payload == nil || payload.Open == nil {
		return
	}
	open := payload.Open
	payload.Open = func() (io.ReadCloser, error) {
		from, err := open()
		if err != nil {
			return nil, err
		}
		return struct {
			io.Reader
			io.Closer
		}{f.Out.Bytes(0, payload.Size).Sender(from), from}, nil
	}
}
