package oidc

import (
	"context"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"fmt"
	"math/big"

	bolt "go.etcd.io/bbolt"

	"github.com/epilot-cli/epilot/internal/emulator/message"
)

// purpose is what a key pair signs.
type purpose string

const (
	accessKey  purpose = "access" // api, assume and app tokens
	publicKey  purpose = "public" // journey and portal tokens, which are exposed in web pages
	previewKey purpose = "portal-preview"
	contactKey purpose = "contact-identification"
)

func purposes() []purpose { return []purpose{accessKey, publicKey, previewKey, contactKey} }

// purposeOf returns the purpose of the key that signs a type of token.
func purposeOf(tokenType string) purpose {
	switch tokenType {
	case "journey", "portal":
		return publicKey
	case "portal_preview":
		return previewKey
	case "contact_identification":
		return contactKey
	}
	return accessKey
}

const keyBits = 2048

// keyPair is an RSA key in the state file, PKCS #1 in DER. The public key is
// stored separately because it is faster to parse.
type keyPair struct {
	ID      string `json:"kid"`
	Private []byte `json:"private"`
	Public  []byte `json:"public"`
}

// pair returns the purpose's key pair, creating it on first use.
func (t *Tokens) pair(tx *bolt.Tx, use purpose) (*keyPair, error) {
	var pair keyPair
	found, err := t.store.Get(tx, keyBucket, string(use), &pair)
	if err != nil || found {
		return &pair, err
	}
	key, err := rsa.GenerateKey(t.random, keyBits)
	if err != nil {
		return nil, fmt.Errorf("making a key pair: %w", err)
	}
	pair = keyPair{
		ID:      thumbprint(&key.PublicKey),
		Private: x509.MarshalPKCS1PrivateKey(key),
		Public:  x509.MarshalPKCS1PublicKey(&key.PublicKey),
	}
	return &pair, t.store.Put(tx, keyBucket, string(use), pair)
}

func (t *Tokens) privateKey(pair *keyPair) (*rsa.PrivateKey, error) {
	key, err := x509.ParsePKCS1PrivateKey(pair.Private)
	if err != nil {
		return nil, t.store.Damaged(err)
	}
	return key, nil
}

func (t *Tokens) publicHalf(pair *keyPair) (*rsa.PublicKey, error) {
	key, err := x509.ParsePKCS1PublicKey(pair.Public)
	if err != nil {
		return nil, t.store.Damaged(err)
	}
	return key, nil
}

// jwk is an RSA public key in the form of RFC 7517 and RFC 7518, section 6.3.
type jwk struct {
	Algorithm string `json:"alg"`
	Exponent  string `json:"e"`
	ID        string `json:"kid"`
	Type      string `json:"kty"`
	Modulus   string `json:"n"`
	Use       string `json:"use"`
}

func newJWK(id string, key *rsa.PublicKey) jwk {
	return jwk{
		Algorithm: "RS256", Exponent: exponent(key), ID: id,
		Type: "RSA", Modulus: modulus(key), Use: "sig",
	}
}

// thumbprint is the SHA-256 thumbprint of RFC 7638, in padded base64.
func thumbprint(key *rsa.PublicKey) string {
	canonical := fmt.Sprintf(`{"e":%q,"kty":"RSA","n":%q}`, exponent(key), modulus(key))
	sum := sha256.Sum256([]byte(canonical))
	return base64.StdEncoding.EncodeToString(sum[:])
}

func exponent(key *rsa.PublicKey) string {
	return base64.RawURLEncoding.EncodeToString(big.NewInt(int64(key.E)).Bytes())
}

func modulus(key *rsa.PublicKey) string {
	return base64.RawURLEncoding.EncodeToString(key.N.Bytes())
}

// issuerPath is the path of a purpose's issuer: the part before "/.well-known/"
// in the URL of its discovery document (OpenID Connect Discovery 1.0, section 4).
func issuerPath(use purpose) string {
	if use == accessKey {
		return creationPath
	}
	return creationPath + "/" + string(use)
}

// keySet serves a purpose's JWK set.
func (t *Tokens) keySet(use purpose) message.Handler {
	return func(c *message.Request) (*message.Response, error) {
		pair, err := t.anyPair(c.HTTP.Context(), use)
		if err != nil {
			return nil, err
		}
		key, err := t.publicHalf(pair)
		if err != nil {
			return nil, err
		}
		set := struct {
			Keys []jwk `json:"keys"`
		}{[]jwk{newJWK(pair.ID, key)}}
		return message.JSON(message.SuccessStatus(c.Op), set)
	}
}

// anyPair reads the purpose's key pair, and writes only if it has to be created.
func (t *Tokens) anyPair(ctx context.Context, use purpose) (*keyPair, error) {
	var pair keyPair
	found := false
	err := t.store.View(ctx, func(tx *bolt.Tx) (err error) {
		found, err = t.store.Get(tx, keyBucket, string(use), &pair)
		return err
	})
	if err != nil || found {
		return &pair, err
	}
	var made *keyPair
	err = t.store.Update(ctx, func(tx *bolt.Tx) (err error) {
		made, err = t.pair(tx, use)
		return err
	})
	return made, err
}

// discovery serves a purpose's OpenID Connect configuration. The issuer is the
// "iss" of the tokens; the URL of the key set has the host that the client used,
// whatever the issuer is.
func (t *Tokens) discovery(use purpose) message.Handler {
	return func(c *message.Request) (*message.Response, error) {
		scheme := "http"
		if c.HTTP.TLS != nil {
			scheme = "https"
		}
		return message.JSON(message.SuccessStatus(c.Op), struct {
			Issuer string `json:"issuer"`
			Keys   string `json:"jwks_uri"`
		}{
			Issuer: t.issuer + issuerPath(use),
			Keys:   scheme + "://" + c.HTTP.Host + issuerPath(use) + "/.well-known/jwks.json",
		})
	}
}
