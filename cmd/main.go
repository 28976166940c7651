// Package cmd is the command line: it turns words and flags into options, asks
// the rooms below for what a command needs, and prints errors in one place. It
// is the only package that knows cobra.
package cmd

import (
	"context"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/epilot-cli/epilot/internal/failure"
)

// grace is how long a command may take to end after a signal, before the
// process ends without it (it may hang in a write that nobody reads).
const grace = 500 * time.Millisecond

// Main runs the command line of the process and returns its exit status.
func Main() int {
	app := newApp()
	ctx, stop := withSignals(context.Background())
	defer stop()
	done := make(chan error, 1)
	go func() { done <- app.run(ctx, os.Args[1:]) }()
	return lastWords(ctx, app, wait(ctx, done))
}

// lastWords reports an error and returns the exit status. After a signal it
// does not hang on a stderr that nobody reads.
func lastWords(ctx context.Context, app *App, err error) int {
	status := make(chan int, 1)
	go func() { status <- app.report(os.Args[1:], err) }()
	select {
	case s := <-status:
		return s
	case <-ctx.Done():
	}
	select {
	case s := <-status:
		return s
	case <-time.After(grace / 2):
		return failure.ExitStatus(err)
	}
}

// wait returns what the command returned, or why it was ended: a signal's
// failure outranks the one that it provoked in the command.
func wait(ctx context.Context, done <-chan error) error {
	select {
	case err := <-done:
		if err != nil && ctx.Err() != nil {
			return context.Cause(ctx)
		}
		return err
	case <-ctx.Done():
	}
	select {
	case err := <-done:
		if err == nil {
			return nil
		}
	case <-time.After(grace):
	}
	return context.Cause(ctx)
}

// withSignals ends the context at the first SIGINT or SIGTERM; a second one
// meets the system's default and ends the process at once.
func withSignals(parent context.Context) (context.Context, func()) {
	ctx, cancel := context.WithCancelCause(parent)
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	go func() {
		switch <-signals {
		case os.Interrupt:
			cancel(failure.New(failure.Interrupted, "interrupted"))
		case syscall.SIGTERM:
			cancel(failure.New(failure.Terminated, "terminated"))
		}
		signal.Stop(signals)
	}()
	return ctx, func() { cancel(nil) }
}
