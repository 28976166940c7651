// Package mock implements the command that runs the mock and the commands for its
// state.
package mock

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"runtime/debug"
	"time"

	"github.com/spf13/cobra"

	"github.com/epilot-cli/epilot/cmd/cmdutil"
	"github.com/epilot-cli/epilot/internal/emulator"
	"github.com/epilot-cli/epilot/internal/failure"
	"github.com/epilot-cli/epilot/internal/term"
)

type options struct {
	f        *cmdutil.Factory
	serving  servingFlags
	behaving behaviourFlags
	state    stateFlags

	portSet, seedSet bool
}

// servingFlags configure where the mock listens and what it logs.
type servingFlags struct {
	port    int
	listen  string
	record  string
	quiet   bool
	cors    string
	noAdmin bool
}

// behaviourFlags configure the mock's responses.
type behaviourFlags struct {
	faults         []string
	latency, limit string
	dynamic        bool
	seed           uint64
	clock          string
}

// New returns the mock command with its subcommands.
func New(f *cmdutil.Factory) *cobra.Command {
	o := &options{f: f}
	cmd := &cobra.Command{
		Use:  "mock",
		Args: cmdutil.NoArgs,
		Long: "Keys of a fault RULE: rate, status, kind=reset|cut|garbage|slow, retry-after, over, count, method, path, api, operation.",
		Example: `epilot mock
epilot mock --fault rate=0.1,status=503 --latency 50ms..200ms
epilot mock --rate-limit 10/s --record requests.ndjson
epilot mock --dynamic --seed 7`,
		RunE: func(cmd *cobra.Command, _ []string) error {
			o.portSet, o.seedSet = cmd.Flags().Changed("port"), cmd.Flags().Changed("seed")
			return o.run(cmd.Context())
		},
	}
	o.addFlags(cmd)
	cmd.AddCommand(newTokenCmd(f, &o.state), newSeedCmd(f, &o.state), newResetCmd(f, &o.state))
	return cmd
}

func (o *options) addFlags(cmd *cobra.Command) {
	flags, s, b := cmd.Flags(), &o.serving, &o.behaving
	flags.SortFlags = false
	flags.IntVar(&s.port, "port", 4010, "Listen on `PORT` of 127.0.0.1; 0 for a free one")
	flags.StringVar(&s.listen, "listen", "", "Listen on `ADDRESS` for other machines, such as 0.0.0.0:4010")
	flags.BoolVar(&b.dynamic, "dynamic", false, "Return random samples where the mock keeps no state")
	flags.Uint64Var(&b.seed, "seed", 0, "Reproduce the random samples and faults of seed `N`")
	flags.Var(cmdutil.Repeated{Values: &b.faults}, "fault", "Inject faults by `RULE`, such as rate=0.1,status=503 (repeatable)")
	flags.StringVar(&b.latency, "latency", "", "Wait `DURATION` before each response: 100ms, or 50ms..200ms")
	flags.StringVar(&b.limit, "rate-limit", "", "Limit requests to `RATE` with 429: 10/s, 100/m, 1000/h")
	flags.StringVar(&s.record, "record", "", "Append each request to `FILE` as JSON; - for stdout")
	flags.StringVar(&b.clock, "clock", "", "Set the clock to `TIME`, such as 2026-03-01T00:00:00Z")
	flags.StringVar(&s.cors, "cors", "", "Allow browser pages of `ORIGIN` to call the mock; * for any")
	flags.BoolVar(&s.noAdmin, "no-admin", false, "Do not serve /_ui, /_reset, /_seed and /_requests")
	flags.BoolVar(&s.quiet, "quiet", false, "Do not log requests to stderr")
	cmdutil.TakesFile(flags, "record")
	cmdutil.Writes(flags, "record")
	cmdutil.RefuseEmpty(flags, "record", "latency", "rate-limit", "listen", "clock", "cors")
	o.state.addFlags(cmd)
}

// growth is how much the heap of a mock grows between two garbage collections, in
// percent. A mock has few long-lived objects, so it takes little memory at three times
// the default, and none of its start is spent on a collection.
const growth = 300

// run serves until a signal. That is the normal way to stop a server, so it is not a
// failure here.
func (o *options) run(ctx context.Context) error {
	defer debug.SetGCPercent(debug.SetGCPercent(growth))
	with, err := o.emulatorOptions()
	if err != nil {
		return err
	}
	forget, err := o.state.open(with)
	if err != nil {
		return err
	}
	defer forget()
	end, err := o.journal(with)
	if err != nil {
		return err
	}
	defer end()
	listener, base, err := o.open(with)
	if err != nil {
		return err
	}
	with.Issuer = base
	handler, err := o.f.Emulator(*with, nil)
	if err != nil {
		listener.Close()
		return err
	}
	defer handler.Close()
	if err := handler.Ready(ctx); err != nil {
		listener.Close()
		return err
	}
	o.introduce(base)
	server := o.f.MockServer(handler)
	server.RegisterOnShutdown(handler.Disconnect)
	return serve(ctx, listener, server)
}

// introduce prints the URL of the mock and how to call it.
func (o *options) introduce(base string) {
	say := o.f.Streams.Err
	fmt.Fprintf(say, "the mock listens on %s (Ctrl-C stops it)\n", base)
	if !o.serving.noAdmin {
		fmt.Fprintf(say, "see its requests and resources at %s/_ui\n", base)
	}
	fmt.Fprintf(say, "call it with --server %s or EPILOT_SERVER=%s\n", base, base)
	fmt.Fprintf(say, "a token for it: export EPILOT_TOKEN=$(epilot mock token%s)\n", o.state.flag())
}

func serve(ctx context.Context, listener net.Listener, server *http.Server) error {
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(listener) }()
	select {
	case err := <-ended:
		return failure.New(failure.Network, "the mock stopped: %w", err)
	case <-ctx.Done():
	}
	shutdown, cancel := context.WithTimeout(context.WithoutCancel(ctx), cmdutil.Grace/2)
	defer cancel()
	if server.Shutdown(shutdown) != nil {
		_ = server.Close() // cut the remaining connections
	}
	return nil
}

func (o *options) logRequest(entry emulator.Entry) {
	fault := ""
	if entry.Fault != "" {
		fault = " (on purpose: " + entry.Fault + ")"
	}
	fmt.Fprintf(o.f.Streams.Err, "%s %s %d %s%s\n", entry.Method, term.Line(entry.Path), entry.Status,
		entry.Duration.Round(time.Microsecond), fault)
}

// newTokenCmd returns the command that prints a token of the mock. No other command
// prints one, so that it does not end up in logs by accident.
func newTokenCmd(f *cmdutil.Factory, state *stateFlags) *cobra.Command {
	return state.addFile(&cobra.Command{
		Use:     "token",
		Short:   "Print the mock's token, for --token or EPILOT_TOKEN",
		Args:    cmdutil.NoArgs,
		Example: `export EPILOT_TOKEN=$(epilot mock token)`,
		RunE:    func(*cobra.Command, []string) error { return printMockToken(f, state) },
	})
}

func printMockToken(f *cmdutil.Factory, state *stateFlags) error {
	e, err := state.emulator(f)
	if err != nil {
		return err
	}
	defer e.Close()
	token, err := e.BootstrapToken()
	if err != nil {
		return err
	}
	return f.Out.Line(token)
}
