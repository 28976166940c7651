// Package auth selects the token of a call from its sources, decides where the token
// can be sent, and reads a token's claims without verifying them.
//
// It does not read files or the environment and does not send anything: the caller
// provides the sources and adds the token to the request.
package auth

import (
	"fmt"
	"io"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/epilot-cli/epilot/internal/failure"
	"github.com/epilot-cli/epilot/internal/httpx"
	"github.com/epilot-cli/epilot/internal/jsonx"
)

// Source is the origin of a token.
type Source string

// The sources in order of precedence. The mock's own token replaces them, only on
// the mock.
const (
	FromFlag     Source = "--token"
	FromEnv      Source = "EPILOT_TOKEN"
	FromProfile  Source = "profile"
	FromFile     Source = "credentials.json"
	FromEmulator Source = "emulator"
	FromTerminal Source = "the terminal" // typed at this call's prompt
)

// Store is how a profile, or credentials.json, stores its token.
type Store string

// The ways of storing a token. A token that is not stored has none of them.
const (
	InFile    Store = "file"
	InKeyring Store = "keyring"
	ByCommand Store = "command" // printed by a program
)

// Token is a bearer token. Every fmt verb prints its source and never its value.
type Token struct {
	Value   string
	Source  Source
	Profile string // profile name, for FromProfile
	API     string // the only API that the profile uses this token for; "" for all
	Store   Store  // for FromProfile and FromFile

	ExpiresAt time.Time // as stored; zero if unknown
}

// String describes the token's source: `profile "dev" (keyring)`.
func (t Token) String() string {
	name := string(t.Source)
	switch t.Source {
	case FromProfile:
		name = "profile " + strconv.Quote(t.Profile)
	case FromEmulator:
		return "the mock"
	}
	var notes []string
	if t.API != "" {
		notes = append(notes, "for "+t.API)
	}
	if t.Store == InKeyring || t.Store == ByCommand {
		notes = append(notes, string(t.Store))
	}
	if len(notes) == 0 {
		return name
	}
	return name + " (" + strings.Join(notes, ", ") + ")"
}

// Format prints String for every verb: %d and %#v would reveal the value.
func (t Token) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, t.String()) }

// MarshalText returns String: a JSON encoder would reveal the value.
func (t Token) MarshalText() ([]byte, error) { return []byte(t.String()), nil }

// Input contains the sources of a command's token.
type Input struct {
	Flag    *string  // --token as typed, nil if absent
	Env     string   // EPILOT_TOKEN
	Holders []Holder // in order of precedence
	Now     time.Time
}

// Resolve returns the token of the first source that has one: --token, EPILOT_TOKEN,
// or a holder. It skips stored tokens that have expired. It returns nil if there is
// no token; Missing then explains why. An unusable token is an error of kind Usage
// that does not reveal it.
func Resolve(in Input) (*Token, error) {
	if in.Flag != nil {
		return Take(*in.Flag, FromFlag)
	}
	if value := strings.TrimSpace(in.Env); value != "" {
		return checked(Token{Value: value, Source: FromEnv})
	}
	for _, h := range in.Holders {
		stored, err := h.read()
		if err != nil {
			return nil, err
		}
		if stored.Value != "" && !h.expired(stored, in.Now) {
			return h.token(stored)
		}
	}
	return nil, nil
}

// Take checks a token just provided by the user or a program, from source. An empty
// token is an error, as from an unset variable in a script: another account's token
// must not replace it. Errors are of kind Usage.
func Take(value string, source Source) (*Token, error) {
	if strings.TrimSpace(value) == "" {
		err := failure.New(failure.Usage, "the token of %s is empty", source)
		if source == FromFlag {
			return nil, err.Hintf("leave --token out to use the stored token")
		}
		return nil, err
	}
	return checked(Token{Value: value, Source: source})
}

// IsPlausible reports whether a string could be a real token: a JSON Web Token, or
// an opaque one of at least 12 characters.
func IsPlausible(value string) bool {
	const least = 12
	_, err := Parse(value)
	return err == nil || len(value) >= least
}

