// Package signature checks who signed a token: with the keys that its issuer
// publishes, and only where the issuer is one that can be believed. The token
// itself is sent to nobody, and whether it has expired is not looked at.
package signature

import (
	"context"
	"crypto/rsa"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/golang-jwt/jwt/v5"

	"github.com/epilot-cli/epilot/internal/auth"
	"github.com/epilot-cli/epilot/internal/failure"
	"github.com/epilot-cli/epilot/internal/transport"
)

// Verdict is what a check has found.
type Verdict string

// The verdicts.
const (
	Verified       Verdict = "verified"
	UnknownKey     Verdict = "unknown key"      // the issuer publishes no such key
	WrongSignature Verdict = "wrong signature"  // the key has not signed this
	UnknownIssuer  Verdict = "issuer not known" // nobody was asked
)

// Checker asks issuers for their keys.
type Checker struct {
	Transport http.RoundTripper
	Hosts     []string // that an issuer may have, exactly, over https; loopback and Cognito may be issuers too
}

// Check verifies the token's signature (RFC 7515, RS256 only) with the JWK set
// of its issuer (OpenID Connect Discovery 1.0). An error is of kind Credentials
// for what is no token, and of kind Network where the keys cannot be had.
func (c *Checker) Check(ctx context.Context, token string) (Verdict, error) {
	claims, err := auth.Parse(token)
	if err != nil {
		return "", err
	}
	if !c.believes(claims.Issuer) {
		return UnknownIssuer, nil
	}
	address, err := c.discover(ctx, claims.Issuer)
	if err != nil {
		return "", err
	}
	keys, err := c.keys(ctx, address)
	if err != nil {
		return "", err
	}
	return verify(token, keys)
}

var errUnknownKey = errors.New("no such key")

// verify tells the verdicts apart. Any algorithm but RS256 is a wrong
// signature: a public key must never be taken for a shared secret.
func verify(token string, keys map[string]*rsa.PublicKey) (Verdict, error) {
	parser := jwt.NewParser(jwt.WithValidMethods([]string{"RS256"}), jwt.WithoutClaimsValidation())
	_, err := parser.Parse(token, func(t *jwt.Token) (any, error) {
		id, _ := t.Header["kid"].(string)
		if key := keys[id]; key != nil {
			return key, nil
		}
		return nil, errUnknownKey
	})
	switch {
	case err == nil:
		return Verified, nil
	case errors.Is(err, errUnknownKey):
		return UnknownKey, nil
	}
	return WrongSignature, nil
}

// believes reports whether keys from that address may vouch for a token.
func (c *Checker) believes(address string) bool {
	u, err := url.Parse(address)
	if err != nil || u.User != nil || u.Host == "" {
		return false
	}
	if u.Scheme == "http" || u.Scheme == "https" {
		if transport.Loopback(u.Hostname()) {
			return true
		}
	}
	if u.Scheme != "https" || u.Port() != "" && u.Port() != "443" {
		return false
	}
	return slices.Contains(c.Hosts, strings.ToLower(u.Hostname())) || auth.CognitoIssuer(address)
}

// discover returns the address of the issuer's keys.
func (c *Checker) discover(ctx context.Context, issuer string) (string, error) {
	var found struct {
		Issuer string `json:"issuer"`
		Keys   string `json:"jwks_uri"`
	}
	if err := c.get(ctx, strings.TrimRight(issuer, "/")+"/.well-known/openid-configuration", &found); err != nil {
		return "", err
	}
	if found.Issuer != issuer {
		return "", failure.New(failure.Network, "the issuer %q says that its name is %q", issuer, found.Issuer)
	}
	if !sameOrigin(issuer, found.Keys) && !c.believes(found.Keys) {
		return "", failure.New(failure.Network, "the issuer %q has its keys at %q, which is not its own", issuer, found.Keys)
	}
	return found.Keys, nil
}

func sameOrigin(a, b string) bool {
	first, err := url.Parse(a)
	second, bad := url.Parse(b)
	return err == nil && bad == nil && second.User == nil && first.Scheme == second.Scheme && strings.EqualFold(first.Host, second.Host)
}
