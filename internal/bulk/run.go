package bulk

import (
	"cmp"
	"context"
	"errors"
	"io"
	"iter"
	"net/http"
	"strconv"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/epilot-cli/epilot/internal/budget"
	"github.com/epilot-cli/epilot/internal/client"
	"github.com/epilot-cli/epilot/internal/failure"
	"github.com/epilot-cli/epilot/internal/jsonx"
	"github.com/epilot-cli/epilot/internal/query"
	"github.com/epilot-cli/epilot/internal/transport"
)

// MostParallel is how many calls a run may make at once.
const MostParallel = 64

// Run makes one call for each row.
type Run struct {
	Rows     iter.Seq2[*Row, error]
	Prepare  func(context.Context, *Row) (*client.Call, error)
	Send     func(context.Context, *client.Call) (*http.Response, error)
	Program  query.Program // of --jsonata, for each body; nil leaves bodies as they are
	Budget   budget.Budget // of one body
	Parallel int           // calls at once, 1 to MostParallel
	Ordered  bool          // results come in the order of the rows
	Stop     Stop
	Pace     *Pace
	Journal  *Journal                 // nil for none
	Resend   bool                     // rows of an unknown fate are sent again
	Reason   func(body []byte) string // sums up the body of an error; "" for nothing
	Emit     func(*Result) error      // gets each result, one at a time
}

// Result is what became of a row.
type Result struct {
	Row    *Row
	Status int // 0 without a response
	Took   time.Duration
	Body   []byte // JSON on one line; nil for none
	Err    error  // why the row failed
	Unsure bool   // it failed, but may have been applied
	lost   bool   // it was applied, but its response cannot be shown
}

// Append appends the result as JSON on one line.
func (r *Result) Append(to []byte) []byte {
	to = strconv.AppendInt(append(to, `{"row":`...), int64(r.Row.Number), 10)
	to = strconv.AppendInt(append(to, `,"status":`...), int64(r.Status), 10)
	to = strconv.AppendInt(append(to, `,"ms":`...), r.Took.Milliseconds(), 10)
	if r.Body != nil {
		to = append(append(to, `,"body":`...), r.Body...)
	}
	if r.Err != nil {
		to = jsonx.AppendQuote(append(to, `,"error":`...), r.Err.Error())
	}
	return append(to, "}\n"...)
}

// Summary counts the rows of a run.
type Summary struct {
	Done    int `json:"done"`    // a success
	Failed  int `json:"failed"`  // refused, or wrong
	Unknown int `json:"unknown"` // sent, and perhaps applied: in this run or an earlier one
	Skipped int `json:"skipped"` // done by an earlier run
}

// Sent is how many rows were sent, or found to be wrong.
func (s *Summary) Sent() int { return s.Done + s.Failed + s.Unknown }

// Stop says after how many failures a run ends.
type Stop struct {
	After int  // failures; 0 for never
	Usual bool // 20 in a row, or half of the first 100, in place of After
}

const (
	usualInARow = 20
	usualFirst  = 100
)

// reached says why the run ends, "" where it goes on. tried, failed and inARow
// count the rows of this run.
func (s Stop) reached(tried, failed, inARow int) string {
	switch {
	case !s.Usual && s.After > 0 && failed >= s.After:
		return count(failed, "failure")
	case s.Usual && inARow >= usualInARow:
		return count(inARow, "failure") + " in a row"
	case s.Usual && tried == usualFirst && 2*failed >= usualFirst:
		return count(failed, "failure") + " in the first " + strconv.Itoa(usualFirst) + " rows"
	}
	return ""
}

// Do makes the calls. When the context ends, no more rows are sent and those in
// flight come to their end. The error says why rows were left out; rows that
// failed are in the summary only.
func (r *Run) Do(ctx context.Context) (Summary, error) {
	l := &loop{Run: r, results: make(chan *Result, r.Parallel), rows: make(chan fated, r.Parallel)}
	quit := make(chan struct{})
	defer close(quit)
	go r.read(l.rows, quit)
	err := l.work(ctx)
	return l.sum, err
}

