// Package auth chooses the token of a call from its sources, says where that
// token may go, and reads the claims of a token without verifying them.
//
// It does not read files or the environment, and sends nothing: what is stored
// is handed in, and the caller puts the token into the request.
package auth

import (
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/epilot-cli/epilot/internal/failure"
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
)

// Token is a bearer token. Printed with any verb of fmt it names its source
// and never shows its value.
type Token struct {
	Value   string
	Source  Source
	Profile string // the name, where the source is FromProfile
}

// String names the token's source in words: `profile "dev"`.
func (t Token) String() string {
	switch t.Source {
	case FromProfile:
		return "profile " + strconv.Quote(t.Profile)
	case FromEmulator:
		return "the emulator"
	}
	return string(t.Source)
}

// Format writes String for every verb: %d and %#v would show the value.
func (t Token) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, t.String()) }

// MarshalText is String: a JSON encoder would show the value.
func (t Token) MarshalText() ([]byte, error) { return []byte(t.String()), nil }

// Stored is a token as a file has it.
type Stored struct {
	Value     string
	ExpiresAt time.Time // zero: not known
}

// Input holds the sources of a command's token.
type Input struct {
	Flag         *string // --token as typed, nil when it is absent
	Env          string  // EPILOT_TOKEN
	Profile      string  // the chosen profile's name
	ProfileToken Stored
	Credentials  func() (Stored, error) // reads credentials.json, when no other source has a token; may be nil
	Now          time.Time
}

// Resolve returns the token of the first source that has one: --token,
// EPILOT_TOKEN, the profile's and that of credentials.json, the last two if
// they have not expired. It returns nil when there is none; Missing then says
// why. A token that cannot be sent is an error of kind Usage that does not
// show it.
func Resolve(in Input) (*Token, error) {
	if in.Flag != nil {
		return typed(*in.Flag)
	}
	if value := strings.TrimSpace(in.Env); value != "" {
		return checked(Token{Value: value, Source: FromEnv})
	}
	if in.ProfileToken.usable(in.Now) {
		return checked(Token{Value: in.ProfileToken.Value, Source: FromProfile, Profile: in.Profile})
	}
	file, err := in.credentials()
	if err != nil || !file.usable(in.Now) {
		return nil, err
	}
	return checked(Token{Value: file.Value, Source: FromFile})
}

// typed is the flag's token. An empty one is an unset variable in a script:
// another account's token must not take its place.
func typed(value string) (*Token, error) {
	if strings.TrimSpace(value) == "" {
		return nil, failure.New(failure.Usage, "the token of --token is empty").
			Hintf("leave --token out to use the stored token")
	}
	return checked(Token{Value: value, Source: FromFlag})
}

func (in Input) credentials() (Stored, error) {
	if in.Credentials == nil {
		return Stored{}, nil
	}
	return in.Credentials()
}

func (s Stored) usable(now time.Time) bool {
	return strings.TrimSpace(s.Value) != "" && !s.expired(now)
}

func (s Stored) expired(now time.Time) bool {
	return !s.ExpiresAt.IsZero() && !now.Before(s.ExpiresAt)
}

// checked trims the value and refuses what no header field can carry as a
// bearer token: RFC 6750, section 2.1, allows visible ASCII only.
func checked(t Token) (*Token, error) {
	t.Value = strings.TrimSpace(t.Value)
	wrong := strings.IndexFunc(t.Value, func(c rune) bool { return c <= ' ' || c > '~' })
	if wrong < 0 {
		return &t, nil
	}
	err := failure.New(failure.Usage, "the token of %s holds a space, a control character or a letter beyond ASCII", t)
	if len(t.Value) > len(scheme) && strings.EqualFold(t.Value[:len(scheme)], scheme) {
		return nil, err.Hintf("leave out the word Bearer")
	}
	return nil, err.Hintf("give the token alone, on one line, as it was issued")
}

const scheme = "Bearer "
