// Package verify checks a token's signature with the keys that its issuer publishes,
// if the issuer is trusted. It does not send the token anywhere and does not check
// its expiry.
package verify

import (
	"context"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"math/big"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strings"

	"github.com/golang-jwt/jwt/v5"

	"github.com/epilot-cli/epilot/internal/auth"
	"github.com/epilot-cli/epilot/internal/failure"
	"github.com/epilot-cli/epilot/internal/httpx"
	"github.com/epilot-cli/epilot/internal/transport"
)

// Verdict is the result of a check.
type Verdict string

// The verdicts.
const (
	Verified       Verdict = "verified"
	UnknownKey     Verdict = "unknown key"     // the issuer does not publish the key
	WrongSignature Verdict = "wrong signature" // the key did not sign this token
	UnknownIssuer  Verdict = "unknown issuer"  // no issuer was contacted
)

// byPool returns the verdict on a token signed by an Amazon Cognito pool: anyone can
// create one, so it proves nothing about epilot.
func byPool(issuer string) Verdict {
	_, pool, _ := strings.Cut(strings.TrimPrefix(issuer, "https://"), "/")
	return Verdict("signed by Cognito pool " + pool + ", which epilot does not vouch for")
}

// Checker fetches the keys of issuers.
type Checker struct {
	Transport http.RoundTripper
	Hosts     []string // exact hosts that an issuer can have, over https
	Mock      *url.URL // a loopback server that the user named, also a possible issuer; nil if none
	AnyMock   string   // the issuer that mocks on different ports share, such as "http://127.0.0.1:4010"
}

// Check verifies the token's signature (RFC 7515, RS256 only) with the JWK set of
// its issuer (OpenID Connect Discovery 1.0). An invalid token is an error of kind
// Credentials; keys that cannot be fetched are an error of kind Network.
func (c *Checker) Check(ctx context.Context, token string) (Verdict, error) {
	claims, err := auth.Parse(token)
	if err != nil {
		return "", err
	}
	issuer := claims.Issuer
	if !c.believes(issuer) {
		if issuer = c.atMock(issuer); issuer == "" {
			return UnknownIssuer, nil
		}
	}
	address, err := c.discover(ctx, issuer, claims.Issuer)
	if err != nil {
		return "", err
	}
	keys, err := c.keys(ctx, address)
	if err != nil {
		return "", err
	}
	verdict := verify(token, keys)
	if verdict == Verified && auth.CognitoIssuer(claims.Issuer) {
		verdict = byPool(claims.Issuer)
	}
	return verdict, nil
}

var errUnknownKey = errors.New("no such key")

// verify returns the verdict. Any algorithm but RS256 is a wrong signature: a public
// key must never be used as a shared secret.
func verify(token string, keys map[string]*rsa.PublicKey) Verdict {
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
		return Verified
	case errors.Is(err, errUnknownKey):
		return UnknownKey
	}
	return WrongSignature
}

// believes reports whether keys from that URL can verify a token.
func (c *Checker) believes(address string) bool {
	u, err := url.Parse(address)
	if err != nil || u.User != nil || u.Host == "" || strings.ContainsAny(address, "?#\\") || path.Clean(u.Path+"/") != "/" && path.Clean(u.Path) != strings.TrimSuffix(u.Path, "/") {
		return false
	}
	if c.Mock != nil && httpx.IsLoopback(c.Mock.Hostname()) && u.Scheme == c.Mock.Scheme && strings.EqualFold(u.Host, c.Mock.Host) {
		return true
	}
	if u.Scheme != "https" || u.Port() != "" && u.Port() != "443" {
		return false
	}
	return slices.Contains(c.Hosts, strings.ToLower(u.Hostname())) || auth.CognitoIssuer(address)
}

// atMock returns the URL of an issuer at the mock that the user named, if the issuer
// is that mock under another loopback name, or the one that all mocks share; else "".
// The issuer itself is not contacted.
func (c *Checker) atMock(issuer string) string {
	u, err := url.Parse(issuer)
	if c.Mock == nil || err != nil || u.Scheme != "http" || !httpx.IsLoopback(u.Hostname()) {
		return ""
	}
	if u.Scheme+"://"+u.Host != c.AnyMock && u.Port() != c.Mock.Port() {
		return ""
	}
	u.Scheme, u.Host = c.Mock.Scheme, c.Mock.Host
	if address := u.String(); c.believes(address) {
		return address
	}
	return ""
}

