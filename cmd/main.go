// Package cmd implements the command line: it orders the arguments, builds the
// command they name, and maps errors to the exit status. The commands are in its
// subpackages.
package cmd

import (
	"context"
	"crypto/rand"
	"os"
	"os/signal"
	"slices"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"github.com/epilot-cli/epilot/cmd/cmdutil"
	"github.com/epilot-cli/epilot/cmd/upgrade"
	"github.com/epilot-cli/epilot/internal/auth/keyring"
	"github.com/epilot-cli/epilot/internal/failure"
	"github.com/epilot-cli/epilot/internal/term"
	"github.com/epilot-cli/epilot/internal/transport"
)

// version is set by the release build with -ldflags "-X …/cmd.version=1.2.3".
var version = "0.0.0-dev"

// feed and feedKey are also set by the release build: the URL of the releases and
// the minisign public key that signs them. See docs/release.md.
var feed, feedKey string

// Main runs the command line of the process and returns its exit status.
func Main() int {
	// Make writes to a closed pipe fail instead of killing the process: the exit
	// status is then 0, as for a socket. The signal is caught, not ignored, because
	// a pager or an editor would inherit that.
	signal.Notify(make(chan os.Signal, 1), syscall.SIGPIPE)
	return Run(context.Background(), newApp(), os.Args[1:])
}

func newApp() *cmdutil.App {
	dir, err := os.Getwd()
	if err != nil {
		dir = ""
	}
	return &cmdutil.App{
		Streams:   term.System(os.Getenv),
		LookupEnv: os.LookupEnv,
		Environ:   os.Environ,
		Now:       time.Now,
		Random:    rand.Reader,
		Dir:       dir,
		Proxy:     transport.ProxyFromEnvironment(os.Getenv),
		Keyring:   keyring.System(os.Getenv),
		Program: cmdutil.Program{
			Version: version, Feed: feed, FeedKey: feedKey,
			Executable: os.Executable, Root: os.DirFS("/"),
		},
		Exit: os.Exit,
	}
}

// Run runs one command line and returns its exit status. Errors are reported on
// the App's streams.
func Run(ctx context.Context, app *cmdutil.App, args []string) int {
	f := cmdutil.NewFactory(app)
	f.Flags.JSON = slices.Contains(args, "--json")
	f.Out.Flags = f.Flags.Flags // for errors before the flags are parsed
	s := &signals{f: f}
	f.WindDown = func() { s.patient.Store(true) }
	f.Out.PagerStarted = s.leaveInterrupts
	status := s.report(run(ctx, f, s, args))
	f.Close()
	if !s.received() {
		upgrade.TellNews(f, args)
	}
	return status
}

func run(ctx context.Context, f *cmdutil.Factory, s *signals, args []string) error {
	switch {
	case asksForCompletion(args):
		return serveCompletion(ctx, f, args)
	case len(args) > 0 && args[0] == officialRequest:
		return officialChoices(ctx, f, args)
	}
	if err := f.ApplyColor(); err != nil {
		return err
	}
	for {
		r := newRoot(f, args)
		r.signals, f.HelpErr = s, nil
		if s.ctx != nil {
			ctx = s.ctx // set by handle above
		}
		err := r.execute(ctx)
		if err == nil {
			return nil
		}
		if args, err = r.corrected(ctx, err); err != nil {
			return err
		}
	}
}

// signals handles SIGINT and SIGTERM for commands that do more than print. Other
// commands keep the system's default, which is correct and costs nothing at startup.
type signals struct {
	f        *cmdutil.Factory
	ctx      context.Context // ends on the first signal; nil before handle
	patient  atomic.Bool     // the command ends itself after a signal, however long that takes
	once     sync.Once       // either the command or the grace timer reports
	status   int             // the reported status
	reported chan struct{}   // closed once reported
}

// handle cancels the command's context on the first SIGINT or SIGTERM, and exits if
// the command does not end in time. A second signal gets the system's default
// action.
func (s *signals) handle(cmd *cobra.Command) {
	if s.ctx != nil || s.f.Exit == nil {
		return
	}
	ctx, cancel := context.WithCancelCause(cmd.Context())
	s.ctx, s.reported = ctx, make(chan struct{})
	cmd.SetContext(ctx)
	received := make(chan os.Signal, 1)
	signal.Notify(received, os.Interrupt, syscall.SIGTERM)
	go func() {
		err := failure.New(failure.Interrupted, "interrupted")
		if <-received == syscall.SIGTERM {
			err = failure.New(failure.Terminated, "terminated")
		}
		signal.Stop(received) // before announcing the first: a second signal must not be lost
		cancel(err)
		s.giveUp(err)
	}()
}

// giveUp exits the process if the command does not end.
func (s *signals) giveUp(err error) {
	if s.patient.Load() {
		return
	}
	select {
	case <-s.reported:
		return
	case <-time.After(cmdutil.Grace):
	}
	time.AfterFunc(cmdutil.Grace/2, func() { s.f.Exit(failure.ExitStatus(err)) }) // stderr may hang too
	s.f.Exit(s.report(err))
}

// handleSignals handles signals for a command, unless it only prints built-in data.
func (r *root) handleSignals(cmd *cobra.Command) {
	lists := !cmd.HasParent() || r.operation.API() != "" && r.operation.OnlyLists()
	if r.signals != nil && (!lists || r.f.Asks()) {
		r.signals.handle(cmd)
	}
}

// leaveInterrupts leaves Ctrl-C to the pager, which handles it and must not outlive
// this process on the terminal.
func (s *signals) leaveInterrupts() {
	if s.f.Exit == nil {
		return
	}
	signal.Reset(os.Interrupt)
	signal.Notify(make(chan os.Signal, 1), os.Interrupt) // caught, not ignored: the pager would inherit that
}

// received reports whether a signal ended the command.
func (s *signals) received() bool { return s.ctx != nil && s.ctx.Err() != nil }

// report reports an error and returns the exit status. A signal takes precedence
// over the error it caused in the command.
func (s *signals) report(err error) int {
	if s.ctx == nil {
		return s.f.Out.Error(err)
	}
	if err != nil && s.received() {
		err = context.Cause(s.ctx)
	}
	s.once.Do(func() {
		s.status = s.f.Out.Error(err)
		close(s.reported)
	})
	return s.status
}
