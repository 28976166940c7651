package verify

import (
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"math/big"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"

	"github.com/golang-jwt/jwt/v5"

	"github.com/epilot-cli/epilot/internal/failure"
	"github.com/epilot-cli/epilot/internal/transport"
)

// issuer publishes a key and records its requests.
type issuer struct {
	*httptest.Server
	key  *rsa.PrivateKey
	name string // the issuer in the discovery document; "" for its URL
	at   string // the URL of the keys; "" for its own
	set  []map[string]string

	mu    sync.Mutex
	heard strings.Builder
}

// issuerKey is the key of all issuers: generating one takes longer than most tests.
var issuerKey = sync.OnceValues(func() (*rsa.PrivateKey, error) { return rsa.GenerateKey(rand.Reader, 2048) })

func newIssuer(t *testing.T) *issuer {
	t.Helper()
	key, err := issuerKey()
	if err != nil {
		t.Fatal(err)
	}
	i := &issuer{key: key}
	i.set = []map[string]string{public("k1", &key.PublicKey)}
	i.Server = httptest.NewServer(i)
	t.Cleanup(i.Close)
	return i
}

func public(id string, key *rsa.PublicKey) map[string]string {
	encode := base64.RawURLEncoding.EncodeToString
	return map[string]string{
		"kty": "RSA", "kid": id, "use": "sig", "alg": "RS256",
		"n": encode(key.N.Bytes()), "e": encode(big.NewInt(int64(key.E)).Bytes()),
	}
}

func (i *issuer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	i.mu.Lock()
	defer i.mu.Unlock()
	_ = r.Write(&i.heard)
	switch r.URL.Path {
	case "/pool/.well-known/openid-configuration":
		name, at := i.URL+"/pool", i.URL+"/keys"
		if i.name != "" {
			name = i.name
		}
		if i.at != "" {
			at = i.at
		}
		_ = json.NewEncoder(w).Encode(map[string]string{"issuer": name, "jwks_uri": at})
	case "/keys":
		_ = json.NewEncoder(w).Encode(map[string]any{"keys": i.set})
	case "/redirect":
		http.Redirect(w, r, "/keys", http.StatusFound)
	default:
		http.NotFound(w, r)
	}
}

// checker trusts epilot's hosts and the issuer, as if the user had named it.
func (i *issuer) checker(t *testing.T) *Checker {
	t.Helper()
	mock, err := url.Parse(i.URL)
	if err != nil {
		t.Fatal(err)
	}
	return &Checker{Transport: transport.New(transport.Options{}), Hosts: []string{"access-token.sls.epilot.io"}, Mock: mock}
}

