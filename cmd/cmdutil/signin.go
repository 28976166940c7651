package cmdutil

import (
	"context"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/epilot-cli/epilot/internal/auth"
	"github.com/epilot-cli/epilot/internal/auth/keyring"
	"github.com/epilot-cli/epilot/internal/failure"
	"github.com/epilot-cli/epilot/internal/httpx"
	"github.com/epilot-cli/epilot/internal/prompt"
	"github.com/epilot-cli/epilot/profiles"
)

// SignedIn is a token to store, with what is known about its owner.
type SignedIn struct {
	Token                string
	OrgID, UserID, Owner string
	Expires              time.Time // zero if unknown
}

// OwnerOf reads the owner from the token's claims.
func OwnerOf(token string) SignedIn {
	s := SignedIn{Token: token}
	if claims, err := auth.Parse(token); err == nil {
		s.OrgID, s.UserID, s.Owner, s.Expires = claims.OrgID, claims.UserID, claims.Account(), claims.ExpiresAt
	}
	return s
}

// KeepToken stores a token in the keyring if the settings say so, and reports
// whether it did. Otherwise the caller stores it in the file.
func (f *Factory) KeepToken(ctx context.Context, name, token string) (inKeyring bool, err error) {
	mode, err := f.Setting("credential_store")
	if err != nil {
		return false, err
	}
	return f.Vault().Keep(ctx, mode.Text, name, token)
}

// ForgetToken removes a token that no file refers to any more from the keyring. A
// failure is only a warning: the command has done its work.
func (f *Factory) ForgetToken(ctx context.Context, name string) {
	if err := f.Vault().Forget(ctx, name); err != nil {
		f.Out.Warn("a token stays in the system keyring as " + strconv.Quote(name) + ": " + err.Error())
	}
}

// KeyringEntry is a profile's token in the keyring: its current account, and its
// account under another profile name.
type KeyringEntry struct {
	Account string
	Named   func(profile string) string
}

// KeyringEntries returns the keyring entries of a profile.
func KeyringEntries(p *profiles.Profile) []KeyringEntry {
	var entries []KeyringEntry
	if p.Keyring {
		entries = append(entries, KeyringEntry{keyring.Profile(p.Name), keyring.Profile})
	}
	for _, a := range p.APIs {
		if a.Keyring {
			entries = append(entries, KeyringEntry{
				keyring.API(p.Name, a.Name), func(profile string) string { return keyring.API(profile, a.Name) },
			})
		}
	}
	return entries
}

// SignIn stores the account in the current profile and leaves the others alone;
// without a profile it uses credentials.json.
func (f *Factory) SignIn(ctx context.Context, who SignedIn) error {
	name, err := f.profileToSignIn()
	if err != nil {
		return err
	}
	if name == "" {
		return f.signInWithoutProfile(ctx, who)
	}
	return f.signInTo(ctx, name, who)
}

// profileToSignIn returns the name of the profile that gets the token, or "". A
// named profile need not exist yet.
func (f *Factory) profileToSignIn() (string, error) {
	name, err := f.Profiles().Chosen(f.Flags.Profile)
	if err != nil || name != "" {
		return name, err
	}
	profile, err := f.Profiles().Resolve("")
	if err != nil || profile == nil {
		return "", err
	}
	return profile.Name, nil
}

func (f *Factory) signInTo(ctx context.Context, name string, who SignedIn) error {
	kept, err := f.KeepToken(ctx, keyring.Profile(name), who.Token)
	if err != nil {
		return err
	}
	var before profiles.Profile
	err = f.Profiles().SetProfile(ctx, name, func(p *profiles.Profile) error {
		before = *p
		p.ForgetToken()
		p.OrgID, p.UserID, p.ExpiresAt, p.Keyring = who.OrgID, who.UserID, who.Expires, kept
		if !kept {
			p.Token = who.Token
		}
		return nil
	})
	if err != nil {
		return err
	}
	if len(before.TokenCommand) > 0 {
		f.Out.Warn("the token command of profile " + strconv.Quote(name) + " takes precedence over the stored token; \"epilot profile set " + name + " --unset token-command\" removes it")
	}
	f.signedIn(ctx, who, "profile "+strconv.Quote(name), keyring.Profile(name), before.Keyring, kept)
	return nil
}

