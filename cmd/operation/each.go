package operation

import (
	"context"
	"errors"
	"io"
	"net/http"
	"os"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/epilot-cli/epilot/cmd/cmdutil"
	"github.com/epilot-cli/epilot/internal/atomicfile"
	"github.com/epilot-cli/epilot/internal/auth"
	"github.com/epilot-cli/epilot/internal/bulk"
	"github.com/epilot-cli/epilot/internal/catalog"
	"github.com/epilot-cli/epilot/internal/client"
	"github.com/epilot-cli/epilot/internal/failure"
	"github.com/epilot-cli/epilot/internal/openapi/body"
	"github.com/epilot-cli/epilot/internal/output"
	"github.com/epilot-cli/epilot/internal/output/render"
	"github.com/epilot-cli/epilot/internal/shell"
	"github.com/epilot-cli/epilot/internal/syserror"
)

// shownFirst is the number of requests shown by --dry-run and the confirmation.
const shownFirst = 3

// rows is the source of the rows of --each.
type rows struct {
	name   string
	format string
	from   io.Reader
	file   *os.File // seekable; nil for a pipe
}

// open starts reading the rows, a file from its beginning. All bytes read are also
// written to also, unless it is nil.
func (r *rows) open(also io.Writer) (*bulk.Reader, error) {
	from := r.from
	if r.file != nil {
		if _, err := r.file.Seek(0, io.SeekStart); err != nil {
			return nil, failure.New(failure.File, "%s cannot be read: %w", r.name, err)
		}
	}
	if also != nil {
		from = io.TeeReader(from, also)
	}
	return bulk.Open(r.name, from, r.format)
}

// rows opens the file of --each, or stdin.
func (k *call) rows() (*rows, error) {
	name := k.flags.Each.File
	r := &rows{name: name, format: k.flags.Each.Format}
	if name == "-" {
		if k.f.Streams.InTTY {
			return nil, failure.New(failure.Usage, "--each -: nothing is piped to stdin").Hintf("pipe the rows, or name a file: --each rows.csv")
		}
		if in := k.flags.Input; in.Data == "-" || in.Data == "@-" {
			return nil, failure.New(failure.Usage, "--each - and the body both read stdin").Hintf("name a file for one of them")
		}
		r.name, r.from = "stdin", k.f.Streams.In
		return r, nil
	}
	file, err := os.Open(name)
	if err != nil {
		if os.IsNotExist(err) {
			return nil, failure.New(failure.Usage, "--each %s: no such file", name)
		}
		return nil, failure.New(failure.File, "--each %s: %w", name, atomicfile.Cause(err))
	}
	r.from = file
	info, err := file.Stat()
	switch {
	case err == nil && info.IsDir():
		return nil, failure.New(failure.Usage, "--each %s: it is a folder", name)
	case err == nil && info.Mode().IsRegular():
		r.file = file
		return r, k.keepsRows(name, info)
	}
	return r, nil
}

// keepsRows refuses to write the failed rows over the file of the rows.
func (k *call) keepsRows(name string, rows os.FileInfo) error {
	if info, err := os.Stat(k.flags.Each.Failed); err == nil && os.SameFile(info, rows) {
		return failure.New(failure.Usage, "--failed would overwrite %s, the file of --each", name).Hintf("name another file")
	}
	return nil
}

// spare is memory that is never written to, so it is not resident. A run has few
// long-lived objects; without spare the garbage collector runs every few megabytes
// and takes a third of the time.
const spare = 24 << 20 // bytes

// each makes one call per row.
func (k *call) each(ctx context.Context) error {
	unused := make([]byte, spare)
	defer runtime.KeepAlive(unused)
	if k.f.Flags.Guided {
		return failure.New(failure.Usage, "--each and --guided cannot be combined").Hintf("leave one of them out")
	}
	pace, err := k.pace(ctx)
	if err != nil {
		return err
	}
	policy := k.client.Policy
	policy.PerCall = true
	if !k.f.Flags.Verbose {
		policy.Retry.Report = nil // the progress display shows failures
	}
	k.client = k.f.NewClient(policy)
	defer k.client.Close()
	k.client.HTTP.Attempt = pace.Wrap
	k.client.AskCall = nil
	from, err := k.rows()
	if err != nil {
		return err
	}
	plan, err := k.plan(ctx)
	if err != nil {
		return err
	}
	target, err := k.client.EmptyCall(ctx, k.api, k.op)
	if err != nil {
		return err
	}
	checked := &checkedRows{total: -1}
	if from.file != nil || k.client.Unsent {
		if checked, err = k.checkRows(ctx, plan, from); err != nil {
			return err
		}
	}
	if k.client.Unsent {
		return k.showFirst(ctx, checked)
	}
	if err := k.confirmRows(ctx, checked); err != nil {
		return err
	}
	return k.runRows(ctx, &bulkRun{plan: plan, from: from, target: target, checked: checked, pace: pace})
}

