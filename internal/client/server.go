package client

import (
	"net/url"
	"strings"

	"github.com/epilot-cli/epilot/internal/auth"
	"github.com/epilot-cli/epilot/internal/catalog"
	"github.com/epilot-cli/epilot/internal/failure"
	"github.com/epilot-cli/epilot/internal/openapi"
	"github.com/epilot-cli/epilot/profiles"
)

// MockServer is the value of --server that stands for a mock inside this
// process.
const MockServer = "mock"

// server returns the server of a call: --server, EPILOT_SERVER, the profile's,
// then the first that the ruling allows, with the stage applied.
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
		return auth.Server{}, failure.New(failure.Usage, "the definition of %s names no server", api.Name).
			Hintf("name one with --server URL, or use --server mock")
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

// ruling says what a call of the operation may do, by who wrote its definition.
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

// namedServer is the server that the person named, and where.
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

// NamedServer is the server that the person named for calls of a profile, "" for
// none.
func (c *Client) NamedServer(profile *profiles.Profile) string {
	text, _ := c.namedServer(profile)
	return text
}

// definitionFile is the file that an API was read from, "" where it was none.
func definitionFile(api *openapi.API) string {
	if strings.Contains(api.Source, "://") {
		return ""
	}
	return api.Source
}

// ParseServer reads a base URL, or "mock". The URL's path is kept as a prefix;
// user information and a query are refused. Errors are of kind Usage.
func ParseServer(text string, origin auth.ServerOrigin) (auth.Server, error) {
	if text == MockServer {
		return auth.Server{Origin: auth.Emulator}, nil
	}
	address, err := url.Parse(strings.TrimSpace(text))
	if err != nil || address.Host == "" || address.Scheme != "https" && address.Scheme != "http" {
		return auth.Server{}, failure.New(failure.Usage, "the server of %s is not an http or https URL", origin).
			Hintf("for example: --server https://entity.sls.epilot.io, or --server mock")
	}
	if address.User != nil || address.RawQuery != "" || address.Fragment != "" {
		return auth.Server{}, failure.New(failure.Usage, "the server of %s may have no user, query or fragment", origin).
			Hintf("give scheme, host and path only; a token goes into --token or EPILOT_TOKEN")
	}
	return auth.Server{URL: address, Origin: origin}, nil
}
