package auth

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"

	"github.com/spf13/cobra"

	"github.com/epilot-cli/epilot/cmd/cmdutil"
	"github.com/epilot-cli/epilot/internal/auth"
	"github.com/epilot-cli/epilot/internal/auth/keyring"
	"github.com/epilot-cli/epilot/internal/catalog"
	"github.com/epilot-cli/epilot/internal/client"
	"github.com/epilot-cli/epilot/internal/failure"
	"github.com/epilot-cli/epilot/internal/httpx"
	"github.com/epilot-cli/epilot/internal/openapi"
	"github.com/epilot-cli/epilot/internal/openapi/params"
	"github.com/epilot-cli/epilot/internal/output"
	"github.com/epilot-cli/epilot/internal/shell"
	"github.com/epilot-cli/epilot/profiles"
)

type logoutOptions struct {
	f                *cmdutil.Factory
	all, revoke, yes bool
}

// NewLogout returns the command that deletes stored tokens.
func NewLogout(f *cmdutil.Factory) *cobra.Command {
	o := &logoutOptions{f: f}
	cmd := &cobra.Command{
		Use:   "logout",
		Short: "Delete the current token, a profile's (--profile) or all of them",
		Example: `epilot auth logout
epilot auth logout --profile dev --revoke
epilot auth logout --all`,
		Args: cmdutil.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return o.run(cmd.Context()) },
	}
	cmd.Flags().BoolVar(&o.all, "all", false, "Remove every stored token")
	cmd.Flags().BoolVar(&o.revoke, "revoke", false, "Also revoke access tokens, so that copies stop working")
	cmdutil.AddYes(cmd.Flags(), &o.yes)
	return cmd
}

// run removes as many tokens as possible and returns the first failure.
func (o *logoutOptions) run(ctx context.Context) error {
	store := o.f.Profiles()
	named, withCredentials, err := o.holders(store)
	if err != nil {
		return err
	}
	if o.all && len(named) > 0 {
		if err := o.f.ConfirmLoss(ctx, o.yes, fmt.Sprintf("Remove the tokens of all profiles (%d)", len(named))); err != nil {
			return err
		}
	}
	var failed []error
	removed := 0
	for _, p := range named {
		if err := o.leaveProfile(ctx, store, p); err != nil {
			failed = append(failed, err)
			continue
		}
		removed++
		o.f.Out.Note("the token of profile %q was removed", p.Name)
	}
	if withCredentials {
		if err := o.leaveCredentials(ctx, store); err != nil {
			failed = append(failed, err)
		} else {
			removed++
			o.f.Out.Note("the token of %s was removed", auth.FromFile)
		}
	}
	if removed == 0 && len(failed) == 0 {
		o.f.Out.Note("no stored token to remove")
	}
	return errors.Join(append(failed, o.sayWhatIsLeft(store))...)
}

// holders returns the profiles whose token is removed, and whether the token of
// credentials.json is removed too.
func (o *logoutOptions) holders(store *profiles.Store) (named []*profiles.Profile, credentials bool, err error) {
	stored, err := store.Credentials()
	if err != nil {
		return nil, false, err
	}
	hasCredentials := stored != nil && (stored.Token != "" || stored.Keyring)
	if o.all && o.f.Flags.Profile != "" {
		return nil, false, failure.New(failure.Usage, "--all and --profile cannot be combined").
			Hintf("--all removes the token of every profile")
	}
	targets, err := o.profilesToSignOut(store)
	if err != nil {
		return nil, false, err
	}
	for _, p := range targets {
		if holdsToken(p) {
			named = append(named, p)
		}
	}
	// With a named profile, the account in credentials.json is left alone.
	return named, hasCredentials && (o.all || len(named) == 0 && o.f.Flags.Profile == ""), nil
}

func holdsToken(p *profiles.Profile) bool {
	for _, a := range p.APIs {
		if a.HasToken() {
			return true
		}
	}
	return p.Token != "" || p.Keyring
}

// leaveProfile removes the tokens of a profile: those in the keyring first, so that
// the file still refers to one that could not be removed.
func (o *logoutOptions) leaveProfile(ctx context.Context, store *profiles.Store, p *profiles.Profile) error {
	if o.revoke {
		if err := o.revokeAll(ctx, p, o.f.Account().StoredTokens(ctx, p)); err != nil {
			return o.kept(err, p)
		}
	}
	for _, entry := range cmdutil.KeyringEntries(p) {
		if err := o.f.Vault().Forget(ctx, entry.Account); err != nil {
			return err
		}
	}
	return store.SetProfile(ctx, p.Name, func(p *profiles.Profile) error {
		p.ForgetToken()
		for i := range p.APIs {
			p.APIs[i].Token, p.APIs[i].Keyring = "", false
		}
		return nil
	})
}

func (o *logoutOptions) leaveCredentials(ctx context.Context, store *profiles.Store) error {
	if o.revoke {
		if err := o.revokeAll(ctx, nil, o.f.Account().CredentialsTokens(ctx)); err != nil {
			return o.kept(err, nil)
		}
	}
	stored, err := store.Credentials()
	if err != nil {
		return err
	}
	if stored != nil && stored.Keyring {
		if err := o.f.Vault().Forget(ctx, keyring.Credentials); err != nil {
			return err
		}
	}
	return store.RemoveCredentials(ctx)
}