func (k *call) pace(ctx context.Context) (*bulk.Pace, error) {
	pace := &bulk.Pace{MaxWait: k.client.Retry.MaxWait, Now: k.f.Now, Sleep: k.f.Sleep, Quit: ctx.Done()}
	var err error
	if k.flags.Each.Rate != "" {
		pace.Every, err = bulk.ParseRate(k.flags.Each.Rate)
	}
	return pace, err
}

// plan returns the mapping of columns to parameters and fields.
func (k *call) plan(ctx context.Context) (*bulk.Plan, error) {
	each := &k.flags.Each
	if each.Empty != "" && each.Empty != "null" {
		return nil, failure.New(failure.Usage, "invalid --empty %q: use null, or omit the flag", each.Empty)
	}
	if each.Format != "" && !slices.Contains(bulk.Formats(), each.Format) {
		return nil, failure.New(failure.Usage, "invalid --each-format %q: use %s", each.Format, strings.Join(bulk.Formats(), ", "))
	}
	input := func(contentType string, hasData bool) body.Input {
		in := k.f.BodyInput(&k.flags.Input, hasData, contentType)
		in.Stdin = nil
		return in
	}
	plan := &bulk.Plan{
		Operation: k.op, Params: k.flags.Input.ParamInput(k.positional), Fields: k.flags.Input.Fields,
		EmptyNull: each.Empty == "null", Body: func(contentType string) body.Input { return input(contentType, false) },
	}
	var err error
	if plan.Data, err = body.Base(ctx, input("", k.hasData)); err != nil {
		return nil, err
	}
	if plan.Program, err = k.f.Compile(ctx, k.line, "row", each.Row); err != nil {
		return nil, err
	}
	return plan, plan.Check()
}

// prepare prepares the call of a row.
func (k *call) prepare(ctx context.Context, plan *bulk.Plan, row *bulk.Row) (*client.Call, error) {
	if row.Err != nil {
		return nil, row.Err
	}
	in, read, err := plan.Input(ctx, row)
	if err != nil {
		return nil, err
	}
	call, err := k.client.Prepare(ctx, k.api, k.op, in)
	if err != nil {
		return nil, err
	}
	call.Body, err = read(ctx, call.ContentType())
	return call, err
}

// bulkRun is a run that is ready to start.
type bulkRun struct {
	plan    *bulk.Plan
	from    *rows
	target  *client.Call
	checked *checkedRows
	pace    *bulk.Pace
}

// runRows makes the calls and prints the results.
func (k *call) runRows(ctx context.Context, b *bulkRun) error {
	each := &k.flags.Each
	reader, err := b.from.open(nil)
	if b.from.file == nil && errors.Is(err, bulk.ErrEmpty) { // such as a search without results
		k.tell(bulk.Summary{}, 0)
		return nil
	}
	if err != nil {
		return err
	}
	run := &bulk.Run{
		Rows: reader.Rows(),
		Prepare: func(ctx context.Context, row *bulk.Row) (*client.Call, error) {
			if call := b.checked.kept.Take(row); call != nil {
				return call, nil
			}
			return k.prepare(ctx, b.plan, row)
		},
		Send: k.client.Do, Program: k.program, Budget: k.client.Budget,
		Parallel: each.Parallel, Ordered: each.Ordered, Pace: b.pace,
		Stop:   bulk.Stop{After: each.StopAfter, Usual: !k.line.Changed("stop-after")},
		Resend: k.maySendAgain(),
		Reason: func(text []byte) string { return output.Reason(text, k.client.Redactor().Text) },
	}
	if each.Journal != "" {
		if run.Journal, err = bulk.OpenJournal(ctx, each.Journal, k.identity(b)); err != nil {
			return err
		}
		defer run.Journal.Close()
	}
	var failed *bulk.FailedFile
	if each.Failed != "" {
		if failed, err = bulk.CreateFailed(each.Failed, reader); err != nil {
			return err
		}
		defer failed.Discard()
	}
	k.f.WindDown()
	began := k.f.Now()
	sum, ended := k.print(ctx, run, failed, b.checked.total)
	if err := run.Journal.Close(); err != nil && ended == nil {
		ended = err
	}
	if err := failed.Close(); err != nil && ended == nil {
		ended = err
	}
	if failed := k.client.MockFailure(); failed != nil {
		return failed
	}
	k.tell(sum, k.f.Now().Sub(began))
	return verdict(sum, ended, each)
}

