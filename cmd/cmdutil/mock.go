package cmdutil

import (
	"context"
	"log"
	"net/http"
	"net/url"
	"path/filepath"
	"slices"
	"time"

	"github.com/epilot-cli/epilot/internal/auth"
	"github.com/epilot-cli/epilot/internal/client"
	"github.com/epilot-cli/epilot/internal/emulator"
	"github.com/epilot-cli/epilot/internal/failure"
	"github.com/epilot-cli/epilot/internal/openapi"
	"github.com/epilot-cli/epilot/profiles"
)

// MockIssuer is the issuer in the tokens of a mock that runs inside a call. Its port
// changes with each call, but the issuer must not.
const MockIssuer = "http://127.0.0.1:4010"

// Emulator returns the mock. Unless the options say otherwise, it uses the state
// shared by all commands of this user. api is the API of a definition on the command
// line, or nil.
func (f *Factory) Emulator(with emulator.Options, api *openapi.API) (*emulator.Emulator, error) {
	state := profiles.StateDir(f.Getenv)
	if with.StatePath == "" && state == "" {
		return nil, failure.New(failure.File, "no folder for the state of the mock").
			Hintf("set HOME or XDG_STATE_HOME, or name a file with \"epilot mock --state FILE\"")
	}
	with.Names = f.Catalog().Names()
	with.APIs = func(name string) (*openapi.API, error) {
		if api != nil && name == api.Name {
			return api, nil
		}
		return f.Catalog().Load(context.Background(), name, "")
	}
	with.Paths = func() map[string][]string {
		paths := f.Catalog().Paths()
		if api != nil {
			delete(paths, api.Name)
		}
		return paths
	}
	if api != nil && !slices.Contains(with.Names, api.Name) {
		with.Names = append(slices.Clone(with.Names), api.Name)
	}
	with.Hosts = func(name string) []string { return auth.Hosts(f.Catalog().Servers(name)) }
	if with.StatePath == "" {
		with.StatePath = filepath.Join(state, "emulator.db")
	}
	if with.Now == nil {
		with.Now = f.Now
	}
	with.Random, with.Version = f.Random, f.Program.Version
	return emulator.New(with)
}

// MockServer returns a server for the mock that reports errors on the program's
// stderr.
func (f *Factory) MockServer(handler http.Handler) *http.Server {
	return &http.Server{
		Handler: handler, ReadHeaderTimeout: 10 * time.Second,
		ErrorLog: log.New(f.Streams.Err, "mock: ", 0),
	}
}

// startMock serves the mock on a free loopback port for this call. The path of its
// URL names the API, so that no other API can match.
func (f *Factory) startMock(api *openapi.API) (*client.Mock, error) {
	mock, err := f.ServeMock(api)
	if err == nil {
		mock.URL.Path = "/" + api.Name
	}
	return mock, err
}

// ServeMock serves the mock on a free loopback port until it is closed. api is as for
// Emulator.
func (f *Factory) ServeMock(api *openapi.API) (*client.Mock, error) {
	handler, err := f.Emulator(emulator.Options{Issuer: MockIssuer}, api)
	if err != nil {
		return nil, err
	}
	listener, err := emulator.Listen(0)
	if err != nil {
		return nil, err
	}
	server := f.MockServer(handler)
	go func() { _ = server.Serve(listener) }()
	return &client.Mock{
		URL:     &url.URL{Scheme: "http", Host: listener.Addr().String()},
		Token:   handler.BootstrapToken,
		Close:   func() { _ = server.Close() },
		Failure: handler.Failure,
	}, nil
}

// MockToken returns the mock's own token, which calls with --server mock send.
func (f *Factory) MockToken() (*auth.Token, error) {
	mock, err := f.Emulator(emulator.Options{Issuer: MockIssuer}, nil)
	if err != nil {
		return nil, err
	}
	defer mock.Close()
	value, err := mock.BootstrapToken()
	if err != nil {
		return nil, err
	}
	return &auth.Token{Value: value, Source: auth.FromEmulator}, nil
}

// noteMockToken tells the user which token the mock receives.
func (f *Factory) noteMockToken() {
	if f.Streams.ErrTTY && !f.Flags.JSON {
		f.Out.Note("no token configured: using the mock's token")
	}
}