// kept adds to the error of a revocation that the token of a profile, or of
// credentials.json if it is nil, is still here, and how to remove it.
func (o *logoutOptions) kept(err error, p *profiles.Profile) error {
	failed := failure.Of(err)
	if failed.Kind == failure.Interrupted || failed.Kind == failure.Terminated || failed.Kind == failure.Usage {
		return err
	}
	command := "epilot logout"
	switch {
	case o.all:
		command += " --all"
	case p != nil && o.f.Flags.Profile != "":
		command += " --profile " + shell.Quote(p.Name)
	}
	hint := fmt.Sprintf("the token is neither revoked nor removed; \"%s\" without --revoke removes it from this machine", command)
	if failed.Hint != "" {
		hint = failed.Hint + "; " + hint
	}
	return failed.Hintf("%s", hint)
}

// sayWhatIsLeft lists the remaining sources of a token for this command line.
func (o *logoutOptions) sayWhatIsLeft(store *profiles.Store) error {
	f := o.f
	if f.Getenv("EPILOT_TOKEN") != "" {
		f.Out.Note("EPILOT_TOKEN still provides a token: unset EPILOT_TOKEN")
	}
	targets, err := o.profilesToSignOut(store)
	if err != nil {
		return err
	}
	for _, profile := range targets {
		o.sayCommands(profile)
	}
	stored, err := store.Credentials()
	if err != nil {
		return err
	}
	if stored != nil && (stored.Token != "" || stored.Keyring) {
		f.Out.Note("%s still provides a token: \"epilot auth logout --all\" removes it too", auth.FromFile)
	}
	return nil
}

// profilesToSignOut returns the profiles selected by the command line.
func (o *logoutOptions) profilesToSignOut(store *profiles.Store) ([]*profiles.Profile, error) {
	if o.all {
		return store.Profiles()
	}
	profile, err := store.Resolve(o.f.Flags.Profile)
	if err != nil || profile == nil {
		return nil, err
	}
	return []*profiles.Profile{profile}, nil
}

func (o *logoutOptions) sayCommands(profile *profiles.Profile) {
	name := strconv.Quote(profile.Name)
	if len(profile.TokenCommand) > 0 {
		o.f.Out.Note("the token command of profile %s still provides a token", name)
	}
	for _, a := range profile.APIs {
		if len(a.TokenCommand) > 0 {
			o.f.Out.Note("the token command of profile %s for %s still provides a token", name, a.Name)
		}
	}
}

// The operation that revokes a token is identified by its path, because names
// change.
const (
	tokenAPI     = "access-token"
	revokeMethod = http.MethodDelete
	revokePath   = "/v1/access-tokens/{id}"
)

// revokeAll revokes the tokens of a profile, or of credentials.json if profile is
// nil. Expired tokens are skipped.
func (o *logoutOptions) revokeAll(ctx context.Context, profile *profiles.Profile, holders []auth.Holder) error {
	for _, h := range holders {
		in := auth.Input{Holders: []auth.Holder{h}, Now: o.f.Now()}
		token, err := auth.Resolve(in)
		if err != nil {
			return err
		}
		if token == nil {
			continue // no token, or an expired one
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
		return failure.New(failure.Usage, "cannot revoke the token of %s: it contains no access token id", token).
			Hintf("remove --revoke: the token is deleted here, and the session expires")
	}
	status, err := o.sendRevocation(ctx, profile, token, claims.TokenID)
	if err != nil {
		return err
	}
	if status >= http.StatusBadRequest {
		o.f.Out.Note("the token of %s was no longer valid (%s)", token, httpx.StatusText(status))
		return nil
	}
	o.f.Out.Note("the token of %s was revoked", token)
	return nil
}

// sendRevocation revokes a token, using the token itself, and returns the status:
// 401 and 404 mean that there is nothing to revoke. Any other error status is
// printed like the response of a call.
func (o *logoutOptions) sendRevocation(ctx context.Context, profile *profiles.Profile, token *auth.Token, id string) (int, error) {
	api, op, err := findRevocation(ctx, o.f.Catalog())
	if err != nil {
		return 0, err
	}
	c, err := o.f.Client()
	if err != nil {
		return 0, err
	}
	as := &client.Identity{Token: token}
	if profile != nil {
		as.Profile = profile.For(api.Name)
	}
	call, err := c.Prepare(ctx, api, op, client.Input{Params: params.Input{Positional: []string{id}}, As: as})
	if err != nil {
		return 0, err
	}
	req, err := call.Request(ctx)
	if err != nil {
		return 0, err
	}
	done := o.f.Out.Wait("waiting for " + req.URL.Host)
	resp, err := c.Send(req)
	done()
	if err != nil {
		return 0, err
	}
	defer resp.Body.Close()
	if resp.StatusCode < 300 || resp.StatusCode == http.StatusUnauthorized || resp.StatusCode == http.StatusNotFound {
		return resp.StatusCode, nil
	}
	refused := output.ResponseOptions{Operation: op, Redact: c.Redactor()}
	_, err = o.f.Out.Exchange(req, refused, func(*http.Request) (*http.Response, error) { return resp, nil })
	return 0, err
}

func findRevocation(ctx context.Context, definitions *catalog.Catalog) (*openapi.API, *openapi.Operation, error) {
	api, err := definitions.Load(ctx, tokenAPI, "")
	if err != nil {
		return nil, nil, err
	}
	for _, op := range api.Operations {
		if op.Method == revokeMethod && op.Path == revokePath {
			return api, op.Load(), nil
		}
	}
	return nil, nil, failure.New(failure.Usage, "the definition of %s has no %s %s", tokenAPI, revokeMethod, revokePath).
		Hintf("\"epilot definitions show %s\" says which definition is used", tokenAPI)
}