// token returns a token signed by the key, with the issuer and the key's ID.
func token(t *testing.T, method jwt.SigningMethod, key any, iss, id string) string {
	t.Helper()
	made := jwt.NewWithClaims(method, jwt.MapClaims{"iss": iss, "exp": 1})
	if id != "" {
		made.Header["kid"] = id
	}
	text, err := made.SignedString(key)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func TestCheck(t *testing.T) {
	t.Parallel()
	home := newIssuer(t)
	stranger, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	iss := home.URL + "/pool"
	good := token(t, jwt.SigningMethodRS256, home.key, iss, "k1")
	head, rest, _ := strings.Cut(good, ".")
	claims, sig, _ := strings.Cut(rest, ".")
	other := base64.RawURLEncoding.EncodeToString([]byte(`{"iss":"` + iss + `","exp":2}`))
	pem := []byte(home.set[0]["n"])
	checker := home.checker(t)
	for name, row := range map[string]struct {
		token string
		want  Verdict
	}{
		"verified":            {good, Verified},
		"unknown key":         {token(t, jwt.SigningMethodRS256, home.key, iss, "k2"), UnknownKey},
		"no key id":           {token(t, jwt.SigningMethodRS256, home.key, iss, ""), UnknownKey},
		"another's key":       {token(t, jwt.SigningMethodRS256, stranger, iss, "k1"), WrongSignature},
		"claims changed":      {head + "." + other + "." + sig, WrongSignature},
		"signature cut":       {head + "." + claims + "." + sig[:20], WrongSignature},
		"no signature":        {token(t, jwt.SigningMethodNone, jwt.UnsafeAllowNoneSignatureType, iss, "k1"), WrongSignature},
		"public key as HMAC":  {token(t, jwt.SigningMethodHS256, pem, iss, "k1"), WrongSignature},
		"RS512":               {token(t, jwt.SigningMethodRS512, home.key, iss, "k1"), WrongSignature},
		"strange issuer":      {token(t, jwt.SigningMethodRS256, home.key, "https://evil.example/pool", "k1"), UnknownIssuer},
		"look-alike":          {token(t, jwt.SigningMethodRS256, home.key, "https://access-token.sls.epilot.io.evil.example", "k1"), UnknownIssuer},
		"epilot without TLS":  {token(t, jwt.SigningMethodRS256, home.key, "http://access-token.sls.epilot.io/x", "k1"), UnknownIssuer},
		"epilot, other port":  {token(t, jwt.SigningMethodRS256, home.key, "https://access-token.sls.epilot.io:1/x", "k1"), UnknownIssuer},
		"with a user":         {token(t, jwt.SigningMethodRS256, home.key, strings.Replace(iss, "://", "://me@", 1), "k1"), UnknownIssuer},
		"no issuer":           {token(t, jwt.SigningMethodRS256, home.key, "", "k1"), UnknownIssuer},
		"a query":             {token(t, jwt.SigningMethodRS256, home.key, iss+"?x=1", "k1"), UnknownIssuer},
		"an empty query":      {token(t, jwt.SigningMethodRS256, home.key, iss+"?", "k1"), UnknownIssuer},
		"a fragment":          {token(t, jwt.SigningMethodRS256, home.key, iss+"#x", "k1"), UnknownIssuer},
		"dots in its path":    {token(t, jwt.SigningMethodRS256, home.key, home.URL+"/x/../pool", "k1"), UnknownIssuer},
		"another loopback":    {token(t, jwt.SigningMethodRS256, home.key, "http://127.0.0.1:1/pool", "k1"), UnknownIssuer},
		"a file":              {token(t, jwt.SigningMethodRS256, home.key, "file://localhost/etc", "k1"), UnknownIssuer},
		"amazon, but no pool": {token(t, jwt.SigningMethodRS256, home.key, "https://s3.amazonaws.com/x", "k1"), UnknownIssuer},
	} {
		got, err := checker.Check(t.Context(), row.token)
		if got != row.want || err != nil {
			t.Errorf("%s: got %q, %v, want %q", name, got, err, row.want)
		}
		home.mu.Lock()
		if strings.Contains(home.heard.String(), row.token) || strings.Contains(home.heard.String(), "Authorization") {
			t.Errorf("%s: the token was sent to its issuer", name)
		}
		home.mu.Unlock()
	}
	if !checker.believes("https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_Ab12") || !checker.believes("https://ACCESS-token.sls.epilot.io/v1/x") {
		t.Error("a true issuer is not believed")
	}
}

func TestIssuerThatLies(t *testing.T) {
	t.Parallel()
	for name, spoil := range map[string]func(*issuer){
		"another name":  func(i *issuer) { i.name = "https://access-token.sls.epilot.io" },
		"foreign keys":  func(i *issuer) { i.at = "https://evil.example/keys" },
		"keys as file":  func(i *issuer) { i.at = "file:///etc/passwd" },
		"no such keys":  func(i *issuer) { i.at = i.URL + "/nothing" },
		"redirect":      func(i *issuer) { i.at = i.URL + "/redirect" },
		"not reachable": func(i *issuer) { i.Close() },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			home := newIssuer(t)
			spoil(home)
			checker := home.checker(t)
			got, err := checker.Check(t.Context(), token(t, jwt.SigningMethodRS256, home.key, home.URL+"/pool", "k1"))
			if got != "" || err == nil || failure.Of(err).Kind != failure.Network {
				t.Errorf("got %q, %v", got, err)
			}
		})
	}
}

