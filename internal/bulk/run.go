package bulk

import (
	"cmp"
	"context"
	"iter"
	"net/http"
	"strconv"
	"time"

	"github.com/epilot-cli/epilot/internal/budget"
	"github.com/epilot-cli/epilot/internal/client"
	"github.com/epilot-cli/epilot/internal/failure"
	"github.com/epilot-cli/epilot/internal/jsonx"
	"github.com/epilot-cli/epilot/internal/query"
)

// MostParallel is the maximum number of concurrent calls.
const MostParallel = 64

// Run makes one call for each row.
type Run struct {
	Rows     iter.Seq2[*Row, error]
	Prepare  func(context.Context, *Row) (*client.Call, error)
	Send     func(context.Context, *client.Call) (*http.Response, error)
	Program  query.Program // --jsonata, applied to each body; nil leaves bodies unchanged
	Budget   budget.Budget // limits the memory for one body
	Parallel int           // concurrent calls, 1 to MostParallel
	Ordered  bool          // emit results in row order
	Stop     Stop
	Pace     *Pace
	Journal  *Journal                 // nil for no journal
	Resend   bool                     // resend rows whose fate is unknown
	Reason   func(body []byte) string // summarizes an error body; "" if it cannot
	Emit     func(*Result) error      // receives the results one at a time
	Skip     func(*Row, Fate)         // receives each row that is not sent, with Done or Unknown; may be nil
}

// Result is the outcome of a row.
type Result struct {
	Row    *Row
	Status int // 0 if there was no response
	Took   time.Duration
	Body   []byte // JSON on one line; nil if there is none
	Err    error  // why the row failed
	Unsure bool   // it failed but may have been applied
	lost   bool   // it was applied but its response cannot be shown
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
	Done    int `json:"done"`    // succeeded
	Failed  int `json:"failed"`  // rejected or invalid
	Unknown int `json:"unknown"` // sent and possibly applied, in this run or an earlier one
	Skipped int `json:"skipped"` // already done by an earlier run
}

// Sent returns how many rows were sent or found to be invalid.
func (s *Summary) Sent() int { return s.Done + s.Failed + s.Unknown }

// Stop defines after how many failures a run ends.
type Stop struct {
	After int  // failures; 0 for no limit
	Usual bool // 20 in a row, or half of the first 100; overrides After
}

const (
	usualInARow = 20
	usualFirst  = 100
)

// reached returns why the run ends, or "" if it continues. tried, failed and inARow
// count the rows of this run.
func (s Stop) reached(tried, failed, inARow int) string {
	switch {
	case !s.Usual && s.After > 0 && failed >= s.After:
		return failure.Count(failed, "failure")
	case s.Usual && inARow >= usualInARow:
		return failure.Count(inARow, "failure") + " in a row"
	case s.Usual && tried == usualFirst && 2*failed >= usualFirst:
		return failure.Count(failed, "failure") + " in the first " + strconv.Itoa(usualFirst) + " rows"
	}
	return ""
}

// Do makes the calls. When ctx is done, it sends no more rows and waits for those in
// flight. The error explains why rows were left out; failed rows appear only in the
// summary.
func (r *Run) Do(ctx context.Context) (Summary, error) {
	l := &loop{
		Run: r, rows: make(chan fated, r.Parallel),
		jobs: make(chan *Row, r.Parallel), results: make(chan *Result, r.Parallel),
	}
	quit := make(chan struct{})
	defer close(quit)
	defer close(l.jobs)
	go r.read(l.rows, quit)
	err := l.work(ctx)
	return l.sum, err
}

// fated is a row and its fate in an earlier run.
type fated struct {
	row  *Row
	fate Fate
	err  error // ends the rows
}

// read sends the rows until quit is closed.
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

// loop is the state of a run. It belongs to one goroutine; others send the rows.
type loop struct {
	*Run
	rows    chan fated
	jobs    chan *Row // for the workers
	workers int       // started so far
	results chan *Result
	sum     Summary
	flying  int             // rows in flight
	last    error           // of a failed row
	inARow  int             // consecutive failures
	tried   int             // finished rows
	failed  int             // finished rows that failed
	ended   error           // why no more rows are sent
	waiting map[int]*Result // results waiting for their turn, for Ordered
	order   []int           // rows without a result yet, for Ordered
}

// ahead is how far, in multiples of Parallel, an ordered run may get ahead of the
// row whose result is missing.
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

// start sends the row and others already read, as far as there is room, after
// recording them in the journal.
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
		if l.workers < l.flying {
			l.workers++
			go l.send(ctx)
		}
		l.jobs <- row // has space for all rows in flight
	}
	return more
}

// send makes the calls of rows until there are no more.
func (l *loop) send(ctx context.Context) {
	for row := range l.jobs {
		l.results <- l.call(ctx, row)
	}
}

// sends reports whether to send the row, and counts a row that is not sent.
func (l *loop) sends(next fated) bool {
	switch {
	case next.fate == Done:
		l.sum.Skipped++
	case next.fate == Unknown && !l.Resend:
		l.sum.Unknown++
	default:
		return true
	}
	if l.Skip != nil {
		l.Skip(next.row, next.fate)
	}
	return false
}

// took counts a result and emits it.
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

// mostTries limits how often a row is resent while the server is busy.
const mostTries = 20
