// Package auth chooses the token of a call from its sources, says where that
// token may go, and reads the claims of a token without verifying them.
//
// It does not read files or the environment, and sends nothing: the sources are
// handed in, and the caller puts the token into the request.
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
)

// Source is where a token comes from.
type Source string

// The sources, in the order in which they are asked. The emulator's own token
// stands in for all of them on the emulator only.
const (
	FromFlag     Source = "--token"
	FromEnv      Source = "EPILOT_TOKEN"
	FromProfile  Source = "profile"
	FromFile     Source = "credentials.json"
	FromEmulator Source = "emulator"
	FromTerminal Source = "the terminal" // typed when this call asked for it
)

// Store is how a profile, or credentials.json, holds its token.
type Store string

// The ways in which a token is held. A token that is not stored has none.
const (
	InFile    Store = "file"
	InKeyring Store = "keyring"
	ByCommand Store = "command" // a program prints it
)

// Token is a bearer token. Printed with any verb of fmt it names its source
// and never shows its value.
type Token struct {
	Value   string
	Source  Source
	Profile string // the name, where the source is FromProfile
	API     string // the one API that the profile has this token for; "" for all
	Store   Store  // where the source is FromProfile or FromFile

	ExpiresAt time.Time // as it was stored; zero: not known
}

// String names the token's source in words: `profile "dev" (keyring)`.
func (t Token) String() string {
	name := string(t.Source)
	switch t.Source {
	case FromProfile:
		name = "profile " + strconv.Quote(t.Profile)
	case FromEmulator:
		return "the emulator"
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

// Format writes String for every verb: %d and %#v would show the value.
func (t Token) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, t.String()) }

// MarshalText is String: a JSON encoder would show the value.
func (t Token) MarshalText() ([]byte, error) { return []byte(t.String()), nil }

// Input holds the sources of a command's token.
type Input struct {
	Flag    *string  // --token as typed, nil when it is absent
	Env     string   // EPILOT_TOKEN
	Holders []Holder // in the order in which they are asked
	Now     time.Time
}

// Resolve returns the token of the first source that has one: --token,
// EPILOT_TOKEN, and the holders. A stored token that has expired is passed
// over. It returns nil when there is none; Missing then says why. A token that
// cannot be sent is an error of kind Usage that does not show it.
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

// Take reads a token that a person or program gave now, in the place that the
// source names. An empty one is an unset variable in a script: another
// account's token must not take its place. Errors are of kind Usage.
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

// IsPlausible reports whether a string can be a token that somebody issued: a
// JSON Web Token, or an opaque one of at least 12 characters.
func IsPlausible(value string) bool {
	const least = 12
	_, err := Parse(value)
	return err == nil || len(value) >= least
}

// checked trims the value and refuses what is not a bearer token (RFC 6750,
// section 2.1), and what a script makes of a missing one.
func checked(t Token) (*Token, error) {
	t.Value = strings.TrimSpace(t.Value)
	switch {
	case !httpx.IsBearerToken(t.Value):
	case slices.Contains([]string{"null", "undefined", "none", "nil", "true", "false"}, strings.ToLower(t.Value)):
		return nil, failure.New(failure.Usage, "the token of %s is the word %s, not a token", t, strings.ToLower(t.Value)).
			Hintf("the program or variable that it came from had no token")
	default:
		return &t, nil
	}
	err := failure.New(failure.Usage, "the token of %s holds a character that no bearer token has", t)
	switch {
	case strings.HasPrefix(t.Value, "{"):
		return nil, err.Hintf("it looks like JSON; give the token alone, as with jq -r .token")
	case strings.HasPrefix(t.Value, `"`), strings.HasPrefix(t.Value, "'"):
		return nil, err.Hintf("leave out the quotes around it")
	}
	if len(t.Value) > len(scheme) && strings.EqualFold(t.Value[:len(scheme)], scheme) {
		return nil, err.Hintf("leave out the word Bearer")
	}
	return nil, err.Hintf("give the token alone, on one line, as it was issued")
}

const scheme = "Bearer "

// Kind is what a token is for, in the words of epilot's authentication guide.
type Kind string

// The guide's three kinds, and what is none of them.
const (
	AccessToken  Kind = "access token"      // for integrations, long-lived
	OAuthSession Kind = "OAuth session"     // of a person in the portal, an hour
	Publishable  Kind = "publishable token" // for public apps: journeys, portals
	OtherKind    Kind = "unknown kind"
)

// Kind is what the claims say that the token is for.
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

// Account is the name of who the token belongs to, "" where no claim says it.
func (c *Claims) Account() string {
	for _, name := range []string{c.TokenName, c.Email, c.Username, c.AdminEmail, c.UserID} {
		if name != "" {
			return name
		}
	}
	return ""
}

// CognitoIssuer reports whether an issuer is a user pool of Amazon Cognito:
// https://cognito-idp.<region>.amazonaws.com/<pool>, and nothing else.
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

// Missing is the error, of kind Credentials, for a call that needs a token
// where Resolve found none: it names the stored tokens that have expired.
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
		Hintf("sign in with \"epilot login\", give a token with --token or EPILOT_TOKEN, or call the mock with --server mock")
}

// DescribeExpiry says in words how long a token lasts: "expires in 3 days", "expired 2
// hours ago". A zero time is an expiry that is not known.
func DescribeExpiry(ends, now time.Time) string {
	switch {
	case ends.IsZero():
		return "does not say when it expires"
	case now.Before(ends):
		return "expires in " + inLargestUnit(ends.Sub(now))
	}
	return "expired " + inLargestUnit(now.Sub(ends)) + " ago"
}

// inLargestUnit is a duration in its largest whole unit: "3 days".
func inLargestUnit(d time.Duration) string {
	const day = 24 * time.Hour
	switch {
	case d < time.Minute:
		return count(d, time.Second, "second")
	case d < time.Hour:
		return count(d, time.Minute, "minute")
	case d < day:
		return count(d, time.Hour, "hour")
	}
	return count(d, day, "day")
}

func count(d, unit time.Duration, name string) string {
	n := d / unit
	if n == 1 {
		return "1 " + name
	}
	return fmt.Sprintf("%d %ss", n, name)
}