func TestKeysThatDoNotCount(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]map[string]string{
		"for encryption": {"use": "enc"}, "another algorithm": {"alg": "RS512"}, "another type": {"kty": "EC"},
		"short": {"n": "AQAB"}, "huge": {"n": strings.Repeat("AQAB", 1000)}, "even": {"e": "AQ"}, "no text": {"n": "%%%"}, "no id": {"kid": ""},
	} {
		home := newIssuer(t)
		for member, value := range change {
			home.set[0][member] = value
		}
		checker := home.checker(t)
		got, err := checker.Check(t.Context(), token(t, jwt.SigningMethodRS256, home.key, home.URL+"/pool", "k1"))
		if got != UnknownKey || err != nil {
			t.Errorf("%s: got %q, %v", name, got, err)
		}
	}
}

func TestNoToken(t *testing.T) {
	t.Parallel()
	_, err := (&Checker{}).Check(t.Context(), "opaque-SeCrEt")
	if failure.Of(err).Kind != failure.Credentials || strings.Contains(err.Error(), "SeCrEt") {
		t.Errorf("got %v", err)
	}
}

// TestNamedMockOnly checks that a loopback server is trusted only if the user named
// it.
func TestNamedMockOnly(t *testing.T) {
	t.Parallel()
	home := newIssuer(t)
	checker := home.checker(t)
	checker.Mock = nil
	got, err := checker.Check(t.Context(), token(t, jwt.SigningMethodRS256, home.key, home.URL+"/pool", "k1"))
	if got != UnknownIssuer || err != nil || home.heard.Len() > 0 {
		t.Errorf("got %q, %v, heard %s", got, err, home.heard.String())
	}
}

func TestCognitoPool(t *testing.T) {
	t.Parallel()
	if got := byPool("https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_Ab12"); got != "signed by Cognito pool eu-central-1_Ab12, which epilot does not vouch for" {
		t.Errorf("got %q", got)
	}
}

// TestAnyMock: the mock that the user named has the keys of the issuer that all mocks
// share, and of its own other names; nothing is sent to the issuer.
func TestAnyMock(t *testing.T) {
	t.Parallel()
	home, shared := newIssuer(t), newIssuer(t)
	home.name = "http://127.0.0.1:4010/pool"
	local := strings.Replace(home.URL, "127.0.0.1", "localhost", 1)
	withUser := strings.Replace(shared.URL, "://", "://me@", 1)
	for issuer, want := range map[string]Verdict{
		shared.URL + "/pool":          Verified,
		local + "/pool":               Verified,
		shared.URL + "/x/../pool":     UnknownIssuer,
		shared.URL + "/pool?":         UnknownIssuer,
		"http://127.0.0.1:1/pool":     UnknownIssuer,
		"http://evil.example:80/pool": UnknownIssuer,
		"https://" + shared.URL[7:]:   UnknownIssuer,
		withUser + "/pool":            UnknownIssuer,
	} {
		checker := home.checker(t)
		checker.AnyMock = shared.URL
		if got, err := checker.Check(t.Context(), token(t, jwt.SigningMethodRS256, home.key, issuer, "k1")); got != want || err != nil {
			t.Errorf("%s: got %q, %v, want %q", issuer, got, err, want)
		}
		checker.Mock.Host = "api.example.com"
		if got, _ := checker.Check(t.Context(), token(t, jwt.SigningMethodRS256, home.key, issuer, "k1")); got != UnknownIssuer {
			t.Errorf("%s with a mock that is not on loopback: got %q", issuer, got)
		}
	}
	if shared.heard.Len() > 0 {
		t.Errorf("the issuer was contacted: %s", shared.heard.String())
	}
}
