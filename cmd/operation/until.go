package operation

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"time"

	"github.com/epilot-cli/epilot/internal/budget"
	"github.com/epilot-cli/epilot/internal/catalog"
	"github.com/epilot-cli/epilot/internal/client"
	"github.com/epilot-cli/epilot/internal/failure"
	"github.com/epilot-cli/epilot/internal/openapi"
	"github.com/epilot-cli/epilot/internal/query"
	"github.com/epilot-cli/epilot/internal/term"
	"github.com/epilot-cli/epilot/internal/transport"
)

// condition is the condition of --until.
type condition struct {
	source   string
	program  query.Program
	interval time.Duration
	limit    time.Duration // for all requests and waits; 0 for no limit
}

// usualWait is the limit of --until without a timeout.
const usualWait = 5 * time.Minute

// checkUntil parses --until. The timeout then covers all requests together, and each
// request has the default time of the transport.
func (k *call) checkUntil(ctx context.Context) error {
	flags := k.flags.Until
	if !k.line.Changed("until") {
		if flags.Interval != "" {
			return failure.New(failure.Usage, "--interval needs --until")
		}
		return nil
	}
	if !onlyReads(k.api, k.op) {
		return failure.New(failure.Usage, "--until repeats a call that only reads; %s may change data", k.op.ID).
			Hintf("call it once, then wait with --until on the operation that shows the state")
	}
	u := &condition{source: flags.Expression, interval: 2 * time.Second, limit: k.client.Timeout}
	if flags.Interval != "" {
		interval, err := time.ParseDuration(flags.Interval)
		if err != nil || interval <= 0 {
			return failure.New(failure.Usage, "invalid --interval %q: use a duration such as 2s", flags.Interval)
		}
		u.interval = interval
	}
	var err error
	if u.program, err = k.f.Compile(ctx, k.line, "until", flags.Expression); err != nil {
		return err
	}
	if k.client.TimeoutBy == "" {
		u.limit = usualWait
	}
	k.client.Timeout, k.client.TimeoutBy = 0, ""
	k.condition = u
	return nil
}

// onlyReads reports whether a call is read-only and may be repeated freely.
func onlyReads(api *openapi.API, op *openapi.Operation) bool {
	return op.Method == http.MethodGet || op.Method == http.MethodPost && catalog.OnlyReads(api.Name, op.ID)
}

// wait is a call that is repeated until its condition is true.
type wait struct {
	*condition
	k     *call
	call  *client.Call
	began time.Time
	ends  time.Time      // zero means never
	last  *http.Response // the latest response, its body in memory
	value string         // value of the expression for it
	late  bool
}

// until repeats a call. The final response is the one that meets the condition, the
// last one before the timeout, or an API error.
func (k *call) until(prepared *client.Call) *wait {
	w := &wait{condition: k.condition, k: k, call: prepared, began: k.f.Now(), value: "no response yet"}
	if w.limit > 0 {
		w.ends = w.began.Add(w.limit)
	}
	return w
}

func (w *wait) send(req *http.Request) (*http.Response, error) {
	ctx := req.Context()
	if !w.ends.IsZero() {
		limited, cancel := context.WithDeadlineCause(ctx, w.ends, errLate)
		defer cancel()
		ctx = limited
	}
	for {
		done, err := w.once(req.WithContext(ctx))
		switch {
		case err != nil && w.isLate(ctx):
			return w.last, w.timedOut(err)
		case done || err != nil:
			return w.last, err
		}
		if !w.ends.IsZero() && w.k.f.Now().Add(w.interval).After(w.ends) {
			return w.last, w.timedOut(nil) // the next request would start too late
		}
		switch err := w.k.f.Wait(ctx, w.interval); {
		case err != nil && w.isLate(ctx):
			return w.last, w.timedOut(err)
		case err != nil:
			return nil, transport.Classify(context.Cause(ctx))
		}
		if req, err = w.call.Request(ctx); err != nil {
			return nil, err
		}
	}
}

var errLate = errors.New("the time for --until is over")

func (w *wait) isLate(ctx context.Context) bool { return errors.Is(context.Cause(ctx), errLate) }

// once sends the request and reports whether the wait is over.
func (w *wait) once(req *http.Request) (done bool, err error) {
	w.k.f.Out.Waiting(w.source, w.value, w.began, w.limit)
	resp, err := w.k.client.Send(req)
	if err != nil {
		return false, err
	}
	defer resp.Body.Close()
	text, err := w.k.client.Budget.Meter(failure.Network, "the response").ReadAll(resp.Body)
	if err != nil {
		return false, transport.Classify(err)
	}
	resp.Body = io.NopCloser(bytes.NewReader(text))
	if resp.StatusCode >= http.StatusBadRequest {
		w.last = resp
		return true, nil
	}
	result, err := w.program.Eval(budget.Into(req.Context(), w.k.client.Budget), text)
	if err != nil {
		return false, err
	}
	w.last, w.value = resp, "nothing"
	if result.Defined {
		w.value = string(result.JSON)
	}
	return w.value == "true", nil
}

// timedOut keeps the last response, which is printed before the error. err is why
// there is no response.
func (w *wait) timedOut(err error) error {
	if w.last == nil {
		return failure.New(failure.Network, "--until: no response within %s", w.limit).Hintf("%v", err)
	}
	w.late = true
	return nil
}

const longestValue = 80 // cells of an expression's value shown in a message

// err returns the error of a wait that ended without meeting its condition, or nil.
func (w *wait) err() error {
	if !w.late {
		return nil
	}
	value := w.value
	if head := term.Head(value, longestValue); head != value {
		value = head + "…"
	}
	return failure.New(failure.Network, "--until was not true within %s; its last value is %s", w.limit, value).
		Hintf("raise --timeout, such as --timeout 10m; 0 sets no limit")
}
