package auth

import (
	"net/url"
	"strings"
)

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
