package auth

import (
	"strings"
	"time"
)

// Holder is a place that may hold a token. It is read when no source before it
// has one, and may be read again.
type Holder struct {
	Token Token                  // what the token is, but for its value
	Read  func() (Stored, error) // a Stored without a value is no token
}

// Stored is a token as its place has it.
type Stored struct {
	Value     string
	ExpiresAt time.Time // zero: not known
}

// Expired returns the first stored token that Resolve passes over because it
// has expired, or nil.
func Expired(in Input) (*Token, error) {
	for _, h := range in.Holders {
		stored, err := h.read()
		if err != nil {
			return nil, err
		}
		if stored.Value != "" && h.expired(stored, in.Now) {
			return h.token(stored)
		}
	}
	return nil, nil
}

func (h Holder) read() (Stored, error) {
	stored, err := h.Read()
	stored.Value = strings.TrimSpace(stored.Value)
	return stored, err
}

func (h Holder) token(stored Stored) (*Token, error) {
	t := h.Token
	t.Value, t.ExpiresAt = stored.Value, stored.ExpiresAt
	return checked(t)
}

// expired: a program was asked just now, and what it printed is its answer.
func (h Holder) expired(stored Stored, now time.Time) bool {
	ends := stored.ends()
	return h.Token.Store != ByCommand && !ends.IsZero() && !now.Before(ends)
}

// ends is when the token expires: as it was stored, else as the token says.
func (s Stored) ends() time.Time {
	if !s.ExpiresAt.IsZero() {
		return s.ExpiresAt
	}
	claims, err := Parse(s.Value)
	if err != nil {
		return time.Time{}
	}
	return claims.ExpiresAt
}

// Hint is what may be shown of a token: its last four characters, or nothing of
// one that is too short for that.
func Hint(value string) string {
	const shown, least = 4, 12
	letters := []rune(value)
	if len(letters) < least {
		return "…"
	}
	return "…" + string(letters[len(letters)-shown:])
}
