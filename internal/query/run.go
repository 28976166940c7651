package query

import (
	"context"
	"errors"

	"github.com/epilot-cli/epilot/internal/failure"
)

var errPanic = errors.New("the engine failed on this expression")

type outcome struct {
	result Result
	err    error
}

// bounded evaluates in a goroutine of its own, so that the context ends the
// wait even where the engine never looks at it, and no panic gets out.
func bounded(ctx context.Context, eval func() (Result, error)) (Result, error) {
	if err := ctx.Err(); err != nil {
		return Result{}, ended(err)
	}
	done := make(chan outcome, 1)
	go func() {
		result, err := recovered(eval)
		done <- outcome{result, err}
	}()
	select {
	case <-ctx.Done():
		return Result{}, ended(ctx.Err())
	case o := <-done:
		return o.result, kinded(o.err)
	}
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
