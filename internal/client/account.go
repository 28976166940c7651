package client

import (
	"context"
	"io"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/epilot-cli/epilot/internal/auth"
	"github.com/epilot-cli/epilot/internal/auth/keyring"
	"github.com/epilot-cli/epilot/internal/auth/tokencommand"
	"github.com/epilot-cli/epilot/internal/transport"
	"github.com/epilot-cli/epilot/profiles"
)

// Account is where a run looks for its profile and its token.
type Account struct {
	Profiles *profiles.Store
	Vault    *keyring.Vault
	Profile  string  // --profile, "" for none
	Token    *string // --token, nil for none; "-" stands for stdin
	Stdin    io.Reader
	Stderr   io.Writer // what a token command says while it runs; nil for nobody
	EnvToken string    // EPILOT_TOKEN
	Environ  func() []string
	Now      func() time.Time
	Warn     func(message string)

	once sync.Once // for Stdin
}

// As returns the profile as calls of an API see it, nil where there is none.
func (a *Account) As(api string) (*profiles.Profile, error) {
	profile, err := a.Profiles.Resolve(a.Profile)
	if err != nil || profile == nil {
		return nil, err
	}
	return profile.For(api), nil
}

// Sources are the places that may have the token of a call. profile is as the
// API of the call sees it, nil for none. Nothing is read, and no program run,
// before it is known that it is needed; each source is read once.
func (a *Account) Sources(ctx context.Context, profile *profiles.Profile) auth.Input {
	in := auth.Input{Flag: a.typedToken(), Env: a.EnvToken, Now: a.Now()}
	if profile != nil {
		in.Holders = append(in.Holders, a.ProfileToken(ctx, profile))
	}
	in.Holders = append(in.Holders, a.CredentialsTokens(ctx)...)
	for i := range in.Holders {
		in.Holders[i].Read = sync.OnceValues(in.Holders[i].Read)
	}
	return in
}

// typedToken is the token of --token. "-" reads it from stdin and is replaced.
func (a *Account) typedToken() *string {
	a.once.Do(func() {
		if a.Token == nil || *a.Token != "-" || a.Stdin == nil {
			return
		}
		const most = 64 << 10
		text, _ := io.ReadAll(io.LimitReader(a.Stdin, most)) // what is missing is reported as an empty token
		*a.Token = strings.TrimSpace(string(text))
	})
	return a.Token
}

// ProfileToken is what a profile has: the program that prints its token, else
// the token, in the keyring or in the file.
func (a *Account) ProfileToken(ctx context.Context, profile *profiles.Profile) auth.Holder {
	token := auth.Token{Source: auth.FromProfile, Profile: profile.Name, API: profile.TokenAPI, Store: auth.InFile}
	stored := auth.Stored{Value: profile.Token, ExpiresAt: profile.ExpiresAt}
	switch {
	case len(profile.TokenCommand) > 0:
		token.Store = auth.ByCommand
		return auth.Holder{Token: token, Read: func() (auth.Stored, error) { return a.runTokenCommand(ctx, profile) }}
	case profile.Keyring:
		token.Store = auth.InKeyring
		account := keyring.Profile(profile.Name)
		if profile.TokenAPI != "" {
			account = keyring.API(profile.Name, profile.TokenAPI)
		}
		return auth.Holder{Token: token, Read: a.inKeyring(ctx, account, stored)}
	}
	return auth.Holder{Token: token, Read: func() (auth.Stored, error) { return stored, nil }}
}

func (a *Account) runTokenCommand(ctx context.Context, profile *profiles.Profile) (auth.Stored, error) {
	token, err := tokencommand.Program{
		Argv:   profile.TokenCommand,
		Name:   "profile " + strconv.Quote(profile.Name),
		Env:    a.Environ(),
		Stderr: a.Stderr,
		Redact: func(text string, secrets ...string) string {
			return transport.NewRedactor(secrets...).Text(text)
		},
	}.Token(ctx)
	return auth.Stored{Value: token}, err
}

// inKeyring reads the value that belongs to what a file says about a token.
func (a *Account) inKeyring(ctx context.Context, account string, stored auth.Stored) func() (auth.Stored, error) {
	return func() (auth.Stored, error) {
		value, err := a.Vault.Get(ctx, account)
		stored.Value = value
		return stored, err
	}
}

// CredentialsTokens is what the last login without a profile stored: in the file
// or in the keyring, which only the file knows. It is read when it is needed, so
// that a broken one stops no other call.
func (a *Account) CredentialsTokens(ctx context.Context) []auth.Holder {
	read := func(inKeyring bool) func() (auth.Stored, error) {
		return func() (auth.Stored, error) {
			found, err := a.Profiles.Credentials()
			if err != nil || found == nil || found.Keyring != inKeyring {
				return auth.Stored{}, err
			}
			stored := auth.Stored{Value: found.Token, ExpiresAt: found.ExpiresAt}
			if inKeyring {
				return a.inKeyring(ctx, keyring.Credentials, stored)()
			}
			return stored, nil
		}
	}
	return []auth.Holder{
		{Token: auth.Token{Source: auth.FromFile, Store: auth.InFile}, Read: read(false)},
		{Token: auth.Token{Source: auth.FromFile, Store: auth.InKeyring}, Read: read(true)},
	}
}

// StoredTokens are the tokens that a profile keeps, for all calls and for those
// of single APIs. What a program prints is not kept.
func (a *Account) StoredTokens(ctx context.Context, p *profiles.Profile) []auth.Holder {
	var holders []auth.Holder
	if p.Token != "" || p.Keyring {
		plain := *p
		plain.TokenCommand = nil
		holders = append(holders, a.ProfileToken(ctx, &plain))
	}
	for _, api := range p.APIs {
		if api.HasToken() {
			holders = append(holders, a.ProfileToken(ctx, &profiles.Profile{
				Name: p.Name, Token: api.Token, TokenAPI: api.Name, Keyring: api.Keyring,
			}))
		}
	}
	return holders
}
