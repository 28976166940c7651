package cmd

import (
	"net/url"
	"strings"

	"github.com/epilot-cli/epilot/internal/auth"
	"github.com/epilot-cli/epilot/internal/failure"
	"github.com/epilot-cli/epilot/internal/operation"
	"github.com/epilot-cli/epilot/profiles"
)

// mockServer is the word that stands for a local epilot inside this process.
const mockServer = "mock"

// resolveServer returns the server of a call: --server, EPILOT_SERVER, the
// profile's, then the definition's first with the stage applied.
func (o *callOptions) resolveServer(store *profiles.Store, profile *profiles.Profile, api *operation.API, op *operation.Operation) (auth.Server, error) {
	if err := o.oneStage(); err != nil {
		return auth.Server{}, err
	}
	text, origin := o.namedServer(profile)
	if text != "" {
		return parseServer(text, origin)
	}
	stage, err := store.Stage(profile, o.stageFlag())
	if err != nil {
		return auth.Server{}, err
	}
	server, err := definedServer(api, op, stage)
	if err != nil || server.Origin == auth.Embedded {
		return server, err
	}
	server.File = definitionFile(api)
	server.Trusted, err = o.app.trust().Holds(api)
	return server, err
}

// namedServer is the server that the person named, and where.
func (o *callOptions) namedServer(profile *profiles.Profile) (string, auth.ServerOrigin) {
	if o.server != "" {
		return o.server, auth.ByFlag
	}
	if env := o.app.Getenv("EPILOT_SERVER"); env != "" {
		return env, auth.ByEnv
	}
	if profile != nil && profile.Server != "" {
		return profile.Server, auth.ByProfile(profile.Name)
	}
	return "", ""
}

// definedServer is the operation's first server, else the API's.
func definedServer(api *operation.API, op *operation.Operation, stage string) (auth.Server, error) {
	servers := op.Servers
	if len(servers) == 0 {
		servers = api.Servers
	}
	if len(servers) == 0 {
		return auth.Server{}, failure.New(failure.Usage, "the definition of %s names no server", api.Name).
			Hintf("name one with --server URL, or --server mock for a local epilot")
	}
	origin := auth.Embedded
	if api.Source != "" {
		origin = auth.ByDefinition(api.Source)
	}
	return parseServer(auth.ApplyStage(servers[0], stage), origin)
}

// parseServer reads a base URL. Its path is kept as a prefix; user information
// and a query have no place in it.
func parseServer(text string, origin auth.ServerOrigin) (auth.Server, error) {
	if text == mockServer {
		return auth.Server{Origin: auth.Emulator}, nil
	}
	address, err := url.Parse(strings.TrimSpace(text))
	if err != nil || address.Host == "" || address.Scheme != "https" && address.Scheme != "http" {
		return auth.Server{}, failure.New(failure.Usage, "the server of %s is not an http or https URL", origin).
			Hintf("give it as in --server https://entity.sls.epilot.io, or --server mock for a local epilot")
	}
	if address.User != nil || address.RawQuery != "" || address.Fragment != "" {
		return auth.Server{}, failure.New(failure.Usage, "the server of %s may have no user, query or fragment", origin).
			Hintf("give scheme, host and path only; a token goes into --token or EPILOT_TOKEN")
	}
	return auth.Server{URL: address, Origin: origin}, nil
}
