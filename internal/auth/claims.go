package auth

import (
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/epilot-cli/epilot/internal/failure"
)

// Claims are what a token says about itself. Nobody has verified them: they
// are for showing, not for deciding. Texts may hold any character.
type Claims struct {
	TokenType  string // "api", "journey", …
	TokenUse   string // Cognito's "id" or "access"
	TokenID    string
	TokenName  string
	Issuer     string // a Cognito issuer means a user's session
	Email      string
	Username   string // of Cognito
	AdminEmail string
	OrgID      string
	UserID     string
	Roles      []string // assumed by the token
	ReadOnly   bool
	Anonymized bool
	IssuedAt   time.Time // zero: not said
	ExpiresAt  time.Time // zero: not said
}

// Parse reads the claims of a JSON Web Token (RFC 7519) without verifying it.
// A token that is none is an error of kind Credentials that does not show it.
// A claim of another type than its name promises is left out.
func Parse(token string) (*Claims, error) {
	read := members{}
	parser := jwt.NewParser(jwt.WithoutClaimsValidation(), jwt.WithJSONNumber())
	if _, _, err := parser.ParseUnverified(token, jwt.MapClaims(read)); err != nil {
		// The cause is left out: it may quote the token.
		return nil, failure.New(failure.Credentials, "the token is not a JSON Web Token that can be read").
			Hintf("a token of epilot has three parts with dots between them")
	}
	return &Claims{
		TokenType: read.text("token_type"), TokenUse: read.text("token_use"),
		TokenID: read.text("token_id"), TokenName: read.text("token_name"),
		Issuer: read.text("iss"), Email: read.text("email"),
		Username: read.text("cognito:username"), AdminEmail: read.text("admin_email"),
		OrgID:  read.text("org_id", "custom:ivy_org_id"),
		UserID: read.text("user_id", "custom:ivy_user_id"),
		Roles:  read.list("assume_roles"), ReadOnly: read.truth("read_only"),
		Anonymized: read.truth("anonymize"),
		IssuedAt:   read.moment("iat"), ExpiresAt: read.moment("exp"),
	}, nil
}

// members are the claims as JSON has them, under their exact names.
type members map[string]any

// text is the first of the claims that is a text or a number, and not empty.
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

// list is a claim that is an array of texts, or one text.
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

// truth is a claim that is true, or that word as text: Cognito's custom
// attributes are texts.
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

// moment is a NumericDate: seconds since 1970, maybe with a fraction. A year
// that RFC 3339 cannot write counts as not said.
func (m members) moment(name string) time.Time {
	number, _ := m[name].(json.Number)
	seconds, err := strconv.ParseFloat(number.String(), 64)
	const beyond = 253402300800 // the first second of the year 10000
	if err != nil || seconds < 0 || seconds >= beyond {
		return time.Time{}
	}
	return time.Unix(int64(seconds), 0).UTC()
}

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
