package emulator

import (
	"context"

	bolt "go.etcd.io/bbolt"
)

// issuerPath is where the issuer of a purpose's tokens stands: the path before
// "/.well-known/" in its discovery document (OpenID Connect Discovery 1.0,
// section 4).
func issuerPath(use purpose) string {
	if use == accessKey {
		return "/v1/access-tokens"
	}
	return "/v1/access-tokens/" + string(use)
}

// keySet serves a purpose's JWK set.
func (t *tokens) keySet(use purpose) service {
	return func(c *call) (*answer, error) {
		pair, err := t.anyPair(c.request.Context(), use)
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
		return jsonAnswer(successStatus(c.op), set)
	}
}

// anyPair reads the purpose's key pair, and writes only where it has to be made.
func (t *tokens) anyPair(ctx context.Context, use purpose) (*keyPair, error) {
	var pair keyPair
	found := false
	err := t.store.view(ctx, func(tx *bolt.Tx) (err error) {
		found, err = t.store.get(tx, keyBucket, string(use), &pair)
		return err
	})
	if err != nil || found {
		return &pair, err
	}
	var made *keyPair
	err = t.store.update(ctx, func(tx *bolt.Tx) (err error) {
		made, err = t.pair(tx, use)
		return err
	})
	return made, err
}

// discovery serves a purpose's OpenID Connect configuration. The issuer is the
// "iss" of the tokens; the key set's address is on the host that the client
// has reached, whatever the issuer is called.
func (t *tokens) discovery(use purpose) service {
	return func(c *call) (*answer, error) {
		scheme := "http"
		if c.request.TLS != nil {
			scheme = "https"
		}
		return jsonAnswer(successStatus(c.op), struct {
			Issuer string `json:"issuer"`
			Keys   string `json:"jwks_uri"`
		}{
			Issuer: t.issuer + issuerPath(use),
			Keys:   scheme + "://" + c.request.Host + issuerPath(use) + "/.well-known/jwks.json",
		})
	}
}
