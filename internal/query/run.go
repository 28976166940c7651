package query

import (
	"context"
	"errors"
	"runtime"
	"time"

	"github.com/epilot-cli/epilot/internal/budget"
	"github.com/epilot-cli/epilot/internal/failure"
)

var errPanic = errors.New("the engine failed on this expression")

type outcome[T any] struct {
	value T
	err   error
}

// bounded works in a goroutine of its own, so that the context ends the wait
// even where the engine never looks at it, and no panic gets out. So does memory
// beyond the budget of the context.
func bounded[T any](ctx context.Context, work func(context.Context) (T, error)) (T, error) {
	var nothing T
	if err := ctx.Err(); err != nil {
		return nothing, ended(err)
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	done := make(chan outcome[T], 1)
	go func() {
		value, err := recovered(func() (T, error) { return work(ctx) })
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
			if limit := memoryTimes * budget.Of(ctx).Limit(); exceeds(limit) {
				cancel(errMemory)
				return nothing, failure.New(failure.Query, "jsonata: %w of %d MB", errMemory, limit/1_000_000).
					Hintf("narrow the expression, or raise the limit: EPILOT_MAX_MEMORY")
			}
		}
	}
}

const (
	lookPeriod = 10 * time.Millisecond // between two looks at the memory
	// memoryTimes is how much of the memory an expression may use, in limits of
	// one read: the text of the response, its values, and what is made of them.
	memoryTimes = 5
)

var errMemory = errors.New("the expression takes more memory than the limit")

// exceeds reports whether what is not garbage is more than the limit.
func exceeds(limit int64) bool {
	if inUse() <= limit {
		return false
	}
	runtime.GC()
	return inUse() > limit
}

// inUse is how much memory objects and stacks take, in bytes, garbage included.
func inUse() int64 {
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	return int64(stats.HeapAlloc + stats.StackInuse)
}

// kinded gives a kind to what has none: the context's errors, and a panic.
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
	return failure.New(failure.Query, "jsonata: the expression did not end in time: %w", cause)
}

// compileTime is how long an expression may take to be read: an engine's parser
// may have no end.
const compileTime = 5 * time.Second

// Compile is the engine's within the time of the context as well.
func Compile(ctx context.Context, engine Engine, expression string) (Program, error) {
	return bounded(ctx, func(context.Context) (Program, error) { return engine.Compile(expression) })
}

// parsed reads an expression within its time. syntax words the parser's error.
func parsed[T any](expression string, syntax func(string, error) error, parse func() (T, error)) (T, error) {
	ctx, cancel := context.WithTimeout(context.Background(), compileTime)
	defer cancel()
	value, err := bounded(ctx, func(context.Context) (T, error) {
		value, err := recovered(parse)
		if err != nil {
			err = syntax(expression, err)
		}
		return value, err
	})
	return value, err
}

const (
	// maxFrames is how many Go frames an evaluation may pile up: about 1,500
	// calls of a small function with blues, well below the runtime's limit on
	// stacks.
	maxFrames = 30_000
	// nodePeriod and callPeriod are how many questions pass between two looks
	// at the stack, which cost as much as the stack is deep: gnata asks at each
	// node, blues at each call.
	nodePeriod = 1024
	callPeriod = 64
)

var errRecursion = errors.New("the expression is nested or calls itself too deeply")

// guard is a context that also ends when the stack of the goroutine that asks
// is too deep. An engine that asks can thus be stopped, which is the only way:
// Go can neither end a goroutine from outside nor recover from an overflow.
type guard struct {
	context.Context
	period int
	asked  int
}

// Err is asked by one goroutine, the one that evaluates.
func (g *guard) Err() error {
	if err := g.Context.Err(); err != nil {
		return err
	}
	g.asked++
	if g.asked%g.period != 0 {
		return nil
	}
	var frame [1]uintptr
	if runtime.Callers(maxFrames, frame[:]) > 0 {
		return errRecursion
	}
	return nil
}
