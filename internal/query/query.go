// Package query evaluates JSONata (https://docs.jsonata.org) on one JSON document,
// with either of two engines behind one small interface. It is independent of
// requests and terminals, and it does not render: its result is compact JSON.
//
// The following survives an expression that only passes values through:
//   - the order of members, with both engines (see orders for blues);
//   - the text of numbers with gnata (1.10, 1e400, 30 digits); blues keeps
//     64-bit integers, any other number becomes the nearest double;
//   - strings, except that lone surrogates and invalid UTF-8 become U+FFFD.
//
// Arithmetic and comparison use doubles, as in JavaScript.
//
// Panics, time (the context), memory (see ceiling), and the depth of recursion and of
// the document are limited.
package query

import (
	"bytes"
	"context"
	"errors"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"time"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/epilot-cli/epilot/internal/budget"
	"github.com/epilot-cli/epilot/internal/failure"
)

// maxExpression limits the length of an expression in bytes. The parsers recurse,
// and a stack overflow is fatal; gnata takes quadratic time, without checking the
// clock, for a path of many steps.
const maxExpression = 32 << 10

// Engine compiles expressions.
type Engine interface {
	// Compile parses an expression. The error is of kind failure.Query and gives the
	// reason and the column, counted in characters from 1.
	Compile(expression string) (Program, error)
}

// Program is a compiled expression, safe for concurrent use.
type Program interface {
	// Eval evaluates the expression on one JSON text; empty input is JSONata's
	// undefined. It returns when ctx ends, even if the engine does not. Errors are
	// of kind failure.Query for the expression, failure.Network for input that is
	// not JSON, failure.Interrupted if ctx is canceled.
	Eval(ctx context.Context, input []byte) (Result, error)

	// EvalRow is Eval with the variable $row: the JSON text of the bulk row that
	// produced the input.
	EvalRow(ctx context.Context, row, input []byte) (Result, error)
}

// rowVariable is the variable of EvalRow, without its $.
const rowVariable = "row"

// usesRow reports whether an expression may use the row.
func usesRow(source string) bool { return strings.Contains(source, "$"+rowVariable) }

// Result is the result of an expression.
type Result struct {
	Defined bool   // false for JSONata's undefined: print nothing
	JSON    []byte // compact JSON; nil if undefined
}

// Text returns the unquoted string if the result is a JSON string.
func (r Result) Text() (string, bool) {
	if !r.Defined || !bytes.HasPrefix(r.JSON, []byte{'"'}) {
		return "", false
	}
	text, err := jsontext.AppendUnquote(nil, r.JSON)
	return string(text), err == nil
}

// Nothing returns the JSON for a program without a result: an empty array if its
// expression ends in [], which promises a list, else null.
func Nothing(program Program) Result {
	if ending, has := program.(interface{ endsInList() bool }); has && ending.endsInList() {
		return Result{Defined: true, JSON: []byte("[]")}
	}
	return Result{Defined: true, JSON: []byte("null")}
}

// endsInList reports whether an expression promises a list.
func endsInList(source string) bool {
	return strings.HasSuffix(strings.TrimRight(bare(source), " \t\r\n;"), "[]")
}

// New returns an engine by name: "gnata", the default for "", or "blues". Any other
// name is an error of kind failure.Usage. Programs of one blues engine wait for each
// other; those of two write to the same functions and must not run at the same time.
func New(name string) (Engine, error) {
	switch name {
	case "", "gnata":
		return gnataEngine{}, nil
	case "blues":
		return newBlues(), nil
	}
	return nil, failure.New(failure.Usage, "unknown JSONata engine %q", name).
		Hintf(`set EPILOT_JSONATA_ENGINE to "gnata" (default) or "blues"`)
}

// acceptable rejects expressions that no engine should see.
func acceptable(expression string) error {
	switch {
	case strings.TrimSpace(expression) == "":
		return failure.New(failure.Query, "jsonata: the expression is empty").
			Hintf("use an expression such as --jsonata 'name', or remove the flag")
	case len(expression) > maxExpression:
		return failure.New(failure.Query, "jsonata: the expression has %d bytes, at most %d are allowed",
			len(expression), maxExpression)
	case !utf8.ValidString(expression):
		return failure.New(failure.Query, "jsonata: the expression is not valid UTF-8")
	}
	return nil
}

var errPanic = errors.New("the engine failed on this expression")

type outcome[T any] struct {
	value T
	err   error
}