// fated is a row with what an earlier run did with it.
type fated struct {
	row  *Row
	fate Fate
	err  error // ends the rows
}

// read passes the rows on until somebody quits.
func (r *Run) read(to chan<- fated, quit <-chan struct{}) {
	defer close(to)
	for row, err := range r.Rows {
		next := fated{row: row, err: err}
		if err == nil && row.Err == nil {
			next.fate, next.err = r.Journal.Fate(row)
		}
		select {
		case to <- next:
		case <-quit:
			return
		}
		if next.err != nil {
			return
		}
	}
}

// loop is the state of a run. One goroutine has it; rows are sent by others.
type loop struct {
	*Run
	rows    chan fated
	results chan *Result
	sum     Summary
	flying  int             // rows that are sent
	last    error           // of a row that failed
	inARow  int             // failures since the last success
	tried   int             // rows that have come to an end
	failed  int             // of them
	ended   error           // why no more rows are sent
	waiting map[int]*Result // results whose turn has not come, for Ordered
	order   []int           // the rows whose results are missing, for Ordered
}

// ahead is how many times Parallel an ordered run may be ahead of the row whose
// result is missing.
const ahead = 8

func (l *loop) work(ctx context.Context) error {
	l.waiting = map[int]*Result{}
	calls := context.WithoutCancel(ctx)
	stopped := ctx.Done()
	rows := l.rows
	for rows != nil || l.flying > 0 {
		from := rows
		if l.flying >= l.Parallel || ctx.Err() != nil || l.Ordered && len(l.order) >= ahead*l.Parallel {
			from = nil
		}
		select {
		case <-stopped:
			l.ended, rows, stopped = cmp.Or(l.ended, context.Cause(ctx)), nil, nil
		case result := <-l.results:
			l.flying--
			l.took(result)
		case next, more := <-from:
			if !more || !l.start(calls, next) {
				rows = nil
			}
		}
		if l.ended != nil {
			rows = nil
		}
	}
	return l.ended
}

// start sends the row, and those that have been read already as far as there is
// room. They are in the journal before.
func (l *loop) start(ctx context.Context, next fated) bool {
	var batch []*Row
	more := true
	for room := l.Parallel - l.flying; ; {
		if next.err != nil {
			l.ended, more = next.err, false
			break
		}
		if l.sends(next) {
			batch = append(batch, next.row)
		}
		if len(batch) == room {
			break
		}
		select {
		case next, more = <-l.rows:
		default:
			next = fated{}
		}
		if next.row == nil && next.err == nil {
			break
		}
	}
	if len(batch) == 0 {
		return more
	}
	if err := l.Journal.Send(batch); err != nil {
		l.ended = err
		return false
	}
	for _, row := range batch {
		l.flying++
		if l.Ordered {
			l.order = append(l.order, row.Number)
		}
		go func() { l.results <- l.call(ctx, row) }()
	}
	return more
}

// sends reports whether the row is to be sent, and counts it where it is not.
func (l *loop) sends(next fated) bool {
	switch {
	case next.fate == Done:
		l.sum.Skipped++
	case next.fate == Unknown && !l.Resend:
		l.sum.Unknown++
	default:
		return true
	}
	return false
}

// took counts a result and passes it on.
func (l *loop) took(result *Result) {
	fate := Done
	switch l.inARow++; {
	case result.Err == nil:
		l.sum.Done++
		l.inARow = 0
	case result.Unsure:
		fate = Unknown
		l.sum.Unknown++
	default:
		if l.sum.Failed++; !result.lost {
			fate = Failed
		}
	}
	if l.tried++; result.Err != nil {
		l.failed++
		l.last = result.Err
	}
	if err := l.Journal.Note(result.Row, fate, result.Status); err != nil {
		l.ended = cmp.Or(l.ended, err)
	}
	if why := l.Stop.reached(l.tried, l.failed, l.inARow); why != "" && l.ended == nil {
		l.ended = failure.New(failure.API, "stopped after %s: %w", why, l.last).
			Hintf("--stop-after sets how many failures end a run; 0 for no limit")
	}
	if err := l.Pace.ended(); err != nil {
		l.ended = cmp.Or(l.ended, err)
	}
	if !l.Ordered {
		l.emit(result)
		return
	}
	l.waiting[result.Row.Number] = result
	for len(l.order) > 0 && l.waiting[l.order[0]] != nil {
		l.emit(l.waiting[l.order[0]])
		delete(l.waiting, l.order[0])
		l.order = l.order[1:]
	}
}

