// Package oidc issues, lists, verifies and revokes access tokens, and publishes
// the keys that sign them (OpenID Connect Discovery 1.0).
package oidc

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"time"

	bolt "go.etcd.io/bbolt"

	"github.com/epilot-cli/epilot/internal/emulator/message"
	"github.com/epilot-cli/epilot/internal/emulator/object"
)

// tokenItem is a token in API responses. The fields are in the API's order.
type tokenItem struct {
	ID                string   `json:"id"`
	CreatedAt         string   `json:"created_at"`
	Name              string   `json:"name"`
	TokenType         string   `json:"token_type"`
	JourneyID         string   `json:"journey_id,omitempty"`
	PortalID          string   `json:"portal_id,omitempty"`
	PortalUserID      string   `json:"portal_user_id,omitempty"`
	ContactID         string   `json:"contact_id,omitempty"`
	AllowedOperations []string `json:"allowed_operations,omitzero"`
	Assignments       []string `json:"assignments,omitzero"`
	ReadOnly          bool     `json:"read_only,omitempty"`
	Anonymize         bool     `json:"anonymize,omitempty"`
	LastUsed          string   `json:"last_used,omitempty"`
	ExpiresAt         string   `json:"expires_at,omitempty"`
}

// storedToken is a token in the state file.
type storedToken struct {
	Item     tokenItem `json:"item"`
	Expires  time.Time `json:"expires,omitzero"` // zero: never
	Sequence uint64    `json:"sequence"`         // creation order
	System   bool      `json:"system,omitempty"` // omitted from the list
}

// The state file's buckets. Their values are JSON.
const (
	tokenBucket  = "tokens" // token id → record
	keyBucket    = "keys"   // purpose → keyPair
	systemBucket = "system" // bootstrapKey → bootstrapToken
)

// add stores a new token with the next creation number.
func (t *Tokens) add(tx *bolt.Tx, r *storedToken) error {
	b, err := tx.CreateBucketIfNotExists([]byte(tokenBucket))
	if err != nil {
		return err
	}
	if r.Sequence, err = b.NextSequence(); err != nil {
		return err
	}
	return t.store.Put(tx, tokenBucket, r.Item.ID, r)
}

// records returns all tokens in creation order.
func (t *Tokens) records(tx *bolt.Tx) ([]storedToken, error) {
	b := tx.Bucket([]byte(tokenBucket))
	if b == nil {
		return nil, nil
	}
	var all []storedToken
	err := b.ForEach(func(_, text []byte) error {
		var r storedToken
		if err := json.Unmarshal(text, &r); err != nil {
			return t.store.Damaged(err)
		}
		all = append(all, r)
		return nil
	})
	slices.SortFunc(all, func(a, b storedToken) int {
		if a.Sequence < b.Sequence {
			return -1
		}
		return 1
	})
	return all, err
}

// TokenBuckets returns the buckets that contain tokens; the keys are not among them.
func TokenBuckets() []string { return []string{tokenBucket, systemBucket} }

// createdToken is the response of token creation, the only one that contains the token.
type createdToken struct {
	Token string `json:"token"`
	tokenItem
}

func (t *Tokens) create(c *message.Request) (*message.Response, error) {
	r, err := t.newRecord(c.Body)
	if err != nil {
		return nil, err
	}
	var token string
	err = t.store.Update(c.HTTP.Context(), func(tx *bolt.Tx) error {
		token, err = t.issue(tx, r)
		return err
	})
	if err != nil {
		return nil, err
	}
	return message.JSON(message.SuccessStatus(c.Op), createdToken{Token: token, tokenItem: r.Item})
}

// issue signs a token for the record and stores the record.
func (t *Tokens) issue(tx *bolt.Tx, r *storedToken) (string, error) {
	token, err := t.sign(tx, r)
	if err != nil {
		return "", err
	}
	return token, t.add(tx, r)
}

// newRecord creates a record from a validated body.
func (t *Tokens) newRecord(body any) (*storedToken, error) {
	params, _ := body.(map[string]any)
	if object.StringOf(params, "name") == "" {
		return nil, message.Refuse(http.StatusBadRequest, `body: "name" is required`)
	}
	now := t.now().UTC()
	r, err := t.newStoredToken(object.StringOf(params, "name"), object.StringOf(params, "token_type"), now)
	if err != nil {
		return nil, err
	}
	r.Item.setParams(params)
	if period, present := params["expires_in"]; present {
		lifetime, err := parseLifetime(period)
		if err != nil {
			return nil, message.Refuse(http.StatusBadRequest, "body: $.expires_in: %s", err)
		}
		r.Expires = now.Add(lifetime)
		r.Item.ExpiresAt = r.Expires.Format(message.TimeFormat)
	}
	return r, nil
}

// setParams sets the token's fields from the body.
func (i *tokenItem) setParams(params map[string]any) {
	i.JourneyID, i.PortalID = object.StringOf(params, "journey_id"), object.StringOf(params, "portal_id")
	i.PortalUserID, i.ContactID = object.StringOf(params, "portal_user_id"), object.StringOf(params, "contact_id")
	i.AllowedOperations, i.Assignments = object.StringsOf(params, "allowed_operations"), object.StringsOf(params, "assignments")
	i.ReadOnly, i.Anonymize = params["read_only"] == true, params["anonymize"] == true
}

// newStoredToken returns a record with a new id; the default type is "api".
func (t *Tokens) newStoredToken(name, tokenType string, now time.Time) (*storedToken, error) {
	id, err := newTokenID(t.random)
	if err != nil {
		return nil, err
	}
	if tokenType == "" {
		tokenType = "api"
	}
	return &storedToken{Item: tokenItem{
		ID: id, CreatedAt: now.Format(message.TimeFormat), Name: name, TokenType: tokenType,
	}}, nil
}

const (
	idPrefix   = "api_"
	idLength   = 21
	idAlphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
)

// newTokenID returns a token id: "api_" and 21 random letters and digits, 125 bits.
func newTokenID(random io.Reader) (string, error) {
	const fair = 256 - 256%len(idAlphabet) // larger bytes would favour the first letters
	id := make([]byte, 0, idLength)
	var bytes [2 * idLength]byte
	for len(id) < idLength {
		if _, err := io.ReadFull(random, bytes[:]); err != nil {
			return "", fmt.Errorf("making a token id: %w", err)
		}
		for _, b := range bytes {
			if int(b) < fair && len(id) < idLength {
				id = append(id, idAlphabet[int(b)%len(idAlphabet)])
			}
		}
	}
	return idPrefix + string(id), nil
}