// bounded runs work in a separate goroutine, so that the wait ends with the context
// even if the engine never checks it, and no panic escapes. The wait also ends if
// memory exceeds the budget of the context.
func bounded[T any](ctx context.Context, work func(context.Context, *ceiling) (T, error)) (T, error) {
	var nothing T
	if err := ctx.Err(); err != nil {
		return nothing, ended(err)
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	done := make(chan outcome[T], 1)
	above := &ceiling{ctx: ctx}
	go func() {
		value, err := recovered(func() (T, error) { return work(ctx, above) })
		done <- outcome[T]{value, err}
	}()
	look := time.NewTicker(lookPeriod)
	defer look.Stop()
	for {
		select {
		case <-ctx.Done():
			return nothing, ended(ctx.Err())
		case o := <-done:
			return o.value, kinded(o.err)
		case <-look.C:
			if err := above.check(); err != nil {
				cancel(errMemory)
				return nothing, err
			}
		}
	}
}

const lookPeriod = 10 * time.Millisecond // between two memory checks

var errMemory = errors.New("the expression takes more memory than the limit")

// ceiling limits the memory of an expression. It is checked at intervals by bounded,
// and between two steps by guard: a step can double a text or list, and a second one
// would follow before the interval has passed.
type ceiling struct {
	ctx  context.Context
	once sync.Once
	data atomic.Int64 // bytes of the data on which the expression runs, 0 while they are read
}

const (
	// readTimes limits the memory while data is read, as a multiple of the limit of
	// one read: its text and its values.
	readTimes = 5
	// resultTimes limits the memory of the results in the same way. The next step may
	// need twice as much again, which must fit in the memory that the system gives:
	// package budget takes an eighth of it for one read.
	resultTimes = 2
)

// reads says that the data was read, and that its text and values take so many bytes.
func (c *ceiling) reads(bytes int64) { c.data.Store(max(bytes, 1)) }

// check fails if live memory exceeds the limit.
func (c *ceiling) check() error {
	one := budget.Of(c.ctx).Limit()
	c.once.Do(budget.Of(c.ctx).Tidy)
	limit := readTimes * one
	if data := c.data.Load(); data > 0 {
		limit = max(resultTimes*one, data+one)
	}
	if inUse() <= limit || collects(limit) {
		return nil
	}
	return failure.New(failure.Query, "jsonata: %w of %d MB", errMemory, limit/1_000_000).
		Hintf("narrow the expression, or raise the limit: EPILOT_MAX_MEMORY")
}

// collects collects garbage, and reports whether no more than limit bytes are left. An
// expression that does not wait for it is not given the time to fill the memory: twice
// the limit is more than what the garbage of any other takes.
func collects(limit int64) bool {
	done := make(chan struct{})
	go func() {
		runtime.GC()
		close(done)
	}()
	look := time.NewTicker(lookPeriod / 10)
	defer look.Stop()
	for {
		select {
		case <-done:
			return inUse() <= limit
		case <-look.C:
			if inUse() > 2*limit {
				return false
			}
		}
	}
}

// inUse returns the memory of objects and stacks in bytes, including garbage.
func inUse() int64 {
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	return int64(stats.HeapAlloc + stats.StackInuse)
}

// kinded adds a kind to errors without one: the context's errors, and a panic.
func kinded(err error) error {
	var failed *failure.Error
	switch {
	case err == nil, errors.As(err, &failed):
		return err
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return ended(err)
	default:
		return failure.New(failure.Query, "jsonata: %w", err)
	}
}

func recovered[T any](work func() (T, error)) (value T, err error) {
	defer func() {
		if recover() != nil {
			err = errPanic
		}
	}()
	return work()
}

func ended(cause error) error {
	if errors.Is(cause, context.Canceled) {
		return failure.New(failure.Interrupted, "jsonata: interrupted: %w", cause)
	}
	return failure.New(failure.Query, "jsonata: the expression took too long: %w", cause)
}

// compileTime is how long an expression may take to compile: an engine's parser may
// loop forever.
const compileTime = 5 * time.Second

// Compile compiles an expression with the engine, and also ends with the context.
func Compile(ctx context.Context, engine Engine, expression string) (Program, error) {
	return bounded(ctx, func(context.Context, *ceiling) (Program, error) { return engine.Compile(expression) })
}

// parsed parses an expression within compileTime. syntax converts the parser's
// error.
func parsed[T any](expression string, syntax func(string, error) error, parse func() (T, error)) (T, error) {
	ctx, cancel := context.WithTimeout(context.Background(), compileTime)
	defer cancel()
	value, err := bounded(ctx, func(context.Context, *ceiling) (T, error) {
		value, err := recovered(parse)
		if err != nil {
			err = syntax(expression, err)
		}
		return value, err
	})
	return value, err
}

const (
	// maxFrames is the maximum number of Go stack frames of an evaluation: about
	// 1,500 calls of a small function with blues, well below the runtime's stack
	// limit.
	maxFrames = 30_000
	// nodePeriod and callPeriod are the number of checks between two looks at the
	// stack, whose cost is proportional to its depth: gnata checks at each node,
	// blues at each call.
	nodePeriod = 1024
	callPeriod = 64
)

var errRecursion = errors.New("the expression is nested or calls itself too deeply")

// guard is a context that also ends when the stack of the calling goroutine is too
// deep, or memory exceeds the ceiling. This stops an engine that checks the context,
// which is the only way: Go can neither end a goroutine from outside nor recover from
// a stack overflow or a lack of memory.
type guard struct {
	context.Context
	above  *ceiling
	period int
	asked  int
	looked time.Time
}

const (
	stepTime   = time.Millisecond // between two memory checks; a step that makes several megabytes takes longer
	clockSteps = 4                // between two looks at the clock, which take longer than a small step
)

// Err is called only by the evaluating goroutine.
func (g *guard) Err() error {
	if err := g.Context.Err(); err != nil {
		return err
	}
	g.asked++
	if g.asked%clockSteps == 0 && time.Since(g.looked) > stepTime {
		if !g.looked.IsZero() {
			if err := g.above.check(); err != nil {
				return err
			}
		}
		g.looked = time.Now()
	}
	if g.asked%g.period != 0 {
		return nil
	}
	var frame [1]uintptr
	if runtime.Callers(maxFrames, frame[:]) > 0 {
		return errRecursion
	}
	return nil
}