// checked trims the value, and converts what Windows programs print in UTF-16 or after
// a byte order mark. It rejects anything but a bearer token (RFC 6750, section 2.1),
// and the strings that scripts produce for a missing one.
func checked(t Token) (*Token, error) {
	if text, err := jsonx.UTF8([]byte(t.Value)); err == nil {
		t.Value = string(text)
	}
	t.Value = strings.TrimSpace(t.Value)
	switch {
	case !httpx.IsBearerToken(t.Value):
	case slices.Contains([]string{"null", "undefined", "none", "nil", "nan", "true", "false", "-"}, strings.ToLower(t.Value)):
		return nil, failure.New(failure.Usage, "the token of %s is the literal %s", t, strings.ToLower(t.Value)).
			Hintf("the program or variable it came from returned no token")
	default:
		return &t, nil
	}
	err := failure.New(failure.Usage, "the token of %s contains a character that bearer tokens cannot have", t)
	switch {
	case strings.HasPrefix(t.Value, "{"):
		return nil, err.Hintf("it looks like JSON; pass only the token, such as with jq -r .token")
	case strings.HasPrefix(t.Value, `"`), strings.HasPrefix(t.Value, "'"):
		return nil, err.Hintf("remove the quotes around it")
	}
	if len(t.Value) > len(scheme) && strings.EqualFold(t.Value[:len(scheme)], scheme) {
		return nil, err.Hintf("remove the word Bearer")
	}
	return nil, err.Hintf("pass only the token, on one line")
}

const scheme = "Bearer "

// Kind is the purpose of a token, in the terms of epilot's authentication guide.
type Kind string

// The guide's three kinds, and one for all other tokens.
const (
	AccessToken  Kind = "access token"      // long-lived, for integrations
	OAuthSession Kind = "OAuth session"     // a portal user's, valid for an hour
	Publishable  Kind = "publishable token" // for public apps such as journeys and portals
	OtherKind    Kind = "unknown kind"
)

// Kind returns the token's kind according to the claims.
func (c *Claims) Kind() Kind {
	switch {
	case c.TokenType == "journey" || c.TokenType == "portal":
		return Publishable
	case c.TokenType != "":
		return AccessToken
	case CognitoIssuer(c.Issuer):
		return OAuthSession
	}
	return OtherKind
}

// Account returns the name of the token's owner, "" if no claim contains it.
func (c *Claims) Account() string {
	for _, name := range []string{c.TokenName, c.Email, c.Username, c.AdminEmail, c.UserID} {
		if name != "" {
			return name
		}
	}
	return ""
}

// CognitoIssuer reports whether an issuer is exactly an Amazon Cognito user pool:
// https://cognito-idp.<region>.amazonaws.com/<pool>.
func CognitoIssuer(issuer string) bool {
	u, err := url.Parse(issuer)
	if err != nil || u.Scheme != "https" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return false
	}
	region, is := strings.CutPrefix(u.Host, "cognito-idp.")
	region, ours := strings.CutSuffix(region, ".amazonaws.com")
	pool, id, pooled := strings.Cut(strings.TrimPrefix(u.EscapedPath(), "/"), "_")
	return is && ours && isLabel(region) && pooled && pool == region && isAlphanumeric(id)
}

func isAlphanumeric(word string) bool {
	return word != "" && !strings.ContainsFunc(word, func(c rune) bool {
		letter := 'a' <= c|0x20 && c|0x20 <= 'z'
		return !letter && (c < '0' || c > '9')
	})
}

// Missing returns the error, of kind Credentials, for a call that needs a token if
// Resolve found none. It lists the stored tokens that have expired.
func Missing(in Input) error {
	message := "no token for this call"
	for _, h := range in.Holders {
		stored, err := h.read()
		if err != nil {
			return err
		}
		if stored.Value != "" {
			message += fmt.Sprintf("; the token of %s %s", h.Token, DescribeExpiry(stored.ends(), in.Now))
		}
	}
	return failure.New(failure.Credentials, "%s", message).
		Hintf("sign in with \"epilot login\", pass a token with --token or EPILOT_TOKEN, or call the mock with --server mock")
}

// DescribeExpiry describes a token's expiry: "expires in 3 days", "expired 2 hours
// ago". A zero time means that the expiry is unknown.
func DescribeExpiry(ends, now time.Time) string {
	switch {
	case ends.IsZero():
		return "has no expiry date"
	case now.Before(ends):
		return "expires in " + inLargestUnit(ends.Sub(now))
	}
	return "expired " + inLargestUnit(now.Sub(ends)) + " ago"
}

// inLargestUnit formats a duration in its largest unit: "3 days".
func inLargestUnit(d time.Duration) string {
	const day = 24 * time.Hour
	switch {
	case d < time.Minute:
		return failure.Count(int(d/time.Second), "second")
	case d < time.Hour:
		return failure.Count(int(d/time.Minute), "minute")
	case d < day:
		return failure.Count(int(d/time.Hour), "hour")
	}
	return failure.Count(int(d/day), "day")
}
