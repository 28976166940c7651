package profiles

import (
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/epilot-cli/epilot/internal/failure"
	"github.com/epilot-cli/epilot/internal/httpx"
	"github.com/epilot-cli/epilot/internal/suggest"
)

// Profile is a named account with its server.
type Profile struct {
	Name         string // exactly as it is stored
	Server       string // base URL; "" for the definition's
	Token        string // "" for none
	OrgID        string // whose token it is
	UserID       string
	ExpiresAt    time.Time // of the token; zero: not known
	Headers      []Header  // sent with each call, in the file's order
	TokenCommand []string  // a program and its arguments that print a token; nil for none
	Stage        string    // "" for the configured one
	Keyring      bool      // the token is in the system's keyring, and Token is ""
	APIs         []API     // what differs for one API, in the file's order

	// TokenAPI is the API whose own token or command this is, after For.
	TokenAPI string
}

// API is what a profile says for one API in place of the profile's own.
type API struct {
	Name         string // of the API: "entity"
	Server       string
	Token        string
	TokenCommand []string
	Headers      []Header
	Keyring      bool // the token is in the system's keyring, and Token is ""
}

// Header is a header field of a profile. Its name and value are fit to be sent
// (RFC 9110, section 5).
type Header struct{ Name, Value string }

// Credentials are what the last login without a profile stored.
type Credentials struct {
	Token, OrgID, UserID string
	Name                 string    // of the account
	ExpiresAt            time.Time // of the token; zero: not known
	Keyring              bool      // the token is in the system's keyring, and Token is ""
}

// For returns the profile as the API sees it: what the profile says for that
// API replaces its own. A token or a command of the API's replaces the
// profile's token and command together: the account is another one then.
// Headers are replaced by name.
func (p *Profile) For(api string) *Profile {
	own := p.clone()
	for _, a := range p.APIs {
		if a.Name == api {
			own.apply(a)
		}
	}
	return own
}

func (p *Profile) apply(a API) {
	if a.Server != "" {
		p.Server = a.Server
	}
	if a.HasToken() || len(a.TokenCommand) > 0 {
		p.ForgetToken()
		p.Token, p.TokenCommand, p.TokenAPI = a.Token, slices.Clone(a.TokenCommand), a.Name
		p.Keyring = a.Keyring
	}
	for _, h := range a.Headers {
		p.SetHeader(h)
	}
}

// HasToken reports whether a token of the API's own is stored, in the file or in
// the keyring.
func (a API) HasToken() bool { return a.Token != "" || a.Keyring }

// ForgetToken removes the profile's token and what was known of its owner. The
// command that prints tokens stays, and so do those of single APIs.
func (p *Profile) ForgetToken() {
	p.Token, p.OrgID, p.UserID, p.Keyring = "", "", "", false
	p.ExpiresAt = time.Time{}
}

// SetHeader puts the header in the place of the one of that name, or at the
// end. The case of a name does not matter (RFC 9110, section 5.1).
func (p *Profile) SetHeader(h Header) { p.Headers = setHeader(p.Headers, h) }

// SetHeader puts the header in the place of the one of that name, or at the end.
func (a *API) SetHeader(h Header) { a.Headers = setHeader(a.Headers, h) }

// RemoveHeader removes the header of that name, if there is one.
func (a *API) RemoveHeader(name string) { a.Headers = removeHeader(a.Headers, name) }

// API returns what the profile says for the API, to be changed; a new entry
// where it says nothing yet.
func (p *Profile) API(name string) *API {
	for i := range p.APIs {
		if p.APIs[i].Name == name {
			return &p.APIs[i]
		}
	}
	p.APIs = append(p.APIs, API{Name: name})
	return &p.APIs[len(p.APIs)-1]
}

// DropEmptyAPIs removes the APIs that the profile says nothing for.
func (p *Profile) DropEmptyAPIs() {
	p.APIs = slices.DeleteFunc(p.APIs, func(a API) bool {
		return a.Server == "" && !a.HasToken() && len(a.TokenCommand) == 0 && len(a.Headers) == 0
	})
}

// clone is a copy that shares nothing with the profile.
func (p *Profile) clone() *Profile {
	own := *p
	own.Headers = slices.Clone(p.Headers)
	own.TokenCommand = slices.Clone(p.TokenCommand)
	own.APIs = slices.Clone(p.APIs)
	for i, a := range own.APIs {
		own.APIs[i].Headers = slices.Clone(a.Headers)
		own.APIs[i].TokenCommand = slices.Clone(a.TokenCommand)
	}
	return &own
}

