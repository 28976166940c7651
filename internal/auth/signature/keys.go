package signature

import (
	"context"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"io"
	"math/big"
	"net/http"

	"github.com/epilot-cli/epilot/internal/failure"
	"github.com/epilot-cli/epilot/internal/transport"
)

// jwk is a key of RFC 7517, as far as RSA and RFC 7518, section 6.3.1 go.
type jwk struct {
	Type      string `json:"kty"`
	ID        string `json:"kid"`
	Use       string `json:"use"`
	Algorithm string `json:"alg"`
	Modulus   string `json:"n"`
	Exponent  string `json:"e"`
}

// keys returns the keys of a set that can verify RS256, by their ids.
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

// public is the RSA key, nil where the entry is not one for signatures of
// RS256 in a size that is safe and that can be computed with.
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
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
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
		return failure.New(failure.Network, "%s answered %d, and not with the issuer's keys", address, resp.StatusCode)
	}
	const most = 1 << 20
	text, err := io.ReadAll(io.LimitReader(resp.Body, most))
	if err != nil {
		return transport.Classify(err)
	}
	if err := json.Unmarshal(text, into); err != nil {
		return failure.New(failure.Network, "%s answered with something else than the issuer's keys", address)
	}
	return nil
}
