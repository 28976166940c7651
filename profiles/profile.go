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

// Profile is a named account and its server.
type Profile struct {
	Name         string // exactly as stored
	Server       string // base URL; "" for the definition's
	Token        string // "" for none
	OrgID        string // owner of the token
	UserID       string
	ExpiresAt    time.Time // of the token; zero if unknown
	Headers      []Header  // sent with each call, in file order
	TokenCommand []string  // program and arguments that print a token; nil for none
	Stage        string    // "" for the configured one
	Keyring      bool      // the token is in the system keyring, and Token is ""
	APIs         []API     // overrides for single APIs, in file order

	// TokenAPI is the API whose own token or command is used, after For.
	TokenAPI string
}

// API contains a profile's overrides for one API.
type API struct {
	Name         string // API name: "entity"
	Server       string
	Token        string
	TokenCommand []string
	Headers      []Header
	Keyring      bool // the token is in the system keyring, and Token is ""
}

// Header is a header field of a profile. Its name and value are valid (RFC 9110,
// section 5).
type Header struct{ Name, Value string }

// Credentials are stored by the last login without a profile.
type Credentials struct {
	Token, OrgID, UserID string
	Name                 string    // name of the account
	ExpiresAt            time.Time // of the token; zero if unknown
	Keyring              bool      // the token is in the system keyring, and Token is ""
}

// For returns the profile with the overrides for an API applied. A token or command
// of the API replaces both the profile's token and its command, because it is a
// different account. Headers are replaced by name.
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

// HasToken reports whether the API has its own stored token, in the file or in the
// keyring.
func (a API) HasToken() bool { return a.Token != "" || a.Keyring }

// ForgetToken removes the profile's token and the facts about its owner. It keeps
// the token command and the tokens of single APIs.
func (p *Profile) ForgetToken() {
	p.Token, p.OrgID, p.UserID, p.Keyring = "", "", "", false
	p.ExpiresAt = time.Time{}
}

// SetHeader replaces the header of that name, or appends h. Names are
// case-insensitive (RFC 9110, section 5.1).
func (p *Profile) SetHeader(h Header) { p.Headers = setHeader(p.Headers, h) }

// SetHeader replaces the header of that name, or appends h.
func (a *API) SetHeader(h Header) { a.Headers = setHeader(a.Headers, h) }

// RemoveHeader removes the header of that name, if any.
func (a *API) RemoveHeader(name string) { a.Headers = removeHeader(a.Headers, name) }

// API returns the profile's entry for the API for changes, adding one if needed.
func (p *Profile) API(name string) *API {
	for i := range p.APIs {
		if p.APIs[i].Name == name {
			return &p.APIs[i]
		}
	}
	p.APIs = append(p.APIs, API{Name: name})
	return &p.APIs[len(p.APIs)-1]
}

// DropEmptyAPIs removes the entries for APIs without overrides.
func (p *Profile) DropEmptyAPIs() {
	p.APIs = slices.DeleteFunc(p.APIs, func(a API) bool {
		return a.Server == "" && !a.HasToken() && len(a.TokenCommand) == 0 && len(a.Headers) == 0
	})
}

// clone returns a deep copy of the profile.
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

// ParseHeader parses "Name: value". The error, of kind Usage, does not contain the
// value, which may be a secret.
func ParseHeader(text string) (Header, error) {
	name, value, err := httpx.ParseHeader(text)
	h := Header{Name: strings.TrimSpace(name), Value: value}
	if errors.Is(err, httpx.ErrNoColon) {
		return Header{}, failure.New(failure.Usage, "the header has no colon").
			Hintf("write 'X-Team: sales'; 'X-Team:' removes it")
	}
	if !h.sendable() {
		return Header{}, failure.New(failure.Usage, "header %q cannot be sent: its name or value contains a character that headers cannot have", h.Name).
			Hintf("names are letters, digits and hyphens; a value is one line")
	}
	return h, nil
}

// sendable reports whether the field is valid (RFC 9110, section 5).
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

// Fallback is the profile used if none is named, if it exists.
const Fallback = "default"

// Resolve returns the profile of a command: the one named by the --profile flag,
// then EPILOT_PROFILE, then the active one, then "default". It returns nil if none
// applies. A named profile that does not exist is an error of kind Usage, whatever
// names it; a file that cannot be read or parsed is an error of kind File.
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

// Chosen returns the name from --profile, EPILOT_PROFILE or the active profile, or
// "". The profile need not exist: a login creates it.
func (s *Store) Chosen(flag string) (string, error) {
	if _, err := s.config.get(); err != nil {
		return "", err
	}
	chosen, err := s.settings.value(s, activeProfile(), flag, nil)
	return chosen.Text, err
}

// activeProfile is the key with which viper selects the profile. It is not a setting
// of "config".
func activeProfile() Key { return Key{Name: activeKey, Variable: activeName, Flag: "--profile"} }

// unknown returns the error for a profile name that does not exist.
func (s *Store) unknown(c *config, chosen Value) error {
	err := failure.New(failure.Usage, "profile %q (from %s) does not exist", chosen.Text, chosen.Where)
	known := c.names()
	if len(known) == 0 {
		return err.Hintf("there are no profiles in %s", s.describe())
	}
	return err.Hintf("%s", listProfiles(chosen.Text, known))
}

// unknownProfile returns the error for an unknown name passed to a command.
func unknownProfile(name string, known []string) error {
	err := failure.New(failure.Usage, "profile %q does not exist", name)
	if len(known) == 0 {
		return err.Hintf("no profiles; \"epilot profile create\" adds one")
	}
	return err.Hintf("%s", listProfiles(name, known))
}

// listProfiles returns a hint with the profiles and the closest name.
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
