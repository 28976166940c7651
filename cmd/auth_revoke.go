package cmd

import (
	"context"
	"net/http"

	"github.com/epilot-cli/epilot/internal/auth"
	"github.com/epilot-cli/epilot/internal/call"
	"github.com/epilot-cli/epilot/internal/failure"
	"github.com/epilot-cli/epilot/internal/operation"
	"github.com/epilot-cli/epilot/internal/params"
	"github.com/epilot-cli/epilot/profiles"
)

// The operation that revokes a token is known by its path: names change.
const (
	tokenAPI   = "access-token"
	revokeVerb = http.MethodDelete
	revokePath = "/v1/access-tokens/{id}"
)

// revokeAll revokes the tokens of a profile, or of none. One that cannot work
// any more needs no revoking.
func (o *logoutOptions) revokeAll(ctx context.Context, profile *profiles.Profile, holders []auth.Holder) error {
	for _, h := range holders {
		in := auth.Input{Holders: []auth.Holder{h}, Now: o.call.app.Now()}
		token, err := auth.Resolve(in)
		if err != nil {
			return err
		}
		if token == nil {
			continue // there is none, or it has expired
		}
		if err := o.revokeOne(ctx, profile, token); err != nil {
			return err
		}
	}
	return nil
}

func (o *logoutOptions) revokeOne(ctx context.Context, profile *profiles.Profile, token *auth.Token) error {
	claims, err := auth.Parse(token.Value)
	if err != nil || claims.TokenID == "" || claims.Kind() == auth.OAuthSession {
		return failure.New(failure.Usage, "the token of %s cannot be revoked: it does not say the id of an access token", token).
			Hintf("leave --revoke out: the token is removed, and a session ends by itself")
	}
	status, err := o.call.sendRevocation(ctx, profile, token, claims.TokenID)
	if err != nil {
		return err
	}
	if status >= http.StatusBadRequest {
		o.call.app.say("the token of %s was no longer valid (%s)", token, statusLine(status))
		return nil
	}
	o.call.app.say("the token of %s was revoked", token)
	return nil
}

// sendRevocation revokes a token with that very token, and returns the status
// that says so: 401 and 404 mean that there is nothing left to revoke.
func (o *callOptions) sendRevocation(ctx context.Context, profile *profiles.Profile, token *auth.Token, id string) (int, error) {
	api, op, err := o.findRevocation(ctx)
	if err != nil {
		return 0, err
	}
	words, err := params.Build(op, params.Input{Positional: []string{id}})
	if err != nil {
		return 0, err
	}
	t, err := o.revocationTarget(profile, token, api, op)
	if err != nil {
		return 0, err
	}
	defer t.close()
	req, err := (&call.Call{Operation: op, Server: t.url, Params: words, Header: t.header, Token: t.bearer()}).Request(ctx)
	if err != nil {
		return 0, err
	}
	resp, err := call.Do(t.transport, req)
	if err != nil {
		return 0, err
	}
	defer resp.Body.Close()
	if gone := resp.StatusCode == http.StatusUnauthorized || resp.StatusCode == http.StatusNotFound; resp.StatusCode < 300 || gone {
		return resp.StatusCode, nil
	}
	return 0, (&answer{options: o, op: op, redact: t.redact}).show(req, resp)
}

// revocationTarget is where calls of the profile go, with that token.
func (o *callOptions) revocationTarget(profile *profiles.Profile, token *auth.Token, api *operation.API, op *operation.Operation) (*target, error) {
	if profile != nil {
		profile = profile.For(api.Name)
	}
	server, err := o.resolveServer(o.app.profiles(), profile, api, op)
	if err != nil {
		return nil, err
	}
	return o.route(profile, server, api, op, func() (*auth.Token, error) { return token, nil })
}

func (o *callOptions) findRevocation(ctx context.Context) (*operation.API, *operation.Operation, error) {
	api, err := o.catalog.Load(ctx, tokenAPI, "")
	if err != nil {
		return nil, nil, err
	}
	for _, op := range api.Operations {
		if op.Method == revokeVerb && op.Path == revokePath {
			return api, op, nil
		}
	}
	return nil, nil, failure.New(failure.Usage, "the definition of %s has no %s %s", tokenAPI, revokeVerb, revokePath).
		Hintf("\"epilot definitions show %s\" says which definition is used", tokenAPI)
}
