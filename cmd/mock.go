package cmd

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"path/filepath"
	"slices"
	"time"

	"github.com/spf13/cobra"

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
	call *callOptions
	port int
}

func newMockCmd(call *callOptions) *cobra.Command {
	o := &mockOptions{call: call}
	cmd := &cobra.Command{
		Use:  "mock",
		Args: noWords,
		RunE: func(cmd *cobra.Command, _ []string) error { return o.run(cmd.Context()) },
	}
	cmd.Flags().IntVar(&o.port, "port", 4010, "Port on 127.0.0.1; 0 takes a free one")
	return cmd
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
	listener, err := emulator.Listen(o.port)
	if err != nil {
		return err
	}
	base := "http://" + listener.Addr().String()
	handler, err := o.call.emulator(base, o.call.app.logRequest)
	if err != nil {
		listener.Close()
		return err
	}
	fmt.Fprintf(o.call.app.Streams.Err, "a local epilot listens on %s (Ctrl-C stops it)\n", base)
	fmt.Fprintf(o.call.app.Streams.Err, "call it with --server %s or EPILOT_SERVER=%s\n", base, base)
	fmt.Fprintln(o.call.app.Streams.Err, `a token for it: epilot access-token createAccessToken -d '{"name":"local"}' --server mock --jsonata token`)
	return serve(ctx, listener, handler)
}

func serve(ctx context.Context, listener net.Listener, handler http.Handler) error {
	server := &http.Server{Handler: handler, ReadHeaderTimeout: 10 * time.Second}
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(listener) }()
	select {
	case err := <-ended:
		return failure.New(failure.Network, "the local epilot stopped: %w", err)
	case <-ctx.Done():
	}
	patience, cancel := context.WithTimeout(context.WithoutCancel(ctx), grace/2)
	defer cancel()
	_ = server.Shutdown(patience) // what is still open then is cut
	return nil
}

func (a *App) logRequest(entry emulator.Entry) {
	fmt.Fprintf(a.Streams.Err, "%s %s %d %s\n", entry.Method, safeLines(entry.Path), entry.Status, entry.Duration.Round(time.Microsecond))
}

// emulator makes the local epilot over the state that all commands of this
// user share.
func (o *callOptions) emulator(issuer string, log func(emulator.Entry)) (*emulator.Emulator, error) {
	state := profiles.StateDir(o.app.Getenv)
	if state == "" {
		return nil, failure.New(failure.File, "the local epilot has no folder for its state").
			Hintf("set HOME or XDG_STATE_HOME")
	}
	return emulator.New(emulator.Options{
		APIs:      o.mockAPI,
		Names:     o.mockNames(),
		Hosts:     func(name string) []string { return auth.Hosts(o.catalog.Servers(name)) },
		StatePath: filepath.Join(state, "emulator.db"),
		Issuer:    issuer,
		Now:       o.app.Now,
		Random:    o.app.Random,
		Log:       log,
	})
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

// startMock serves the emulator on a free loopback port for this call. The path
// of its URL names the API, so that no other one can be meant.
func (t *target) startMock(o *callOptions, api *operation.API) (*url.URL, error) {
	handler, err := o.emulator(mockIssuer, nil)
	if err != nil {
		return nil, err
	}
	listener, err := emulator.Listen(0)
	if err != nil {
		return nil, err
	}
	server := &http.Server{Handler: handler, ReadHeaderTimeout: 10 * time.Second}
	go func() { _ = server.Serve(listener) }()
	t.close = func() { _ = server.Close() }
	o.mock = handler
	return &url.URL{Scheme: "http", Host: listener.Addr().String(), Path: "/" + api.Name}, nil
}

// bootstrapToken is the emulator's own token, for a call that has no other.
func (o *callOptions) bootstrapToken() (*auth.Token, error) {
	value, err := o.mock.BootstrapToken()
	if err != nil {
		return nil, err
	}
	if o.app.Streams.ErrTTY && !o.json {
		fmt.Fprintln(o.app.Streams.Err, "no token configured: using the local epilot's own")
	}
	return &auth.Token{Value: value, Source: auth.FromEmulator}, nil
}