// identity returns what the run's journal is bound to.
func (k *call) identity(b *bulkRun) bulk.Identity {
	id := bulk.Identity{
		Operation: k.api.Name + " " + k.op.ID, Server: b.target.Server.String(),
		Organization: k.client.Organization, Input: b.checked.digest,
	}
	profile, _ := k.client.As(k.api.Name) // cannot fail: already read for the target
	if k.client.NamedServer(profile) == client.MockServer {
		id.Server = client.MockServer // its port differs in each run
	}
	if id.Organization == "" && b.target.Token != nil {
		if claims, err := auth.Parse(b.target.Token.Value); err == nil {
			id.Organization = claims.OrgID
		}
	}
	return id
}

// maySendAgain reports whether a row that may already have been applied can be sent
// again: the operation is read-only or idempotent.
func (k *call) maySendAgain() bool {
	switch k.op.Method {
	case http.MethodGet, http.MethodHead, http.MethodOptions, http.MethodPut, http.MethodDelete:
		return true
	}
	return k.f.Retry.Unsafe || catalog.OnlyReads(k.api.Name, k.op.ID) || slices.Contains(splitName(k.op.ID), "upsert")
}

// print runs the calls and prints results as they arrive.
func (k *call) print(ctx context.Context, run *bulk.Run, failed *bulk.FailedFile, total int) (bulk.Summary, error) {
	form := k.form
	if form.Format == "" {
		form.Format = render.NDJSON
	}
	results := newResultQueue()
	printed := make(chan error, 1)
	go func() {
		err := k.f.Out.Rows(ctx, results, output.ResponseOptions{Operation: k.op, Redact: k.client.Redactor(), Form: form})
		results.end(errNotPrinted)
		printed <- err
	}()
	progress := k.f.Out.Tally(total, "done", true)
	done, wrong := 0, 0
	var line []byte
	run.Emit = func(result *bulk.Result) error {
		if done++; result.Err != nil {
			wrong++
			failed.Add(result.Row, result.Err.Error())
		}
		line = result.Append(line[:0])
		_, err := results.Write(line)
		progress.Show(done, wrong)
		return err
	}
	run.Skip = func(row *bulk.Row, fate bulk.Fate) {
		progress.Skip()
		if fate == bulk.Unknown {
			failed.Add(row, "an earlier run sent this row, and it may have been applied")
		}
	}
	stop := context.AfterFunc(ctx, func() { k.f.Out.Note("stopping: waiting for the rows in flight (Ctrl-C again stops now)") })
	sum, ended := run.Do(ctx)
	stop()
	results.end(io.EOF)
	err := <-printed
	progress.Done()
	if err != nil && (ended == nil || ended == errNotPrinted) {
		ended = err
	}
	return sum, ended
}

var errNotPrinted = failure.New(failure.File, "the results can no longer be printed")

// tell prints the summary.
func (k *call) tell(sum bulk.Summary, took time.Duration) {
	var parts []string
	for _, part := range []struct {
		n    int
		what string
	}{{sum.Done, "done"}, {sum.Failed, "failed"}, {sum.Unknown, "unknown"}, {sum.Skipped, "done before"}} {
		if part.n > 0 {
			parts = append(parts, strconv.Itoa(part.n)+" "+part.what)
		}
	}
	if len(parts) == 0 {
		parts = []string{"no rows"}
	}
	line := strings.Join(parts, ", ") + " in " + took.Round(time.Millisecond).String()
	k.f.Out.Summary(line, sum)
}

// verdict returns the error of a run, or nil if all rows succeeded.
func verdict(sum bulk.Summary, ended error, each *cmdutil.EachFlags) error {
	lost := sum.Failed + sum.Unknown
	switch {
	case syserror.ClosedPipe(ended):
		return failure.New(failure.API, "stopped: the reader of the results has gone")
	case ended != nil:
		return ended
	case lost == 0:
		return nil
	}
	err := failure.New(failure.API, "%d of %d rows did not succeed", lost, lost+sum.Done+sum.Skipped)
	switch {
	case sum.Unknown > 0 && each.Journal != "":
		return err.Hintf("rows that are unknown may have been applied: check them, or send them again with --retry-unsafe")
	case each.Failed != "":
		return err.Hintf("%s has the failed rows and the reasons: correct them, then run again with --each %s", each.Failed, shell.Quote(each.Failed))
	}
	return err.Hintf("--failed FILE keeps the rows that failed, --journal FILE what is done")
}
