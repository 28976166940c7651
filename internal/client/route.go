package client

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"

	"github.com/epilot-cli/epilot/internal/auth"
	"github.com/epilot-cli/epilot/internal/catalog"
	"github.com/epilot-cli/epilot/internal/failure"
	"github.com/epilot-cli/epilot/internal/httpx"
	"github.com/epilot-cli/epilot/internal/openapi"
	"github.com/epilot-cli/epilot/profiles"
)

// route is the destination of an API's calls and what they carry in addition to
// their input.
type route struct {
	url    *url.URL
	header http.Header // from the profile
	token  *auth.Token // nil to send none
}

// routeKey identifies a route. Calls with the same key share it, so that the keyring
// is read, the token command run and the mock started only once.
type routeKey struct {
	api        *openapi.API
	server     string // the first server that the definition is allowed to use
	security   openapi.Security
	authorized bool // an Authorization header was typed
	choice     catalog.ServerChoice
}

// route finds the server, the token and the profile's headers. It rejects a token
// that must not be sent to that server. typed are the headers of the input.
func (c *Client) route(ctx context.Context, api *openapi.API, op *openapi.Operation, ruling *catalog.Ruling, typed http.Header, as *Identity) (*route, error) {
	if as != nil {
		return c.newRoute(api, op, ruling, as.Profile, func(auth.Server, *Mock) (*auth.Token, error) { return as.Token, nil })
	}
	key := routeKey{api: api, security: op.Security, authorized: typed.Get("Authorization") != "", choice: ruling.Server}
	if len(ruling.Servers) > 0 {
		key.server = ruling.Servers[0]
	}
	c.mu.Lock()
	find, known := c.routes[key]
	if !known {
		find = sync.OnceValues(func() (*route, error) { return c.findRoute(ctx, api, op, ruling, key.authorized) })
		c.routes[key] = find
	}
	c.mu.Unlock()
	return find()
}

func (c *Client) findRoute(ctx context.Context, api *openapi.API, op *openapi.Operation, ruling *catalog.Ruling, authorized bool) (*route, error) {
	profile, err := c.As(api.Name)
	if err != nil {
		return nil, err
	}
	return c.newRoute(api, op, ruling, profile, func(server auth.Server, mock *Mock) (*auth.Token, error) {
		in := c.neededSources(ctx, profile, server, authorized)
		authorized := authorized || profileHeader(profile, op).Get("Authorization") != ""
		return c.callToken(ctx, server, mock, op, in, authorized)
	})
}

// newRoute starts the mock if it is the server, finds the token and rejects one that
// must not be sent there.
func (c *Client) newRoute(api *openapi.API, op *openapi.Operation, ruling *catalog.Ruling, profile *profiles.Profile, find func(auth.Server, *Mock) (*auth.Token, error)) (*route, error) {
	server, err := c.server(profile, api, ruling)
	if err != nil {
		return nil, err
	}
	var mock *Mock
	if server.Origin == auth.Emulator {
		if mock, err = c.startMock(api); err != nil {
			return nil, err
		}
		server.URL = mock.URL
	}
	r := &route{url: server.URL, header: profileHeader(profile, op)}
	if r.token, err = find(server, mock); err != nil {
		return nil, err
	}
	return r, c.mayGo(r, profile, server)
}

// mayGo checks the token, and by the same rule the profile's headers: an API key in
// them is as secret as a token.
func (c *Client) mayGo(r *route, profile *profiles.Profile, server auth.Server) error {
	hosts := auth.Hosts(c.Catalog.Hosts())
	if len(r.header) > 0 {
		stored := &auth.Token{Source: auth.FromProfile, Profile: profile.Name}
		if err := auth.MayReceive(stored, server, hosts, c.AllowHTTP); err != nil {
			return err
		}
	}
	return auth.MayReceive(r.token, server, hosts, c.AllowHTTP)
}

func profileHeader(profile *profiles.Profile, op *openapi.Operation) http.Header {
	header := http.Header{}
	if profile == nil {
		return header
	}
	for _, h := range profile.Headers {
		header.Add(h.Name, h.Value)
	}
	if op.Security == openapi.Public {
		header.Del("Authorization")
	}
	return header
}

// IsPlainHeader reports whether a profile header is known not to be a secret. All
// other profile headers are as secret as the token.
func IsPlainHeader(name string) bool {
	switch strings.ToLower(name) {
	case OrganizationHeader, "accept", "accept-language", "accept-encoding", "content-type", "user-agent":
		return true
	}
	return false
}

// neededSources omits sources that the call does not need: it is authorized by a
// typed header, or goes to the mock, which works without a keyring or a program.
func (c *Client) neededSources(ctx context.Context, profile *profiles.Profile, server auth.Server, authorized bool) auth.Input {
	in := c.Sources(ctx, profile)
	if authorized {
		in.Holders = nil
	}
	if server.Origin == auth.Emulator {
		in.Holders = slices.DeleteFunc(in.Holders, func(h auth.Holder) bool { return h.Token.Store != auth.InFile })
	}
	return in
}

// callToken returns the token of a call, nil to send none.
func (c *Client) callToken(ctx context.Context, server auth.Server, mock *Mock, op *openapi.Operation, in auth.Input, authorized bool) (*auth.Token, error) {
	if op.Security == openapi.Public {
		return nil, nil
	}
	token, err := auth.Resolve(in)
	if err != nil {
		return nil, err
	}
	if mock != nil && !MockKnows(token) {
		return c.mockToken(mock)
	}
	if token == nil && op.Security == openapi.Required && !authorized {
		return c.missingToken(ctx, server, auth.Missing(in))
	}
	return token, nil
}