func (f *Factory) signInWithoutProfile(ctx context.Context, who SignedIn) error {
	store := f.Profiles()
	if _, err := store.Credentials(); err != nil {
		return err // before anything is changed
	}
	kept, err := f.KeepToken(ctx, keyring.Credentials, who.Token)
	if err != nil {
		return err
	}
	var was bool
	err = store.SetCredentials(ctx, func(c *profiles.Credentials) error {
		was = c.Keyring
		*c = profiles.Credentials{
			OrgID: who.OrgID, UserID: who.UserID, Name: who.Owner, ExpiresAt: who.Expires, Keyring: kept,
		}
		if !kept {
			c.Token = who.Token
		}
		return nil
	})
	if err != nil {
		return err
	}
	f.signedIn(ctx, who, string(auth.FromFile), keyring.Credentials, was, kept)
	return nil
}

// signedIn reports where the token was stored, and removes an older token from the
// keyring if the new one is stored elsewhere.
func (f *Factory) signedIn(ctx context.Context, who SignedIn, where, name string, was, kept bool) {
	if was && !kept {
		f.ForgetToken(ctx, name)
	}
	if kept {
		where = "the system keyring (" + where + ")"
	}
	owner := who.Owner
	if owner == "" {
		owner = "an unnamed account"
	}
	if who.OrgID != "" {
		owner += " (organization " + who.OrgID + ")"
	}
	f.Out.Note("signed in as %s: token %s is stored in %s and %s",
		owner, auth.Hint(who.Token), where, auth.DescribeExpiry(who.Expires, f.Now()))
	if strings.TrimSpace(f.Getenv("EPILOT_TOKEN")) != "" {
		f.Out.Warn("EPILOT_TOKEN is set and takes precedence over the stored token; unset EPILOT_TOKEN to use it")
	}
}

// CheckPlausible asks before storing a value that does not look like a token, and
// rejects it in a script.
func (f *Factory) CheckPlausible(ctx context.Context, token *auth.Token) error {
	if auth.IsPlausible(token.Value) {
		return nil
	}
	refused := failure.New(failure.Usage, "the token of %s does not look like a token: it is too short", token).
		Hintf("copy the complete token: three parts separated by dots")
	if !f.MayAsk() {
		return refused
	}
	prompts, err := f.Prompter()
	if err != nil {
		return err
	}
	if yes, err := prompts.Confirm(ctx, prompt.Question{Text: "This does not look like a token. Store it?"}); err != nil || yes {
		return err
	}
	return refused
}

// ReadToken reads a token from stdin. Errors are of kind Usage.
func ReadToken(from io.Reader) (*auth.Token, error) {
	const most = 64 << 10
	text, err := io.ReadAll(io.LimitReader(from, most))
	if err != nil {
		return nil, failure.New(failure.Usage, "stdin cannot be read: %w", err)
	}
	return auth.Take(string(text), "stdin")
}

// askToken prompts for the missing token and offers to store it.
func (f *Factory) askToken(ctx context.Context, server auth.Server, missing error) (*auth.Token, error) {
	prompts, err := f.Prompter()
	if err != nil {
		return nil, err
	}
	line, err := prompts.Password(ctx, prompt.Question{
		Text: "Token for " + server.URL.Host, Help: missing.Error() + "; \"epilot login\" signs in with the browser" + mockTokenHint(server),
		Check: func(text string) error {
			_, err := auth.Take(text, auth.FromTerminal)
			return err
		},
	})
	if err != nil {
		return nil, err
	}
	token, err := auth.Take(line, auth.FromTerminal)
	if err != nil {
		return nil, err
	}
	store, err := prompts.Confirm(ctx, prompt.Question{Text: "Store it for later calls?"})
	if err != nil || !store {
		return token, err
	}
	if err := f.CheckPlausible(ctx, token); err != nil {
		return nil, err
	}
	return token, f.SignIn(ctx, OwnerOf(token.Value))
}

// refuseToken adds a hint about the mock's token to a missing token error for a
// loopback server.
func refuseToken(_ context.Context, server auth.Server, missing error) (*auth.Token, error) {
	if hint := mockTokenHint(server); hint != "" {
		return nil, failure.Of(missing).Hintf("pass a token with --token or EPILOT_TOKEN%s", hint)
	}
	return nil, missing
}

func mockTokenHint(server auth.Server) string {
	if server.URL == nil || !httpx.IsLoopback(server.URL.Hostname()) {
		return ""
	}
	return "; \"epilot mock token\" prints the mock's token"
}
