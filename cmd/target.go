package cmd

import (
	"net/http"
	"net/url"

	"github.com/epilot-cli/epilot/internal/auth"
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
func (o *callOptions) target(api *operation.API, op *operation.Operation, typed http.Header) (*target, error) {
	store := o.app.profiles()
	profile, err := store.Resolve(o.profile)
	if err != nil {
		return nil, err
	}
	server, err := o.resolveServer(store, profile, api, op)
	if err != nil {
		return nil, err
	}
	t := &target{header: profileHeader(profile, op), close: func() {}}
	if server.Origin == auth.Emulator {
		if server.URL, err = t.startMock(o); err != nil {
			return nil, err
		}
	}
	t.url = server.URL
	if t.token, err = o.resolveToken(store, profile, server, op, t.sends(typed)); err != nil {
		t.close()
		return nil, err
	}
	if err := o.mayGo(t, profile, server); err != nil {
		t.close()
		return nil, err
	}
	t.redact = transport.NewRedactor(t.bearer())
	t.transport = o.app.transport(t.redact)
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

// sends reports whether a header that the person typed or stored authorizes
// the call already.
func (t *target) sends(typed http.Header) bool {
	return typed.Get("Authorization") != "" || t.header.Get("Authorization") != ""
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

// resolveToken returns the token of the call, nil where none is to be sent.
func (o *callOptions) resolveToken(store *profiles.Store, profile *profiles.Profile, server auth.Server, op *operation.Operation, authorized bool) (*auth.Token, error) {
	if op.Security == operation.Public {
		return nil, nil
	}
	in := o.tokenSources(store, profile)
	token, err := auth.Resolve(in)
	if err != nil {
		return nil, err
	}
	if server.Origin == auth.Emulator && !emulatorKnows(token) {
		return o.bootstrapToken()
	}
	if token == nil && op.Security == operation.Required && !authorized {
		return nil, auth.Missing(in)
	}
	return token, nil
}

func (o *callOptions) tokenSources(store *profiles.Store, profile *profiles.Profile) auth.Input {
	in := auth.Input{Env: o.app.Getenv("EPILOT_TOKEN"), Now: o.app.Now()}
	if o.tokenSet {
		in.Flag = &o.token
	}
	if profile != nil {
		in.Profile = profile.Name
		in.ProfileToken = auth.Stored{Value: profile.Token, ExpiresAt: profile.ExpiresAt}
	}
	in.Credentials = func() (auth.Stored, error) {
		stored, err := store.Credentials()
		if err != nil || stored == nil {
			return auth.Stored{}, err
		}
		return auth.Stored{Value: stored.Token, ExpiresAt: stored.ExpiresAt}, nil
	}
	return in
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