// isMockAs reports whether name is the issuer of a mock with the path of the issuer.
func isMockAs(issuer, name string) bool {
	a, err := url.Parse(issuer)
	b, bad := url.Parse(name)
	return err == nil && bad == nil && httpx.IsLoopback(a.Hostname()) && httpx.IsLoopback(b.Hostname()) && a.Path == b.Path
}

// discover returns the URL of the keys of an issuer, which the token calls named.
func (c *Checker) discover(ctx context.Context, issuer, named string) (string, error) {
	var found struct {
		Issuer string `json:"issuer"`
		Keys   string `json:"jwks_uri"`
	}
	if err := c.get(ctx, strings.TrimRight(issuer, "/")+"/.well-known/openid-configuration", &found); err != nil {
		return "", err
	}
	if found.Issuer != issuer && !(issuer != named && isMockAs(issuer, found.Issuer)) {
		return "", failure.New(failure.Network, "the issuer %q identifies itself as %q", issuer, found.Issuer)
	}
	if !sameOrigin(issuer, found.Keys) && !c.believes(found.Keys) {
		return "", failure.New(failure.Network, "the issuer %q has its keys at %q, which is another address", issuer, found.Keys)
	}
	return found.Keys, nil
}

func sameOrigin(a, b string) bool {
	first, err := url.Parse(a)
	second, bad := url.Parse(b)
	return err == nil && bad == nil && second.User == nil && httpx.SameOrigin(first, second)
}

// jwk is a key of RFC 7517, limited to RSA (RFC 7518, section 6.3.1).
type jwk struct {
	Type      string `json:"kty"`
	ID        string `json:"kid"`
	Use       string `json:"use"`
	Algorithm string `json:"alg"`
	Modulus   string `json:"n"`
	Exponent  string `json:"e"`
}

// keys returns the keys of a set that can verify RS256, by ID.
func (c *Checker) keys(ctx context.Context, address string) (map[string]*rsa.PublicKey, error) {
	var set struct {
		Keys []jwk `json:"keys"`
	}
	if err := c.get(ctx, address, &set); err != nil {
		return nil, err
	}
	keys := map[string]*rsa.PublicKey{}
	for _, k := range set.Keys {
		if key := k.public(); key != nil && k.ID != "" {
			keys[k.ID] = key
		}
	}
	return keys, nil
}

// public returns the RSA key, or nil if the entry is not an RS256 signature key of a
// safe and practical size.
func (k jwk) public() *rsa.PublicKey {
	if k.Type != "RSA" || k.Use != "" && k.Use != "sig" || k.Algorithm != "" && k.Algorithm != "RS256" {
		return nil
	}
	modulus, bad := base64.RawURLEncoding.DecodeString(k.Modulus)
	exponent, worse := base64.RawURLEncoding.DecodeString(k.Exponent)
	const least, most = 2048 / 8, 8192 / 8
	if bad != nil || worse != nil || len(modulus) < least || len(modulus) > most || len(exponent) > 4 {
		return nil
	}
	e := new(big.Int).SetBytes(exponent).Int64()
	if e < 3 || e > 1<<31-1 {
		return nil
	}
	return &rsa.PublicKey{N: new(big.Int).SetBytes(modulus), E: int(e)}
}

// get reads a JSON document.
func (c *Checker) get(ctx context.Context, address string, into any) error {
	req, err := http.NewRequestWithContext(transport.NoRedirects(ctx), http.MethodGet, address, nil)
	if err != nil {
		return failure.New(failure.Network, "the address %q of the issuer's keys is not a URL", address)
	}
	req.Header.Set("Accept", "application/json")
	resp, err := c.Transport.RoundTrip(req)
	if err != nil {
		return transport.Classify(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return failure.New(failure.Network, "%s returned %d instead of the issuer's keys", address, resp.StatusCode)
	}
	const most = 1 << 20
	text, err := io.ReadAll(io.LimitReader(resp.Body, most))
	if err != nil {
		return transport.Classify(err)
	}
	if err := json.Unmarshal(text, into); err != nil {
		return failure.New(failure.Network, "%s did not return the issuer's keys", address)
	}
	return nil
}
