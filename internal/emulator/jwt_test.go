package emulator_test

import (
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"math/big"
	"strings"
	"testing"

	"github.com/golang-jwt/jwt/v5"
)

type keySet struct {
	Keys []struct{ Alg, E, Kid, Kty, N, Use string }
}

func (b *bench) keys(path string) keySet {
	b.Helper()
	var set keySet
	if err := json.Unmarshal([]byte(b.do("GET", path, "").body), &set); err != nil || len(set.Keys) != 1 {
		b.Fatalf("key set %+v: %v", set, err)
	}
	return set
}

func (s keySet) public(t *testing.T) *rsa.PublicKey {
	t.Helper()
	n, err := base64.RawURLEncoding.DecodeString(s.Keys[0].N)
	if err != nil {
		t.Fatal(err)
	}
	e, err := base64.RawURLEncoding.DecodeString(s.Keys[0].E)
	if err != nil {
		t.Fatal(err)
	}
	return &rsa.PublicKey{N: new(big.Int).SetBytes(n), E: int(new(big.Int).SetBytes(e).Int64())}
}

func claimsOf(t *testing.T, token string) jwt.MapClaims {
	t.Helper()
	claims := jwt.MapClaims{}
	if _, _, err := jwt.NewParser().ParseUnverified(token, claims); err != nil {
		t.Fatal(err)
	}
	return claims
}

func TestTokensVerifyWithTheServedKeys(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	private, public := collection+"/.well-known/", collection+"/public/.well-known/"
	preview, contact := collection+"/portal-preview/.well-known/", collection+"/contact-identification/.well-known/"
	for _, row := range []struct{ tokenType, rest, mine, others string }{
		{"api", `"assignments":["123:owner"]`, private, public},
		{"assume", `"assignments":[]`, private, public},
		{"app", `"expires_in":60`, private, public},
		{"journey", `"journey_id":"j"`, public, private},
		{"portal", `"portal_id":"p"`, public, private},
		{"portal_preview", `"portal_user_id":"u"`, preview, public},
		{"contact_identification", `"contact_id":"c"`, contact, public},
	} {
		m := b.create(`{"name":"n","token_type":"` + row.tokenType + `",` + row.rest + `}`)
		var config struct{ Issuer, JWKS string }
		text := strings.Replace(b.do("GET", row.mine+"openid-configuration", "").body, "jwks_uri", "jwks", 1)
		if err := json.Unmarshal([]byte(text), &config); err != nil {
			t.Fatal(err)
		}
		path, here := strings.CutPrefix(config.JWKS, b.url)
		if !here {
			t.Fatalf("jwks_uri %s is not at %s", config.JWKS, b.url)
		}
		set := b.keys(path)
		parsed, err := jwt.Parse(m.Token, func(*jwt.Token) (any, error) { return set.public(t), nil },
			jwt.WithValidMethods([]string{"RS256"}), jwt.WithIssuer(config.Issuer), jwt.WithTimeFunc(b.clock))
		if err != nil {
			t.Fatalf("%s: %v", row.tokenType, err)
		}
		if parsed.Header["kid"] != set.Keys[0].Kid || len(set.Keys[0].Kid) != 44 {
			t.Errorf("%s: kid %v, key set has %q", row.tokenType, parsed.Header["kid"], set.Keys[0].Kid)
		}
		foreign := b.keys(row.others + "jwks.json").public(t)
		if _, err := jwt.Parse(m.Token, func(*jwt.Token) (any, error) { return foreign, nil }); err == nil {
			t.Errorf("%s: verifies with the other key too", row.tokenType)
		}
		b.as(m.Token, "GET", collection, "").want(t, 200, m.ID)
	}
}

func TestClaims(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	m := b.create(`{"name":"CI","assignments":["123:owner"],"expires_in":"1h"}`)
	got, err := json.Marshal(claimsOf(t, m.Token))
	if err != nil {
		t.Fatal(err)
	}
	want := `{"assume_roles":["123:owner"],"exp":1771938001,"iat":1771934400,"iss":"` + issuer + collection +
		`","org_id":"123","token_id":"` + m.ID + `","token_name":"CI","token_type":"api"}`
	if string(got) != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if _, expires := claimsOf(t, b.create(`{"name":"CI"}`).Token)["exp"]; expires {
		t.Error("a token without expires_in has an exp claim")
	}
}

func TestForgedTokensAreRefused(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	set := b.keys(collection + "/.well-known/jwks.json")
	foreign, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	claims := claimsOf(t, b.create(`{"name":"n"}`).Token)
	forge := func(method jwt.SigningMethod, key any, kid string) string {
		token := jwt.NewWithClaims(method, claims)
		token.Header["kid"] = kid
		signed, err := token.SignedString(key)
		if err != nil {
			t.Fatal(err)
		}
		return "Bearer " + signed
	}
	kid := set.Keys[0].Kid
	for name, authorization := range map[string]string{
		"nothing":               "",
		"no scheme":             b.token,
		"another scheme":        "Basic " + b.token,
		"no token":              "Bearer  ",
		"no JWT":                "Bearer abc",
		"no algorithm":          forge(jwt.SigningMethodNone, jwt.UnsafeAllowNoneSignatureType, kid),
		"public key as secret":  forge(jwt.SigningMethodHS256, []byte(set.Keys[0].N), kid),
		"foreign key":           forge(jwt.SigningMethodRS256, foreign, kid),
		"foreign key, no kid":   forge(jwt.SigningMethodRS256, foreign, ""),
		"another RSA algorithm": forge(jwt.SigningMethodPS256, foreign, kid),
		"cut":                   "Bearer " + b.token[:len(b.token)-9],
	} {
		got := b.do("GET", collection, "", "Authorization: "+authorization)
		if got.status != 401 || got.header.Get("WWW-Authenticate") != "Bearer" {
			t.Errorf("%s: %d %s", name, got.status, got.body)
		}
	}
	b.do("GET", collection, "", "Authorization: bearer "+b.token).want(t, 200, "[")
}
