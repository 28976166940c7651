package cmd

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"

	"github.com/epilot-cli/epilot/internal/failure"
	"github.com/epilot-cli/epilot/internal/operation"
	"github.com/epilot-cli/epilot/internal/query"
	"github.com/epilot-cli/epilot/internal/render"
	"github.com/epilot-cli/epilot/internal/transport"
)

// answer writes what came back: the body to stdout or a file, what is said
// about it to stderr.
type answer struct {
	options *callOptions
	op      *operation.Operation
	redact  *transport.Redactor
	program query.Program // nil: the body is shown as it is
	form    output
	file    *download // nil: stdout

	failed      bool     // the API answered 400 or more
	transformed bool     // what is shown is the program's result
	unseen      string   // why nothing of the body was shown, or ""
	leftOut     []string // columns that the terminal has no room for
	summary     excerpt  // the beginning of an error body
}

// show writes a response. A status of 400 or more is a failure of kind API,
// returned when its body is written.
func (a *answer) show(req *http.Request, resp *http.Response) error {
	if err := a.meta(req, resp); err != nil {
		return err
	}
	a.failed = resp.StatusCode >= http.StatusBadRequest
	broken := a.body(req.Context(), resp)
	if broken == nil {
		broken = a.nowhere(resp)
	}
	if !a.failed {
		return broken
	}
	if broken != nil && failure.Of(broken).Kind != failure.Network {
		return broken // the output failed, not the API
	}
	return a.refusal(resp)
}

// refusal is the failure that a status of 400 or more stands for.
func (a *answer) refusal(resp *http.Response) error {
	message := fmt.Sprintf("%s answered %s", a.op.ID, statusLine(resp.StatusCode))
	if why := a.summary.reason(); why != "" && a.options.app.Streams.ErrTTY && !a.options.json {
		message += ": " + a.redact.Text(why)
	}
	failed := failure.New(failure.API, "%s", message)
	failed.Status = resp.StatusCode
	if a.unseen != "" {
		return failed.Hintf("%s", a.unseen)
	}
	return failed
}

// nowhere refuses a redirect that could not be followed, for it names no place:
// the operation was not done. 304 answers a condition that the person set.
func (a *answer) nowhere(resp *http.Response) error {
	code := resp.StatusCode
	if code < http.StatusMultipleChoices || code >= http.StatusBadRequest || code == http.StatusNotModified {
		return nil
	}
	return failure.New(failure.Network, "%s was answered %s, a redirect that leads nowhere", a.op.ID, statusLine(code))
}

func (a *answer) body(ctx context.Context, resp *http.Response) error {
	from := &source{reader: a.watched(resp)}
	start, err := from.peek()
	if err == io.EOF {
		a.unseen = "the answer has no body that says why"
		return nil // no body: nothing to show
	}
	if err != nil {
		return transport.Classify(err)
	}
	if coding := resp.Header.Get("Content-Encoding"); coding != "" && coding != "identity" {
		return errors.Join(a.copy(from, foreign), failure.New(failure.Network, "the answer is encoded with %q, which nobody asked for", coding))
	}
	m := a.medium(resp, start)
	if a.file.goesOn() {
		m = foreign // the beginning of it is in the file already
	}
	if m == foreign && isBinary(start) && a.onScreen() && a.form.file != "-" {
		return a.refuseBinary(resp)
	}
	return a.pass(ctx, from, m)
}

// pass shows a body, or what the expression makes of it.
func (a *answer) pass(ctx context.Context, from *source, m medium) error {
	if m == events && a.form.format != render.Raw {
		from, m = &source{reader: render.Events(from), beneath: from}, sequence
	}
	if a.program != nil && !a.failed && !a.file.goesOn() {
		return a.transform(ctx, from, m)
	}
	return a.copy(from, m)
}

// refuseBinary keeps a terminal from bytes that are no text.
func (a *answer) refuseBinary(resp *http.Response) error {
	kind := resp.Header.Get("Content-Type")
	if kind == "" {
		kind = "of no known type"
	}
	a.unseen = fmt.Sprintf("the answer is binary (%s), nothing for a terminal", kind)
	if a.failed {
		return nil
	}
	return failure.New(failure.Usage, "%s", a.unseen).
		Hintf("keep it with --out-file PATH or in a pipe; --out-file - shows it all the same")
}

// copy streams the body to where it goes, reformatted where it is JSON.
func (a *answer) copy(from *source, m medium) error {
	out := a.open(m)
	err := a.write(out, from, m)
	if closed := out.Close(); err == nil && closed != nil {
		err = failure.New(failure.File, "the pager failed: %w", closed)
	}
	if failed := from.failure(); failed != nil {
		return transport.Classify(failed)
	}
	a.tellLeftOut()
	return err
}

func (a *answer) write(out io.Writer, from io.Reader, m medium) error {
	if a.failed {
		from = io.TeeReader(from, &a.summary)
	}
	if m == foreign || m == events {
		return render.Text(out, from, a.onScreen() && a.form.file != "-")
	}
	return render.Write(out, from, a.layout(m))
}

func statusLine(code int) string {
	return fmt.Sprintf("%d %s", code, http.StatusText(code))
}
