// Package auth chooses the token of a call from its sources, says where that
// token may go, and reads the claims of a token without verifying them.
//
// It does not read files or the environment, and sends nothing: the sources are
// handed in, and the caller puts the token into the request.
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