func (l *loop) emit(result *Result) {
	if err := l.Emit(result); err != nil {
		l.ended = cmp.Or(l.ended, err)
	}
}

// mostTries bounds how often a row is sent that the server refuses for now.
const mostTries = 20

// call makes the call of a row.
func (r *Run) call(ctx context.Context, row *Row) *Result {
	result := &Result{Row: row, Err: row.Err}
	if row.Err != nil {
		return result
	}
	call, err := r.Prepare(ctx, row)
	if err != nil {
		result.Err = err
		return result
	}
	begun := r.Pace.Now()
	for try := 1; ; try++ {
		resp, err := r.Send(ctx, call)
		if err != nil {
			result.Err, result.Unsure = err, !errors.Is(err, errHeld) && !transport.Refused(nil, err)
			break
		}
		again := try < mostTries && (call.Body == nil || !call.Body.Once) && busy(resp) && r.Pace.ended() == nil
		if again {
			_ = resp.Body.Close()
			continue
		}
		r.finish(ctx, result, resp)
		break
	}
	result.Took = r.Pace.Now().Sub(begun)
	return result
}

// busy reports whether the server has done nothing and wants to be asked later.
func busy(resp *http.Response) bool {
	return resp.StatusCode == http.StatusTooManyRequests ||
		resp.StatusCode == http.StatusServiceUnavailable && resp.Header.Get("Retry-After") != ""
}

// finish reads the response.
func (r *Run) finish(ctx context.Context, result *Result, resp *http.Response) {
	defer resp.Body.Close()
	result.Status = resp.StatusCode
	text, err := r.text(resp)
	if err != nil {
		result.Err = transport.Classify(err)
		result.Unsure = true
		return
	}
	if result.Body = asJSON(text); resp.StatusCode >= 300 && resp.StatusCode != http.StatusNotModified {
		result.Err = r.refusal(resp, text)
		result.Unsure = !transport.Refused(resp, nil)
		return
	}
	if r.Program == nil {
		return
	}
	made, err := r.Program.Eval(budget.Into(ctx, r.Budget), text)
	if result.Body = made.JSON; err != nil {
		result.Body, result.Err, result.lost = asJSON(text), err, true
	}
}

// text reads a body, which is held in memory.
func (r *Run) text(resp *http.Response) ([]byte, error) {
	const small = 1 << 20
	if n := resp.ContentLength; n >= 0 && n <= small {
		text := make([]byte, n)
		_, err := io.ReadFull(resp.Body, text)
		if errors.Is(err, io.EOF) && n > 0 {
			err = io.ErrUnexpectedEOF
		}
		return text, err
	}
	return r.Budget.Meter(failure.Network, "the response").ReadAll(resp.Body)
}

// asJSON is a body on one line: as it came, or as a string where it is not JSON.
func asJSON(text []byte) []byte {
	if len(text) == 0 {
		return nil
	}
	value := jsontext.Value(text).Clone()
	if value.Compact(jsontext.AllowDuplicateNames(true)) != nil {
		return jsonx.AppendQuote(nil, string(text))
	}
	return value
}

// refusal is the error that a status stands for.
func (r *Run) refusal(resp *http.Response, text []byte) error {
	message := strconv.Itoa(resp.StatusCode) + " " + http.StatusText(resp.StatusCode)
	if why := r.Reason(text); why != "" {
		message += ": " + why
	}
	failed := failure.New(failure.API, "%s", message)
	failed.Status = resp.StatusCode
	return failed
}
