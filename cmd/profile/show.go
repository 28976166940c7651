package profile

import (
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/epilot-cli/epilot/cmd/cmdutil"
	"github.com/epilot-cli/epilot/internal/auth"
	"github.com/epilot-cli/epilot/internal/client"
	"github.com/epilot-cli/epilot/internal/failure"
	"github.com/epilot-cli/epilot/internal/help"
	"github.com/epilot-cli/epilot/internal/transport"
	"github.com/epilot-cli/epilot/profiles"
)

// shownProfile is the JSON form of a profile, without secrets. Fields may be added,
// but never renamed: programs depend on them.
type shownProfile struct {
	Name   string `json:"name"`
	Active bool   `json:"active"`
	shownAccount
	Stage     string                  `json:"stage,omitempty"`
	OrgID     string                  `json:"org_id,omitempty"`
	UserID    string                  `json:"user_id,omitempty"`
	ExpiresAt string                  `json:"expires_at,omitempty"` // RFC 3339
	APIs      map[string]shownAccount `json:"apis,omitempty"`
}

// shownAccount contains the fields shared by a profile and its API overrides.
type shownAccount struct {
	Server       string            `json:"server,omitempty"`
	Token        string            `json:"token,omitempty"`       // its last four characters
	TokenStore   auth.Store        `json:"token_store,omitempty"` // file, keyring or command
	TokenCommand []string          `json:"token_command,omitempty"`
	Headers      map[string]string `json:"headers,omitempty"`
}

func describeProfile(p *profiles.Profile, active string) shownProfile {
	shown := shownProfile{
		Name: p.Name, Active: p.Name == active, Stage: p.Stage, OrgID: p.OrgID, UserID: p.UserID,
		shownAccount: describeAccount(profiles.API{
			Server: p.Server, Token: p.Token, TokenCommand: p.TokenCommand, Headers: p.Headers,
		}),
	}
	if p.Keyring && shown.TokenStore == "" {
		shown.TokenStore = auth.InKeyring // not read: a list does not open the keyring
	}
	if !p.ExpiresAt.IsZero() {
		shown.ExpiresAt = p.ExpiresAt.Format(time.RFC3339)
	}
	for _, a := range p.APIs {
		if shown.APIs == nil {
			shown.APIs = map[string]shownAccount{}
		}
		shown.APIs[a.Name] = describeAccount(a)
	}
	return shown
}

func describeAccount(a profiles.API) shownAccount {
	redact := transport.NewRedactor(a.Token)
	shown := shownAccount{Server: redact.Text(a.Server)}
	for _, word := range a.TokenCommand {
		shown.TokenCommand = append(shown.TokenCommand, redact.Text(word))
		shown.TokenStore = auth.ByCommand
	}
	if a.Keyring && shown.TokenStore == "" {
		shown.TokenStore = auth.InKeyring
	}
	if a.Token != "" {
		shown.Token = auth.Hint(a.Token)
		if shown.TokenStore == "" {
			shown.TokenStore = auth.InFile
		}
	}
	for _, h := range a.Headers {
		if shown.Headers == nil {
			shown.Headers = map[string]string{}
		}
		if !client.IsPlainHeader(h.Name) {
			redact.Add(h.Value)
		}
		shown.Headers[h.Name] = redact.Value(h.Name, h.Value)
	}
	return shown
}

func newShowCmd(f *cmdutil.Factory) *cobra.Command {
	return &cobra.Command{
		Use:   "show [name]",
		Short: "Show a profile (default: the current one)",
		Example: `epilot profile show
epilot profile show ci --json`,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return nil
			}
			return cmdutil.OneArg("profile", "epilot profile show dev")(cmd, args)
		},
		RunE: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return showChosenProfile(f)
			}
			return showProfile(f, args[0])
		},
		ValidArgsFunction: f.CompleteProfileArg,
	}
}

func showChosenProfile(f *cmdutil.Factory) error {
	p, err := f.Profiles().Resolve(f.Flags.Profile)
	if err != nil {
		return err
	}
	if p == nil {
		return failure.New(failure.Usage, "no profile is in use").
			Hintf("name one, or make one active with \"epilot profile use\"; \"epilot profile list\" shows them")
	}
	return showProfile(f, p.Name)
}

func showProfile(f *cmdutil.Factory, name string) error {
	shown, err := loadProfile(f, name)
	if err != nil {
		return err
	}
	return f.Out.Show(shown, func(page *help.Page) { page.List("PROFILE "+name, profileEntries(f, shown)) })
}

func loadProfile(f *cmdutil.Factory, name string) (shownProfile, error) {
	store := f.Profiles()
	p, err := store.Profile(name)
	if err != nil {
		return shownProfile{}, err
	}
	active, err := store.Active()
	return describeProfile(p, active), err
}

// profileEntries returns the fields of a profile for display, without empty ones.
func profileEntries(f *cmdutil.Factory, p shownProfile) []help.Entry {
	state := "no"
	if p.Active {
		state = "yes"
	}
	entries := []help.Entry{{Name: "active", Line: state}}
	entries = append(entries, p.entries("")...)
	entries = append(entries,
		help.Entry{Name: "stage", Line: p.Stage},
		help.Entry{Name: "organization", Line: p.OrgID},
		help.Entry{Name: "user", Line: p.UserID},
		help.Entry{Name: "expires", Line: expiry(f, p.ExpiresAt)},
	)
	for _, name := range sortedKeys(p.APIs) {
		entries = append(entries, p.APIs[name].entries(name+" ")...)
	}
	return slices.DeleteFunc(entries, func(e help.Entry) bool { return e.Line == "" })
}

func (a shownAccount) entries(prefix string) []help.Entry {
	entries := []help.Entry{
		{Name: prefix + "server", Line: a.Server},
		{Name: prefix + "token", Line: a.tokenColumn()},
		{Name: prefix + "token command", Line: strings.Join(a.TokenCommand, " ")},
	}
	for _, name := range sortedKeys(a.Headers) {
		entries = append(entries, help.Entry{Name: prefix + "header", Line: name + ": " + a.Headers[name]})
	}
	return entries
}

// tokenColumn returns the end of the token, or where it is stored.
func (a shownAccount) tokenColumn() string {
	if a.TokenStore == auth.InKeyring || a.TokenStore == auth.ByCommand {
		return string(a.TokenStore)
	}
	return a.Token
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for key := range m {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}
