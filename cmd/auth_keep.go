package cmd

import (
	"context"
	"strconv"
	"time"

	"github.com/epilot-cli/epilot/internal/auth"
	"github.com/epilot-cli/epilot/internal/auth/vault"
	"github.com/epilot-cli/epilot/profiles"
)

// account is a token that is to be stored, and what is known of its owner.
type account struct {
	token                string
	orgID, userID, owner string
	expires              time.Time
}

// accountOf takes from the token itself what it says about its owner.
func accountOf(token string) account {
	a := account{token: token}
	if claims, err := auth.Parse(token); err == nil {
		a.orgID, a.userID, a.owner, a.expires = claims.OrgID, claims.UserID, claims.Account(), claims.ExpiresAt
	}
	return a
}

// keepToken puts a token into the keyring where the settings want it there, and
// reports whether it did: else the token belongs into the file.
func (a *App) keepToken(ctx context.Context, name, token string) (inKeyring bool, err error) {
	mode, err := a.profiles().Setting("credential_store", "")
	if err != nil {
		return false, err
	}
	return a.vault().Keep(ctx, mode.Text, name, token)
}

// forgetToken removes a token from the keyring that no file speaks of any more.
// That it stays is a warning: what was asked for is done.
func (a *App) forgetToken(ctx context.Context, name string) {
	if err := a.vault().Forget(ctx, name); err != nil {
		a.warn("a token stays in the system keyring as " + strconv.Quote(name) + ": " + err.Error())
	}
}

// signIn stores the account in the profile that this line means, and leaves all
// others alone; without any profile, in credentials.json.
func (o *callOptions) signIn(ctx context.Context, who account) error {
	store := o.app.profiles()
	name, err := o.profileToSignIn(store)
	if err != nil {
		return err
	}
	if name == "" {
		return o.signInWithoutProfile(ctx, store, who)
	}
	return o.signInTo(ctx, store, name, who)
}

// signInTo stores the account in a profile.
func (o *callOptions) signInTo(ctx context.Context, store *profiles.Store, name string, who account) error {
	kept, err := o.app.keepToken(ctx, vault.Profile(name), who.token)
	if err != nil {
		return err
	}
	var before profiles.Profile
	err = store.SetProfile(ctx, name, func(p *profiles.Profile) error {
		before = *p
		p.ForgetToken()
		p.OrgID, p.UserID, p.ExpiresAt, p.Keyring = who.orgID, who.userID, who.expires, kept
		if !kept {
			p.Token = who.token
		}
		return nil
	})
	if err != nil {
		return err
	}
	if len(before.TokenCommand) > 0 {
		o.app.warn("the token command of profile " + strconv.Quote(name) + " goes before the token that was stored now; \"epilot profile set " + name + " --unset token-command\" removes it")
	}
	return o.signedIn(ctx, who, "profile "+strconv.Quote(name), vault.Profile(name), before.Keyring, kept)
}

func (o *callOptions) signInWithoutProfile(ctx context.Context, store *profiles.Store, who account) error {
	if _, err := store.Credentials(); err != nil {
		return err // before anything is changed
	}
	kept, err := o.app.keepToken(ctx, vault.Credentials, who.token)
	if err != nil {
		return err
	}
	var was bool
	err = store.SetCredentials(ctx, func(c *profiles.Credentials) error {
		was = c.Keyring
		*c = profiles.Credentials{
			OrgID: who.orgID, UserID: who.userID, Name: who.owner, ExpiresAt: who.expires, Keyring: kept,
		}
		if !kept {
			c.Token = who.token
		}
		return nil
	})
	if err != nil {
		return err
	}
	return o.signedIn(ctx, who, string(auth.FromFile), vault.Credentials, was, kept)
}

// profileToSignIn is the name of the profile that gets the token, "" for none.
// One that is named and does not exist is made.
func (o *callOptions) profileToSignIn(store *profiles.Store) (string, error) {
	name, err := store.Chosen(o.profile)
	if err != nil || name != "" {
		return name, err
	}
	profile, err := store.Resolve("")
	if err != nil || profile == nil {
		return "", err
	}
	return profile.Name, nil
}

// signedIn says what was stored, and removes an older token from the keyring
// when the new one is not there.
func (o *callOptions) signedIn(ctx context.Context, who account, where, name string, was, kept bool) error {
	if was && !kept {
		o.app.forgetToken(ctx, name)
	}
	place := "the file"
	if kept {
		place = "the system keyring"
	}
	owner := who.owner
	if owner == "" {
		owner = "an account without a name"
	}
	if who.orgID != "" {
		owner += " of organization " + who.orgID
	}
	o.app.say("signed in as %s: %s, token %s in %s, %s",
		owner, where, auth.Hint(who.token), place, auth.Lasting(who.expires, o.app.Now()))
	return nil
}
