package auth

import (
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/epilot-cli/epilot/internal/failure"
)

// Claims are a token's unverified claims: use them for display, not for decisions.
// Strings can contain any character.
type Claims struct {
	TokenType  string // "api", "journey", …
	TokenID    string
	TokenName  string
	Issuer     string // a Cognito issuer means a user session
	Email      string
	Username   string // Cognito's user name
	AdminEmail string
	OrgID      string
	UserID     string
	Roles      []string // assumed by the token
	ReadOnly   bool
	Anonymized bool
	IssuedAt   time.Time // zero if absent
	ExpiresAt  time.Time // zero if absent
}

// Parse reads the claims of a JSON Web Token (RFC 7519) without verifying it.
// Invalid tokens are an error of kind Credentials that does not reveal them. Claims
// of an unexpected type are ignored.
func Parse(token string) (*Claims, error) {
	read := members{}
	parser := jwt.NewParser(jwt.WithoutClaimsValidation(), jwt.WithJSONNumber())
	if _, _, err := parser.ParseUnverified(token, jwt.MapClaims(read)); err != nil {
		// Omit the cause: it may quote the token.
		return nil, failure.New(failure.Credentials, "the token is not a valid JSON Web Token").
			Hintf("an epilot token has three parts separated by dots")
	}
	return &Claims{
		TokenType: read.text("token_type"),
		TokenID:   read.text("token_id"), TokenName: read.text("token_name"),
		Issuer: read.text("iss"), Email: read.text("email"),
		Username: read.text("cognito:username"), AdminEmail: read.text("admin_email"),
		OrgID:  read.text("org_id", "custom:ivy_org_id"),
		UserID: read.text("user_id", "custom:ivy_user_id"),
		Roles:  read.list("assume_roles"), ReadOnly: read.truth("read_only"),
		Anonymized: read.truth("anonymize"),
		IssuedAt:   read.moment("iat"), ExpiresAt: read.moment("exp"),
	}, nil
}

// members are the claims under their exact JSON names.
type members map[string]any

// text returns the first of the claims that is a non-empty string or a number.
func (m members) text(names ...string) string {
	for _, name := range names {
		switch v := m[name].(type) {
		case string:
			if v != "" {
				return v
			}
		case json.Number:
			return v.String()
		}
	}
	return ""
}

// list returns a claim that is an array of strings, or a single string.
func (m members) list(name string) []string {
	if one, ok := m[name].(string); ok && one != "" {
		return []string{one}
	}
	all, _ := m[name].([]any)
	var found []string
	for _, v := range all {
		if s, ok := v.(string); ok {
			found = append(found, s)
		}
	}
	return found
}

// truth reports whether a claim is true or the string "true": Cognito's custom
// attributes are strings.
func (m members) truth(name string) bool {
	switch v := m[name].(type) {
	case bool:
		return v
	case string:
		said, err := strconv.ParseBool(v)
		return said && err == nil
	}
	return false
}

// moment returns a NumericDate: seconds since 1970, possibly with a fraction. Years
// that RFC 3339 cannot represent count as absent.
func (m members) moment(name string) time.Time {
	number, _ := m[name].(json.Number)
	seconds, err := strconv.ParseFloat(number.String(), 64)
	const beyond = 253402300800 // first second of the year 10000
	if err != nil || seconds < 0 || seconds >= beyond {
		return time.Time{}
	}
	return time.Unix(int64(seconds), 0).UTC()
}

// Holder is a place that may contain a token. It is read only if no earlier source
// has one, and possibly more than once.
type Holder struct {
	Token Token                  // the token's properties without its value
	Read  func() (Stored, error) // a Stored without a value means no token
}

// Stored is a token as stored.
type Stored struct {
	Value     string
	ExpiresAt time.Time // zero if unknown
}

// Expired returns the first stored token that Resolve skips because it has expired,
// or nil.
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

// expired reports whether a stored token has expired. Tokens that a program has just
// printed never count as expired.
func (h Holder) expired(stored Stored, now time.Time) bool {
	ends := stored.ends()
	return h.Token.Store != ByCommand && !ends.IsZero() && !now.Before(ends)
}

// ends returns the token's expiry: the stored one, or else the token's own.
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

// Hint returns the part of a token that is safe to show: the last four characters,
// or "" if the token is too short.
func Hint(value string) string {
	const shown, least = 4, 12
	letters := []rune(value)
	if len(letters) < least {
		return "…"
	}
	return "…" + string(letters[len(letters)-shown:])
}
