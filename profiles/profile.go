package profiles

import (
	"slices"
	"time"
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
	if a.Token != "" || len(a.TokenCommand) > 0 {
		p.ForgetToken()
		p.Token, p.TokenCommand, p.TokenAPI = a.Token, slices.Clone(a.TokenCommand), a.Name
	}
	for _, h := range a.Headers {
		p.SetHeader(h)
	}
}

// ForgetToken removes the profile's token and what was known of its owner. The
// command that prints tokens stays, and so do those of single APIs.
func (p *Profile) ForgetToken() {
	p.Token, p.OrgID, p.UserID, p.Keyring = "", "", "", false
	p.ExpiresAt = time.Time{}
}

// SetHeader puts the header in the place of the one of that name, or at the
// end. The case of a name does not matter (RFC 9110, section 5.1).
func (p *Profile) SetHeader(h Header) { p.Headers = setHeader(p.Headers, h) }

// RemoveHeader removes the header of that name, if there is one.
func (p *Profile) RemoveHeader(name string) { p.Headers = removeHeader(p.Headers, name) }

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
		return a.Server == "" && a.Token == "" && len(a.TokenCommand) == 0 && len(a.Headers) == 0
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