// missingToken prompts for a token if possible. A request that is not sent needs
// none.
func (c *Client) missingToken(ctx context.Context, server auth.Server, missing error) (*auth.Token, error) {
	switch {
	case failure.Of(missing).Kind != failure.Credentials:
		return nil, missing // an unreadable file or keyring
	case c.Unsent:
		return nil, nil
	case c.AskToken == nil:
		return nil, missing
	}
	return c.AskToken(ctx, server, missing)
}

// startMock starts the mock of an API.
func (c *Client) startMock(api *openapi.API) (*Mock, error) {
	m, err := c.Mock(api)
	if err != nil {
		return nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.mocks = append(c.mocks, m)
	return m, nil
}

// MockFailure returns why one of the client's mocks could not read or write its
// state, which invalidates its responses.
func (c *Client) MockFailure() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, m := range c.mocks {
		if err := m.Failure(); err != nil {
			return err
		}
	}
	return nil
}

// mockToken returns the mock's own token, for a call without another one.
func (c *Client) mockToken(m *Mock) (*auth.Token, error) {
	value, err := m.Token()
	if err != nil {
		return nil, err
	}
	if c.UsesMock != nil {
		c.UsesMock()
	}
	return &auth.Token{Value: value, Source: auth.FromEmulator}, nil
}

// MockKnows reports whether a token is intended for the mock: typed on the command
// line, set in the environment, or stored and issued by a mock. The mock would
// reject a stored token of the real platform.
func MockKnows(token *auth.Token) bool {
	if token == nil {
		return false
	}
	if token.Source == auth.FromFlag || token.Source == auth.FromEnv {
		return true
	}
	claims, err := auth.Parse(token.Value)
	if err != nil {
		return false
	}
	issuer, err := url.Parse(claims.Issuer)
	return err == nil && httpx.IsLoopback(issuer.Hostname())
}

// MockServer is the value of --server for a mock inside this process.
const MockServer = "mock"

// server returns the server of a call: --server, EPILOT_SERVER, the profile's, or
// the first that the ruling allows, with the stage applied.
func (c *Client) server(profile *profiles.Profile, api *openapi.API, ruling *catalog.Ruling) (auth.Server, error) {
	text, origin := c.namedServer(profile)
	if text != "" {
		return ParseServer(text, origin)
	}
	stage, err := c.Profiles.Stage(profile, c.Stage)
	if err != nil {
		return auth.Server{}, err
	}
	if len(ruling.Servers) == 0 {
		return auth.Server{}, failure.New(failure.Usage, "the definition of %s has no server", api.Name).
			Hintf("set one with --server URL, or use --server mock")
	}
	origin = auth.Embedded
	if api.Source != "" && ruling.Server == catalog.DefinitionServer {
		origin = auth.ByDefinition(api.Source)
	}
	server, err := ParseServer(auth.ApplyStage(ruling.Servers[0], stage), origin)
	if origin != auth.Embedded {
		server.File, server.Trusted = definitionFile(api), ruling.Token
	}
	return server, err
}

// ruling returns what a call may do, depending on the origin of its definition.
func (c *Client) ruling(profile *profiles.Profile, api *openapi.API, op *openapi.Operation) (*catalog.Ruling, error) {
	choice := catalog.DefinitionServer
	switch text, _ := c.namedServer(profile); text {
	case "":
	case MockServer:
		choice = catalog.MockServer
	default:
		choice = catalog.NamedServer
	}
	return c.Catalog.Rule(api, op, choice, c.Trust)
}

// namedServer returns the server that the user named, and its origin.
func (c *Client) namedServer(profile *profiles.Profile) (string, auth.ServerOrigin) {
	if c.Server != "" {
		return c.Server, auth.ByFlag
	}
	if c.EnvServer != "" {
		return c.EnvServer, auth.ByEnv
	}
	if profile != nil && profile.Server != "" {
		return profile.Server, auth.ByProfile(profile.Name)
	}
	return "", ""
}

// NamedServer returns the server that the user named for a profile's calls, "" if
// there is none.
func (c *Client) NamedServer(profile *profiles.Profile) string {
	text, _ := c.namedServer(profile)
	return text
}

// definitionFile returns the file that an API was read from, "" if there is none.
func definitionFile(api *openapi.API) string {
	if strings.Contains(api.Source, "://") {
		return ""
	}
	return api.Source
}

// ParseServer parses a base URL, or "mock". The URL's path becomes a prefix; user
// information and a query are rejected. Errors are of kind Usage.
func ParseServer(text string, origin auth.ServerOrigin) (auth.Server, error) {
	if text == MockServer {
		return auth.Server{Origin: auth.Emulator}, nil
	}
	address, err := url.Parse(strings.TrimSpace(text))
	if err == nil && !httpx.HasPort(address) {
		return auth.Server{}, failure.New(failure.Usage, "the server of %s has the port %s: use 1 to 65535", origin, address.Port())
	}
	if err != nil || !httpx.IsWeb(address) {
		return auth.Server{}, failure.New(failure.Usage, "the server of %s is not an http or https URL", origin).
			Hintf("use mock, or the base URL of a server for all APIs, such as http://127.0.0.1:4010; without a server, calls go to epilot")
	}
	if address.User != nil || address.RawQuery != "" || address.Fragment != "" {
		return auth.Server{}, failure.New(failure.Usage, "the server of %s cannot have a user, query or fragment", origin).
			Hintf("use scheme, host and path only; pass a token with --token or EPILOT_TOKEN")
	}
	return auth.Server{URL: address, Origin: origin}, nil
}
