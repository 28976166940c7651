package cmd

import (
	"context"
	"fmt"
	"log"
	"net"
	"net/http"
	"net/url"
	"time"

	"github.com/epilot-cli/epilot/internal/auth"
	"github.com/epilot-cli/epilot/internal/emulator"
	"github.com/epilot-cli/epilot/internal/failure"
	"github.com/epilot-cli/epilot/internal/operation"
)

// server complains where everything else of the program does.
func (a *App) server(handler http.Handler) *http.Server {
	return &http.Server{
		Handler: handler, ReadHeaderTimeout: 10 * time.Second,
		ErrorLog: log.New(a.Streams.Err, "local epilot: ", 0),
	}
}

func serve(ctx context.Context, listener net.Listener, server *http.Server) error {
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(listener) }()
	select {
	case err := <-ended:
		return failure.New(failure.Network, "the local epilot stopped: %w", err)
	case <-ctx.Done():
	}
	patience, cancel := context.WithTimeout(context.WithoutCancel(ctx), grace/2)
	defer cancel()
	if server.Shutdown(patience) != nil {
		_ = server.Close() // what is still open then is cut
	}
	return nil
}

func (a *App) logRequest(entry emulator.Entry) {
	fault := ""
	if entry.Fault != "" {
		fault = " (on purpose: " + entry.Fault + ")"
	}
	fmt.Fprintf(a.Streams.Err, "%s %s %d %s%s\n", entry.Method, safeLines(entry.Path), entry.Status,
		entry.Duration.Round(time.Microsecond), fault)
}

// startMock serves the emulator on a free loopback port for this call. The path
// of its URL names the API, so that no other one can be meant.
func (t *target) startMock(o *callOptions, api *operation.API) (*url.URL, error) {
	handler, err := o.emulator(emulator.Options{Issuer: mockIssuer})
	if err != nil {
		return nil, err
	}
	listener, err := emulator.Listen(0)
	if err != nil {
		return nil, err
	}
	server := o.app.server(handler)
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