// ParseHeader reads "Name: value" as a person types it. The error, of kind
// Usage, does not show the value: it may be a secret.
func ParseHeader(text string) (Header, error) {
	name, value, err := httpx.ParseHeader(text)
	h := Header{Name: strings.TrimSpace(name), Value: value}
	if errors.Is(err, httpx.ErrNoColon) {
		return Header{}, failure.New(failure.Usage, "the header has no colon").
			Hintf("give it as in 'X-Team: sales'; 'X-Team:' removes it")
	}
	if !h.sendable() {
		return Header{}, failure.New(failure.Usage, "header %q cannot be sent: its name or its value holds a character that no header may hold", h.Name).
			Hintf("names are letters, digits and hyphens; a value is one line")
	}
	return h, nil
}

// sendable reports whether the field is one of RFC 9110, section 5.
func (h Header) sendable() bool {
	return httpx.IsToken(h.Name) && httpx.IsFieldValue(h.Value)
}

func setHeader(all []Header, h Header) []Header {
	at := slices.IndexFunc(all, h.sameName)
	if at < 0 {
		return append(all, h)
	}
	all[at] = h
	return all
}

func removeHeader(all []Header, name string) []Header {
	return slices.DeleteFunc(all, Header{Name: name}.sameName)
}

func (h Header) sameName(other Header) bool { return strings.EqualFold(h.Name, other.Name) }

const (
	activeKey  = "active"
	activeName = "EPILOT_PROFILE"
)

// Fallback is the profile that is used when none is named and it exists.
const Fallback = "default"

// Resolve returns the profile of a command: the one that the --profile flag
// names, then EPILOT_PROFILE, then the active one, then one that is called
// "default". It returns nil when none is meant. A profile that is named and
// does not exist is an error of kind Usage, wherever it is named; a file that
// cannot be read or parsed is one of kind File.
func (s *Store) Resolve(flag string) (*Profile, error) {
	config, err := s.config.get()
	if err != nil {
		return nil, err
	}
	chosen, err := s.settings.value(s, activeProfile(), flag, nil)
	if err != nil {
		return nil, err
	}
	if chosen.Text == "" {
		return config.profile(Fallback), nil
	}
	if p := config.profile(chosen.Text); p != nil {
		return p, nil
	}
	return nil, s.unknown(config, chosen)
}

// Chosen returns the name that --profile, EPILOT_PROFILE or the active profile
// give, "" for none. No profile of that name need exist: a login makes one.
func (s *Store) Chosen(flag string) (string, error) {
	if _, err := s.config.get(); err != nil {
		return "", err
	}
	chosen, err := s.settings.value(s, activeProfile(), flag, nil)
	return chosen.Text, err
}

// activeProfile is the key under which viper chooses the profile. It is not a
// setting of "config".
func activeProfile() Key { return Key{Name: activeKey, Variable: activeName, Flag: "--profile"} }

// unknown is the error for a name that no profile has.
func (s *Store) unknown(c *config, chosen Value) error {
	err := failure.New(failure.Usage, "profile %q, named by %s, does not exist", chosen.Text, chosen.Where)
	known := c.names()
	if len(known) == 0 {
		return err.Hintf("there are no profiles in %s", s.describe())
	}
	return err.Hintf("%s", listProfiles(chosen.Text, known))
}

// unknownProfile is the error for a name that a command was given.
func unknownProfile(name string, known []string) error {
	err := failure.New(failure.Usage, "profile %q does not exist", name)
	if len(known) == 0 {
		return err.Hintf("there are no profiles; \"epilot profile create\" makes one")
	}
	return err.Hintf("%s", listProfiles(name, known))
}

// listProfiles is a hint that lists the profiles, and the one that may have
// been meant.
func listProfiles(name string, known []string) string {
	quoted := make([]string, len(known))
	for i, k := range known {
		quoted[i] = strconv.Quote(k)
	}
	list := strings.Join(quoted, ", ")
	if near := suggest.Match(name, known); near != "" {
		return "did you mean " + strconv.Quote(near) + "? The profiles are: " + list
	}
	return "the profiles are: " + list
}

func (s *Store) describe() string {
	if s.dir == "" {
		return "the configuration: no home directory is known"
	}
	return s.Path()
}
