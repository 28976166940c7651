package cmd

import (
	"context"
	"net/http"
	"net/url"
	"slices"

	"github.com/epilot-cli/epilot/internal/auth"
	"github.com/epilot-cli/epilot/internal/failure"
	"github.com/epilot-cli/epilot/internal/operation"
	"github.com/epilot-cli/epilot/internal/transport"
	"github.com/epilot-cli/epilot/profiles"
)

// target is where a call goes and what it carries besides its own words.
type target struct {
	url       *url.URL
	header    http.Header // the profile's
	token     *auth.Token // nil: none is sent
	redact    *transport.Redactor
	transport http.RoundTripper
	close     func()
}

// target resolves server, token and profile headers, and refuses a token that
// must not go to that server. typed are the headers of this command line.
func (o *callOptions) target(ctx context.Context, api *operation.API, op *operation.Operation, typed http.Header) (*target, error) {
	store := o.app.profiles()
	profile, err := store.Resolve(o.profile)
	if err != nil {
		return nil, err
	}
	if profile != nil {
		profile = profile.For(api.Name)
	}
	server, err := o.resolveServer(store, profile, api, op)
	if err != nil {
		return nil, err
	}
	return o.route(profile, server, api, op, func() (*auth.Token, error) {
		sends := typed.Get("Authorization") != "" || profileHeader(profile, op).Get("Authorization") != ""
		return o.resolveToken(ctx, server, op, o.neededSources(ctx, profile, server, typed), sends)
	})
}

// route starts the emulator where it is meant, finds the token and refuses to
// take it where it must not go.
func (o *callOptions) route(profile *profiles.Profile, server auth.Server, api *operation.API, op *operation.Operation, find func() (*auth.Token, error)) (*target, error) {
	t := &target{header: profileHeader(profile, op), close: func() {}}
	var err error
	if server.Origin == auth.Emulator {
		if server.URL, err = t.startMock(o, api); err != nil {
			return nil, err
		}
	}
	t.url = server.URL
	if t.token, err = find(); err == nil {
		err = o.mayGo(t, profile, server)
	}
	if err != nil {
		t.close()
		return nil, err
	}
	t.redact = transport.NewRedactor(t.bearer())
	t.transport = o.app.retrying(t.redact, o.rule, o.wait)
	return t, nil
}

// mayGo checks the token, and the profile's headers by the same rule: an API
// key in them is as secret as a token.
func (o *callOptions) mayGo(t *target, profile *profiles.Profile, server auth.Server) error {
	hosts := auth.Hosts(o.catalog.Hosts())
	if len(t.header) > 0 {
		held := &auth.Token{Source: auth.FromProfile, Profile: profile.Name}
		if err := auth.MayReceive(held, server, hosts, o.allowHTTP); err != nil {
			return err
		}
	}
	return auth.MayReceive(t.token, server, hosts, o.allowHTTP)
}

func (t *target) bearer() string {
	if t.token == nil {
		return ""
	}
	return t.token.Value
}

func profileHeader(profile *profiles.Profile, op *operation.Operation) http.Header {
	header := http.Header{}
	if profile == nil {
		return header
	}
	for _, h := range profile.Headers {
		header.Add(h.Name, h.Value)
	}
	if op.Security == operation.Public {
		header.Del("Authorization")
	}
	return header
}

// neededSources leaves out what the call can do without: a header that the
// person typed authorizes it, or the emulator, which works without a keyring or
// a program.
func (o *callOptions) neededSources(ctx context.Context, profile *profiles.Profile, server auth.Server, typed http.Header) auth.Input {
	in := o.tokenSources(ctx, o.app.profiles(), profile)
	if typed.Get("Authorization") != "" {
		in.Holders = nil
	}
	if server.Origin == auth.Emulator {
		in.Holders = slices.DeleteFunc(in.Holders, func(h auth.Holder) bool { return h.Token.Store != auth.InFile })
	}
	return in
}

// resolveToken returns the token of the call, nil where none is to be sent.
func (o *callOptions) resolveToken(ctx context.Context, server auth.Server, op *operation.Operation, in auth.Input, authorized bool) (*auth.Token, error) {
	if op.Security == operation.Public {
		return nil, nil
	}
	token, err := auth.Resolve(in)
	if err != nil {
		return nil, err
	}
	if server.Origin == auth.Emulator && !emulatorKnows(token) {
		return o.bootstrapToken()
	}
	if token == nil && op.Security == operation.Required && !authorized {
		return o.askToken(ctx, server, auth.Missing(in))
	}
	return token, nil
}

// emulatorKnows reports whether a token is meant for the emulator: typed for
// this line or its environment, or stored and issued by an emulator. A stored
// token of the real platform would only be refused there.
func emulatorKnows(token *auth.Token) bool {
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
	return err == nil && transport.Loopback(issuer.Hostname())
}

// oneStage refuses a line that names two.
func (o *callOptions) oneStage() error {
	if o.useDev && o.useStaging {
		return failure.New(failure.Usage, "--use-dev and --use-staging exclude each other").
			Hintf("name one stage")
	}
	return nil
}

// stageFlag is the stage that --use-dev or --use-staging names, or "".
func (o *callOptions) stageFlag() string {
	switch {
	case o.useDev:
		return "dev"
	case o.useStaging:
		return "staging"
	}
	return ""
}
