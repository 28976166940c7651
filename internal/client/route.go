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

// route is where calls of one API go, and what they carry beside their own
// input.
type route struct {
	url    *url.URL
	header http.Header // the profile's
	token  *auth.Token // nil: none is sent
}

// routeKey tells routes apart. Calls with the same key share one route: the
// keyring is asked, the token command run and the mock started once.
type routeKey struct {
	api        *openapi.API
	server     string // the first that the definition may name
	security   openapi.Security
	authorized bool // an Authorization header was typed
	choice     catalog.ServerChoice
}

// route finds server, token and profile headers, and refuses a token that must
// not go to that server. typed are the headers of the input.
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

// newRoute starts the mock where it is meant, finds the token and refuses to
// take it where it must not go.
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

// mayGo checks the token, and the profile's headers by the same rule: an API
// key in them is as secret as a token.
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

// IsPlainHeader reports whether a profile's header of that name is certainly not
// a secret. Whatever else a profile holds is as secret as its token.
func IsPlainHeader(name string) bool {
	switch strings.ToLower(name) {
	case OrganizationHeader, "accept", "accept-language", "accept-encoding", "content-type", "user-agent":
		return true
	}
	return false
}

// neededSources leaves out what the call can do without: a header that the
// person typed authorizes it, or the mock, which works without a keyring or a
// program.
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

// callToken returns the token of a call, nil where none is to be sent.
func (c *Client) callToken(ctx context.Context, server auth.Server, mock *Mock, op *openapi.Operation, in auth.Input, authorized bool) (*auth.Token, error) {
	if op.Security == openapi.Public {
		return nil, nil
	}
	token, err := auth.Resolve(in)
	if err != nil {
		return nil, err
	}
	if mock != nil && !mockKnows(token) {
		return c.mockToken(mock)
	}
	if token == nil && op.Security == openapi.Required && !authorized {
		return c.missingToken(ctx, server, auth.Missing(in))
	}
	return token, nil
}

// missingToken asks for a token where somebody can answer. A request that is
// not sent needs none.
func (c *Client) missingToken(ctx context.Context, server auth.Server, missing error) (*auth.Token, error) {
	switch {
	case failure.Of(missing).Kind != failure.Credentials:
		return nil, missing // a file or keyring that cannot be read
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

// MockFailure is why a mock of this client could not read or write its state:
// then its responses mean nothing.
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

// mockToken is the mock's own token, for a call that has no other.
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

// mockKnows reports whether a token is meant for the mock: typed for this line
// or its environment, or stored and issued by a mock. A stored token of the
// real platform would only be refused there.
func mockKnows(token *auth.Token) bool {
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
