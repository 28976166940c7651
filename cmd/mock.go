package cmd

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/epilot-cli/epilot/internal/auth"
	"github.com/epilot-cli/epilot/internal/emulator"
	"github.com/epilot-cli/epilot/internal/failure"
	"github.com/epilot-cli/epilot/internal/operation"
	"github.com/epilot-cli/epilot/profiles"
)

// mockIssuer is the base URL in the tokens of an emulator that runs inside a
// call: its port changes with each call, the issuer of a token must not.
const mockIssuer = "http://127.0.0.1:4010"

type mockOptions struct {
	call                   *callOptions
	port                   int
	listen                 string
	portSet, seedSet       bool
	faults                 []string
	latency, limit, record string
	dynamic, quiet         bool
	seed                   uint64
	state                  mockState
}

func newMockCmd(call *callOptions) *cobra.Command {
	o := &mockOptions{call: call}
	cmd := &cobra.Command{
		Use:  "mock",
		Args: noWords,
		Example: `epilot mock
epilot mock --fault rate=0.1,status=503 --latency 50ms..200ms
epilot mock --rate-limit 10/s --record requests.ndjson
epilot mock --dynamic --seed 7`,
		RunE: func(cmd *cobra.Command, _ []string) error {
			o.portSet, o.seedSet = cmd.Flags().Changed("port"), cmd.Flags().Changed("seed")
			return o.run(cmd.Context())
		},
	}
	o.addFlags(cmd.Flags())
	o.state.addFlags(cmd)
	cmd.AddCommand(newMockTokenCmd(call, &o.state), newMockSeedCmd(call, &o.state), newMockResetCmd(call, &o.state))
	return cmd
}

func (o *mockOptions) addFlags(flags *pflag.FlagSet) {
	flags.SortFlags = false
	flags.IntVar(&o.port, "port", 4010, "Port on 127.0.0.1; 0 takes a free one")
	flags.StringVar(&o.listen, "listen", "", "Address for others to reach, such as 0.0.0.0 or 0.0.0.0:4010")
	flags.BoolVar(&o.dynamic, "dynamic", false, "Answer with random samples where no state answers")
	flags.Uint64Var(&o.seed, "seed", 0, "Draw the same samples and faults again for the same number")
	flags.Var(repeated{&o.faults}, "fault", "Fail on purpose: 'rate=0.1,status=503'; also kind=reset|cut|garbage|slow, retry-after, over, count, method, path, api, operation (repeatable)")
	flags.StringVar(&o.latency, "latency", "", "Wait before each answer: 100ms, or 50ms..200ms")
	flags.StringVar(&o.limit, "rate-limit", "", "Answer 429 with Retry-After to what comes more often: 10/s, 100/m, 1000/h")
	flags.StringVar(&o.record, "record", "", "Add each request to this file, a line of JSON each; - for stdout")
	_ = cobra.MarkFlagFilename(flags, "record") // it is there
	flags.BoolVar(&o.quiet, "quiet", false, "Show no line for each request")
}

func noWords(cmd *cobra.Command, words []string) error {
	if len(words) == 0 {
		return nil
	}
	return failure.New(failure.Usage, "%s takes no word, got %q", cmd.CommandPath(), words[0]).
		Hintf("\"%s --help\" lists its flags", cmd.CommandPath())
}

// run serves until a signal ends it: that is the way to stop a server, so it
// is no failure here.
func (o *mockOptions) run(ctx context.Context) error {
	options, err := o.options()
	if err != nil {
		return err
	}
	forget, err := o.state.open(options)
	if err != nil {
		return err
	}
	defer forget()
	end, err := o.journal(options)
	if err != nil {
		return err
	}
	defer end()
	listener, base, err := o.open(options)
	if err != nil {
		return err
	}
	options.Issuer = base
	handler, err := o.call.emulator(*options)
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
	return serve(ctx, listener, o.call.app.server(handler))
}

// introduce says where the local epilot is and how it is called.
func (o *mockOptions) introduce(base string) {
	say := o.call.app.Streams.Err
	fmt.Fprintf(say, "a local epilot listens on %s (Ctrl-C stops it)\n", base)
	fmt.Fprintf(say, "call it with --server %s or EPILOT_SERVER=%s\n", base, base)
	fmt.Fprintf(say, "a token for it: export EPILOT_TOKEN=$(epilot mock token%s)\n", o.state.flag())
}

// emulator makes the local epilot, unless the options say otherwise over the
// state that all commands of this user share, and adds what it is made of.
func (o *callOptions) emulator(with emulator.Options) (*emulator.Emulator, error) {
	state := profiles.StateDir(o.app.Getenv)
	if with.StatePath == "" && state == "" {
		return nil, failure.New(failure.File, "the local epilot has no folder for its state").
			Hintf("set HOME or XDG_STATE_HOME, or name a file with \"epilot mock --state FILE\"")
	}
	with.APIs, with.Names = o.mockAPI, o.mockNames()
	with.Hosts = func(name string) []string { return auth.Hosts(o.catalog.Servers(name)) }
	if with.StatePath == "" {
		with.StatePath = filepath.Join(state, "emulator.db")
	}
	with.Now, with.Random, with.Version = o.app.Now, o.app.Random, o.app.Version
	return emulator.New(with)
}

// mockAPI loads an API for the local epilot: the one of this line by the
// definition that the line names.
func (o *callOptions) mockAPI(name string) (*operation.API, error) {
	definition := ""
	if name == o.api {
		definition = o.definition
	}
	return o.catalog.Load(context.Background(), name, definition)
}

// mockNames are the embedded APIs, and the one of this line where a file adds
// it.
func (o *callOptions) mockNames() []string {
	names := o.catalog.Names()
	if o.api != "" && !slices.Contains(names, o.api) {
		names = append(names, o.api)
	}
	return names
}
