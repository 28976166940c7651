package cmd

import (
	"context"
	"os"
	"os/signal"
	"sync"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"github.com/epilot-cli/epilot/internal/failure"
)

// grace is how long a command may take to end after a signal, before the
// process ends without it (it may hang in a write that nobody reads).
const grace = 500 * time.Millisecond

// signals is what SIGINT and SIGTERM mean to a command that does more than
// print. It is made when such a command begins: until then the system's own
// way to end the process is right, and costs nothing at the start.
type signals struct {
	ctx      context.Context // ends with the first signal
	once     sync.Once       // the command's end or the end of patience: one of them has the last word
	status   int             // of the last word
	reported chan struct{}   // closed when it is said
}

// heed ends the command's context at the first SIGINT or SIGTERM, and the
// process when the command does not end then. A second signal meets the
// system's default and ends the process at once.
func (a *App) heed(cmd *cobra.Command) {
	if a.signals != nil || a.Exit == nil {
		return
	}
	ctx, cancel := context.WithCancelCause(cmd.Context())
	a.signals = &signals{ctx: ctx, reported: make(chan struct{})}
	cmd.SetContext(ctx)
	received := make(chan os.Signal, 1)
	signal.Notify(received, os.Interrupt, syscall.SIGTERM)
	go func() {
		err := failure.New(failure.Interrupted, "interrupted")
		if <-received == syscall.SIGTERM {
			err = failure.New(failure.Terminated, "terminated")
		}
		cancel(err)
		signal.Stop(received)
		a.giveUp(err)
	}()
}

// giveUp ends the process when the command does not.
func (a *App) giveUp(err error) {
	select {
	case <-a.signals.reported:
		return
	case <-time.After(grace):
	}
	time.AfterFunc(grace/2, func() { a.Exit(failure.ExitStatus(err)) }) // stderr may hang too
	a.Exit(a.lastWords(err))
}

// heed makes a command answer to signals, unless it is one that only prints
// what is built in.
func (o *callOptions) heed(cmd *cobra.Command) {
	lists := !cmd.HasParent() || o.api != "" && !o.named
	if !lists || o.definition != "" || o.asks() {
		o.app.heed(cmd)
	}
}

// leaveInterrupts leaves Ctrl-C to the pager, which knows what it means there,
// and which must not outlive this process on the terminal.
func leaveInterrupts() {
	signal.Reset(os.Interrupt)
	signal.Notify(make(chan os.Signal, 1), os.Interrupt) // caught, not ignored: the pager would inherit that
}

// signalled reports whether a signal ended the command.
func (a *App) signalled() bool { return a.signals != nil && a.signals.ctx.Err() != nil }

// lastWords reports an error and returns the exit status. A signal outranks
// the failure that it provoked in the command.
func (a *App) lastWords(err error) int {
	if a.signals == nil {
		return a.report(err)
	}
	if err != nil && a.signalled() {
		err = context.Cause(a.signals.ctx)
	}
	a.signals.once.Do(func() {
		a.signals.status = a.report(err)
		close(a.signals.reported)
	})
	return a.signals.status
}
