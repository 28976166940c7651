package cmd

import (
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/epilot-cli/epilot/internal/auth"
	"github.com/epilot-cli/epilot/internal/failure"
	"github.com/epilot-cli/epilot/internal/manual"
	"github.com/epilot-cli/epilot/internal/term"
	"github.com/epilot-cli/epilot/internal/transport"
	"github.com/epilot-cli/epilot/profiles"
)

// shownProfile is a profile as --json writes it, with no secret in it. Programs
// read it: members may be added, never renamed.
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

// shownAccount is what a profile, and what it says for one API, has.
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
		shown.TokenStore = auth.InKeyring // and stays there: a list asks no keyring
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
		shown.Headers[h.Name] = redact.Value(h.Name, h.Value)
	}
	return shown
}

func newProfileShowCmd(call *callOptions) *cobra.Command {
	return &cobra.Command{
		Use:   "show [name]",
		Short: "Show a profile, or the one that a call would use",
		RunE: func(cmd *cobra.Command, words []string) error {
			if len(words) == 0 {
				return call.showChosenProfile()
			}
			if err := oneWord(cmd, words, "profile", "epilot profile show dev"); err != nil {
				return err
			}
			return call.showProfile(words[0])
		},
	}
}

func (o *callOptions) showChosenProfile() error {
	p, err := o.app.profiles().Resolve(o.profile)
	if err != nil {
		return err
	}
	if p == nil {
		return failure.New(failure.Usage, "no profile is in use").
			Hintf("name one, or make one active with \"epilot profile use\"; \"epilot profile list\" shows them")
	}
	return o.showProfile(p.Name)
}

func (o *callOptions) showProfile(name string) error {
	shown, err := o.describeProfile(name)
	if err != nil {
		return err
	}
	if o.json {
		return o.printJSON(shown)
	}
	page := manual.NewPage(term.NewPalette(o.app.Streams.Color))
	page.List("PROFILE "+name, o.profileEntries(shown))
	return o.print(page)
}

func (o *callOptions) describeProfile(name string) (shownProfile, error) {
	store := o.app.profiles()
	p, err := store.Profile(name)
	if err != nil {
		return shownProfile{}, err
	}
	active, err := store.Active()
	return describeProfile(p, active), err
}

// profileEntries are the lines of a profile for people; what is empty is left
// out.
func (o *callOptions) profileEntries(p shownProfile) []manual.Entry {
	state := "no"
	if p.Active {
		state = "yes"
	}
	entries := []manual.Entry{{Name: "active", Line: state}}
	entries = append(entries, p.entries("")...)
	entries = append(entries,
		manual.Entry{Name: "stage", Line: p.Stage},
		manual.Entry{Name: "organization", Line: p.OrgID},
		manual.Entry{Name: "user", Line: p.UserID},
		manual.Entry{Name: "expires", Line: o.expiry(p.ExpiresAt)},
	)
	for _, name := range sortedKeys(p.APIs) {
		entries = append(entries, p.APIs[name].entries(name+" ")...)
	}
	return slices.DeleteFunc(entries, func(e manual.Entry) bool { return e.Line == "" })
}

func (a shownAccount) entries(prefix string) []manual.Entry {
	entries := []manual.Entry{
		{Name: prefix + "server", Line: a.Server},
		{Name: prefix + "token", Line: a.tokenWords()},
		{Name: prefix + "token command", Line: strings.Join(a.TokenCommand, " ")},
	}
	for _, name := range sortedKeys(a.Headers) {
		entries = append(entries, manual.Entry{Name: prefix + "header", Line: name + ": " + a.Headers[name]})
	}
	return entries
}

// tokenWords say what token there is: the end of it, or where it is.
func (a shownAccount) tokenWords() string {
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
