package cmd

import (
	"context"
	"strconv"
	"sync"

	"github.com/epilot-cli/epilot/internal/auth"
	"github.com/epilot-cli/epilot/internal/auth/program"
	"github.com/epilot-cli/epilot/internal/auth/vault"
	"github.com/epilot-cli/epilot/internal/transport"
	"github.com/epilot-cli/epilot/profiles"
)

// tokenSources are the places that may have the token of a call. profile is as
// the API of the call sees it, nil for none. Nothing is read, and no program
// run, before it is known that it is needed; each is asked once.
func (o *callOptions) tokenSources(ctx context.Context, store *profiles.Store, profile *profiles.Profile) auth.Input {
	in := auth.Input{Env: o.app.Getenv("EPILOT_TOKEN"), Now: o.app.Now()}
	if o.tokenSet {
		in.Flag = &o.token
	}
	if profile != nil {
		in.Holders = append(in.Holders, o.app.profileToken(ctx, profile))
	}
	in.Holders = append(in.Holders, o.app.credentialsTokens(ctx, store)...)
	for i := range in.Holders {
		in.Holders[i].Read = sync.OnceValues(in.Holders[i].Read)
	}
	return in
}

// profileToken is what a profile has: the program that prints its token, else
// the token, in the keyring or in the file.
func (a *App) profileToken(ctx context.Context, profile *profiles.Profile) auth.Holder {
	token := auth.Token{Source: auth.FromProfile, Profile: profile.Name, API: profile.TokenAPI, Store: auth.InFile}
	stored := auth.Stored{Value: profile.Token, ExpiresAt: profile.ExpiresAt}
	switch {
	case len(profile.TokenCommand) > 0:
		token.Store = auth.ByCommand
		return auth.Holder{Token: token, Read: func() (auth.Stored, error) { return a.runTokenCommand(ctx, profile) }}
	case profile.Keyring:
		token.Store = auth.InKeyring
		return auth.Holder{Token: token, Read: a.inKeyring(ctx, vault.Profile(profile.Name), stored)}
	}
	return auth.Holder{Token: token, Read: func() (auth.Stored, error) { return stored, nil }}
}

func (a *App) runTokenCommand(ctx context.Context, profile *profiles.Profile) (auth.Stored, error) {
	token, err := program.Program{
		Words: profile.TokenCommand,
		Name:  "profile " + strconv.Quote(profile.Name),
		Env:   a.Environ(),
		Redact: func(text string, secrets ...string) string {
			return transport.NewRedactor(secrets...).Text(text)
		},
	}.Token(ctx)
	return auth.Stored{Value: token}, err
}

// inKeyring reads the value that belongs to what a file says about a token.
func (a *App) inKeyring(ctx context.Context, account string, stored auth.Stored) func() (auth.Stored, error) {
	return func() (auth.Stored, error) {
		value, err := a.vault().Get(ctx, account)
		stored.Value = value
		return stored, err
	}
}

// credentialsTokens is what the last login without a profile stored: in the file
// or in the keyring, which only the file knows. It is read when it is needed, so
// that a broken one stops no other call.
func (a *App) credentialsTokens(ctx context.Context, store *profiles.Store) []auth.Holder {
	read := func(inKeyring bool) func() (auth.Stored, error) {
		return func() (auth.Stored, error) {
			found, err := store.Credentials()
			if err != nil || found == nil || found.Keyring != inKeyring {
				return auth.Stored{}, err
			}
			stored := auth.Stored{Value: found.Token, ExpiresAt: found.ExpiresAt}
			if inKeyring {
				return a.inKeyring(ctx, vault.Credentials, stored)()
			}
			return stored, nil
		}
	}
	return []auth.Holder{
		{Token: auth.Token{Source: auth.FromFile, Store: auth.InFile}, Read: read(false)},
		{Token: auth.Token{Source: auth.FromFile, Store: auth.InKeyring}, Read: read(true)},
	}
}

// vault is the system's keyring.
func (a *App) vault() *vault.Vault {
	return &vault.Vault{Keyring: a.Keyring, Warn: a.warn}
}
