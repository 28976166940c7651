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

// Account locates the profile and the token of a run.
type Account struct {
	Profiles *profiles.Store
	Vault    *keyring.Vault
	Profile  string  // --profile, "" if not set
	Token    *string // --token, nil if not set; "-" reads stdin
	Stdin    io.Reader
	Stderr   io.Writer // stderr of a token command; nil discards it
	EnvToken string    // EPILOT_TOKEN
	Environ  func() []string
	Now      func() time.Time
	Warn     func(message string)

	once sync.Once // guards Stdin
}

// As returns the profile with its settings for api, or nil if there is no profile.
func (a *Account) As(api string) (*profiles.Profile, error) {
	profile, err := a.Profiles.Resolve(a.Profile)
	if err != nil || profile == nil {
		return nil, err
	}
	return profile.For(api), nil
}

// Sources returns the possible sources of a call's token. profile has the settings
// for the call's API, or is nil. Sources are lazy: each is read, or its program run,
// at most once and only if needed.
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

// typedToken returns the token of --token. "-" is replaced by the token from stdin.
func (a *Account) typedToken() *string {
	a.once.Do(func() {
		if a.Token == nil || *a.Token != "-" || a.Stdin == nil {
			return
		}
		const most = 64 << 10
		text, _ := io.ReadAll(io.LimitReader(a.Stdin, most)) // a read error is reported as an empty token
		*a.Token = strings.TrimSpace(string(text))
	})
	return a.Token
}

// ProfileToken returns a profile's token source: the program that prints the token,
// or else the token in the keyring or the file.
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

// inKeyring returns a function that reads the keyring value of a stored token.
func (a *Account) inKeyring(ctx context.Context, account string, stored auth.Stored) func() (auth.Stored, error) {
	return func() (auth.Stored, error) {
		value, err := a.Vault.Get(ctx, account)
		stored.Value = value
		return stored, err
	}
}

// CredentialsTokens returns the tokens stored by the last login without a profile.
// Only the file records whether they are in the file or in the keyring. It is read
// lazily, so that a broken file does not affect calls that do not need it.
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

// StoredTokens returns a profile's stored tokens, for all calls and for single APIs.
// Tokens from a program are not stored.
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
