package cmd

import (
	"context"
	"errors"
	"strconv"

	"github.com/spf13/cobra"

	"github.com/epilot-cli/epilot/internal/auth"
	"github.com/epilot-cli/epilot/internal/auth/vault"
	"github.com/epilot-cli/epilot/internal/failure"
	"github.com/epilot-cli/epilot/profiles"
)

type logoutOptions struct {
	call        *callOptions
	all, revoke bool
}

func newLogoutCmd(call *callOptions) *cobra.Command {
	o := &logoutOptions{call: call}
	cmd := &cobra.Command{
		Use:   "logout",
		Short: "Remove the stored token that calls use, or that of --profile, or all of them",
		Args:  noWords,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := call.noteFlags(cmd); err != nil {
				return err
			}
			return o.run(cmd.Context())
		},
	}
	cmd.Flags().BoolVar(&o.all, "all", false, "Remove every stored token")
	cmd.Flags().BoolVar(&o.revoke, "revoke", false, "Also revoke access tokens, so that no copy works any more")
	return cmd
}

// run removes what it can, and fails with the first that it could not remove.
func (o *logoutOptions) run(ctx context.Context) error {
	store := o.call.app.profiles()
	named, withCredentials, err := o.holders(store)
	if err != nil {
		return err
	}
	var failed []error
	removed := 0
	for _, p := range named {
		if err := o.leaveProfile(ctx, store, p); err != nil {
			failed = append(failed, err)
			continue
		}
		removed++
		o.call.app.say("the token of profile %q was removed", p.Name)
	}
	if withCredentials {
		if err := o.leaveCredentials(ctx, store); err != nil {
			failed = append(failed, err)
		} else {
			removed++
			o.call.app.say("the token of %s was removed", auth.FromFile)
		}
	}
	if removed == 0 && len(failed) == 0 {
		o.call.app.say("there was no stored token to remove")
	}
	return errors.Join(append(failed, o.sayWhatIsLeft(store))...)
}

// holders are the profiles whose token goes, and whether that of
// credentials.json goes too.
func (o *logoutOptions) holders(store *profiles.Store) (named []*profiles.Profile, credentials bool, err error) {
	stored, err := store.Credentials()
	if err != nil {
		return nil, false, err
	}
	hasCredentials := stored != nil && (stored.Token != "" || stored.Keyring)
	if o.all && o.call.profile != "" {
		return nil, false, failure.New(failure.Usage, "--all and --profile exclude each other").
			Hintf("--all removes the token of every profile")
	}
	meant, err := o.meant(store)
	if err != nil {
		return nil, false, err
	}
	for _, p := range meant {
		if holdsToken(p) {
			named = append(named, p)
		}
	}
	// A profile that was named keeps its hands off the account of no profile.
	return named, hasCredentials && (o.all || len(named) == 0 && o.call.profile == ""), nil
}

func holdsToken(p *profiles.Profile) bool {
	for _, a := range p.APIs {
		if a.Token != "" {
			return true
		}
	}
	return p.Token != "" || p.Keyring
}

// leaveProfile removes the tokens of a profile: first where they cannot be seen,
// so that the file still tells of one that could not be removed.
func (o *logoutOptions) leaveProfile(ctx context.Context, store *profiles.Store, p *profiles.Profile) error {
	if o.revoke {
		if err := o.revokeAll(ctx, p, o.call.app.storedTokens(ctx, p)); err != nil {
			return err
		}
	}
	if p.Keyring {
		if err := o.call.app.vault().Forget(ctx, vault.Profile(p.Name)); err != nil {
			return err
		}
	}
	return store.SetProfile(ctx, p.Name, func(p *profiles.Profile) error {
		p.ForgetToken()
		for i := range p.APIs {
			p.APIs[i].Token = ""
		}
		return nil
	})
}

func (o *logoutOptions) leaveCredentials(ctx context.Context, store *profiles.Store) error {
	if o.revoke {
		if err := o.revokeAll(ctx, nil, o.call.app.credentialsTokens(ctx, store)); err != nil {
			return err
		}
	}
	stored, err := store.Credentials()
	if err != nil {
		return err
	}
	if stored != nil && stored.Keyring {
		if err := o.call.app.vault().Forget(ctx, vault.Credentials); err != nil {
			return err
		}
	}
	return store.RemoveCredentials(ctx)
}

// storedTokens are the tokens that a profile keeps, for all calls and for those
// of single APIs. What a program prints is not kept.
func (a *App) storedTokens(ctx context.Context, p *profiles.Profile) []auth.Holder {
	var holders []auth.Holder
	plain := *p
	plain.TokenCommand = nil
	for _, seen := range append([]profiles.API{{}}, p.APIs...) {
		if seen.Name == "" && (p.Token != "" || p.Keyring) {
			holders = append(holders, a.profileToken(ctx, &plain))
		} else if seen.Token != "" {
			holders = append(holders, a.profileToken(ctx, &profiles.Profile{
				Name: p.Name, Token: seen.Token, TokenAPI: seen.Name,
			}))
		}
	}
	return holders
}

// sayWhatIsLeft names what still provides a token to the calls of this line.
func (o *logoutOptions) sayWhatIsLeft(store *profiles.Store) error {
	app := o.call.app
	if app.Getenv("EPILOT_TOKEN") != "" {
		app.say("EPILOT_TOKEN still provides a token: unset EPILOT_TOKEN")
	}
	meant, err := o.meant(store)
	if err != nil {
		return err
	}
	for _, profile := range meant {
		o.sayCommands(profile)
	}
	stored, err := store.Credentials()
	if err != nil {
		return err
	}
	if stored != nil && (stored.Token != "" || stored.Keyring) {
		app.say("%s still provides a token: \"epilot auth logout --all\" removes it too", auth.FromFile)
	}
	return nil
}

// meant are the profiles that this line is about.
func (o *logoutOptions) meant(store *profiles.Store) ([]*profiles.Profile, error) {
	if o.all {
		return store.Profiles()
	}
	profile, err := store.Resolve(o.call.profile)
	if err != nil || profile == nil {
		return nil, err
	}
	return []*profiles.Profile{profile}, nil
}

func (o *logoutOptions) sayCommands(profile *profiles.Profile) {
	name := strconv.Quote(profile.Name)
	if len(profile.TokenCommand) > 0 {
		o.call.app.say("the token command of profile %s still provides a token", name)
	}
	for _, a := range profile.APIs {
		if len(a.TokenCommand) > 0 {
			o.call.app.say("the token command of profile %s for %s still provides a token", name, a.Name)
		}
	}
}
