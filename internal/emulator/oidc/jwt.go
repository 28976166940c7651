package oidc

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"sync"
	"time"

	"github.com/golang-jwt/jwt/v5"
	bolt "go.etcd.io/bbolt"

	"github.com/epilot-cli/epilot/internal/emulator/message"
	"github.com/epilot-cli/epilot/internal/emulator/sample"
)

// claims contains the API's own claims and the registered ones of RFC 7519.
type claims struct {
	TokenID     string   `json:"token_id"`
	TokenName   string   `json:"token_name"`
	TokenType   string   `json:"token_type"`
	OrgID       string   `json:"org_id"`
	JourneyID   string   `json:"journey_id,omitempty"`
	PortalID    string   `json:"portal_id,omitempty"`
	AssumeRoles []string `json:"assume_roles,omitempty"`
	jwt.RegisteredClaims
}

// sign creates the record's token (RFC 7515, RS256).
func (t *Tokens) sign(tx *bolt.Tx, r *storedToken) (string, error) {
	use := purposeOf(r.Item.TokenType)
	pair, err := t.pair(tx, use)
	if err != nil {
		return "", err
	}
	key, err := t.privateKey(pair)
	if err != nil {
		return "", err
	}
	token := jwt.NewWithClaims(jwt.SigningMethodRS256, t.claims(r, use))
	token.Header["kid"] = pair.ID
	return token.SignedString(key)
}

func (t *Tokens) claims(r *storedToken, use purpose) claims {
	c := claims{
		TokenID: r.Item.ID, TokenName: r.Item.Name, TokenType: r.Item.TokenType, OrgID: sample.Organization,
		JourneyID: r.Item.JourneyID, PortalID: r.Item.PortalID, AssumeRoles: r.Item.Assignments,
	}
	c.Issuer = t.issuer + issuerPath(use)
	c.IssuedAt = jwt.NewNumericDate(t.now())
	if !r.Expires.IsZero() {
		// The claim is in seconds: rounded down, it would end before the token does.
		c.ExpiresAt = jwt.NewNumericDate(r.Expires.Add(time.Second - 1))
	}
	return c
}

// Verify returns nil for a valid bearer token, a 401 with the reason otherwise,
// and a 403 if the request writes and the token is read-only. It does not compare
// the issuer: emulators on several ports share one state file and its keys.
func (t *Tokens) Verify(ctx context.Context, bearer string, writes bool) error {
	stated, known := t.signatures.token(bearer)
	if !known {
		var err error
		if stated, err = read(bearer); err != nil {
			return err
		}
	}
	pair, r, err := t.lookUp(ctx, stated)
	if err != nil {
		return err
	}
	if !known || pair == nil {
		if err := t.verifySignature(bearer, pair); err != nil {
			return err
		}
		t.signatures.remember(bearer, stated)
	}
	switch {
	case r == nil:
		return message.Unauthorized("the bearer token has been revoked")
	case !r.Expires.IsZero() && !t.now().Before(r.Expires):
		return message.Unauthorized("the bearer token has expired")
	case writes && r.Item.ReadOnly:
		return message.Refuse(http.StatusForbidden, "the bearer token is read-only")
	}
	return t.recordUse(ctx, r)
}

// read returns the claims of a token without verifying them.
func read(bearer string) (verifiedToken, error) {
	var stated claims
	unverified, _, err := jwt.NewParser().ParseUnverified(bearer, &stated)
	if err != nil {
		return verifiedToken{}, message.Unauthorized("the bearer token is not a JWT")
	}
	kid, _ := unverified.Header["kid"].(string)
	return verifiedToken{kid: kid, tokenID: stated.TokenID}, nil
}

// lookUp returns the key pair and the record that a token refers to; each is nil
// if it does not exist.
func (t *Tokens) lookUp(ctx context.Context, stated verifiedToken) (pair *keyPair, r *storedToken, err error) {
	err = t.store.View(ctx, func(tx *bolt.Tx) (err error) {
		if pair, err = t.pairByID(tx, stated.kid); err != nil {
			return err
		}
		r, err = t.record(tx, stated.tokenID)
		return err
	})
	return pair, r, err
}

// record returns the stored token with the id, or nil.
func (t *Tokens) record(tx *bolt.Tx, id string) (*storedToken, error) {
	b := tx.Bucket([]byte(tokenBucket))
	if b == nil {
		return nil, nil
	}
	text := b.Get([]byte(id))
	if text == nil {
		return nil, nil
	}
	r, err := t.signatures.record(id, text)
	if err != nil {
		return nil, t.store.Damaged(err)
	}
	return r, nil
}

// verifySignature checks the signature only. The record has the exact expiry.
func (t *Tokens) verifySignature(bearer string, pair *keyPair) error {
	if pair == nil {
		return message.Unauthorized("the bearer token was not signed by this emulator")
	}
	key, err := t.publicHalf(pair)
	if err != nil {
		return err
	}
	parser := jwt.NewParser(jwt.WithValidMethods([]string{"RS256"}), jwt.WithoutClaimsValidation())
	_, err = parser.Parse(bearer, func(*jwt.Token) (any, error) { return key, nil })
	if errors.Is(err, jwt.ErrTokenSignatureInvalid) {
		return message.Unauthorized("the bearer token's signature is not valid")
	}
	if err != nil {
		return message.Unauthorized("the bearer token is not valid")
	}
	return nil
}

// recordUse stores the day of a token's last use, so it writes once a day. The
// emulator's own token is skipped, as it is never listed.
func (t *Tokens) recordUse(ctx context.Context, r *storedToken) error {
	today := t.now().UTC().Format("2006-01-02")
	if r.System || r.Item.LastUsed == today {
		return nil
	}
	return t.store.Update(ctx, func(tx *bolt.Tx) error {
		var current storedToken
		found, err := t.store.Get(tx, tokenBucket, r.Item.ID, &current)
		if err != nil || !found {
			return err
		}
		current.Item.LastUsed = today
		return t.store.Put(tx, tokenBucket, r.Item.ID, current)
	})
}

// signatureCache caches the costliest check of a token, its signature, and the
// decoded records. Whether the key and the token still exist is looked up in the
// state each time. The zero value is ready for use.
type signatureCache struct {
	mu      sync.Mutex
	tokens  map[string]verifiedToken // by encoded token
	pairs   map[purpose]storedPair
	records map[string]storedRecord // by token id
}

// storedRecord is a record with its encoded form.
type storedRecord struct {
	text   []byte
	record *storedToken // shared: read-only
}

// verifiedToken identifies a token with a valid signature.
type verifiedToken struct{ kid, tokenID string }

// storedPair is a key pair with its encoded form.
type storedPair struct {
	text []byte
	pair *keyPair
}

// maxSeen is the maximum number of cached tokens; the cache is cleared when it is full.
const maxSeen = 1024

func (s *signatureCache) token(bearer string) (verifiedToken, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	stated, known := s.tokens[bearer]
	return stated, known
}

func (s *signatureCache) remember(bearer string, stated verifiedToken) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.tokens == nil || len(s.tokens) >= maxSeen {
		s.tokens = map[string]verifiedToken{}
	}
	s.tokens[bearer] = stated
}

// decode decodes a key pair, unless the cached one has the same text.
func (s *signatureCache) decode(use purpose, text []byte) (*keyPair, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if known, ok := s.pairs[use]; ok && bytes.Equal(known.text, text) {
		return known.pair, nil
	}
	var pair keyPair
	if err := json.Unmarshal(text, &pair); err != nil {
		return nil, err
	}
	if s.pairs == nil {
		s.pairs = map[purpose]storedPair{}
	}
	s.pairs[use] = storedPair{bytes.Clone(text), &pair}
	return &pair, nil
}

// record decodes a record, unless the cached one has the same text.
func (s *signatureCache) record(id string, text []byte) (*storedToken, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if known, ok := s.records[id]; ok && bytes.Equal(known.text, text) {
		return known.record, nil
	}
	var record storedToken
	if err := json.Unmarshal(text, &record); err != nil {
		return nil, err
	}
	if s.records == nil || len(s.records) >= maxSeen {
		s.records = map[string]storedRecord{}
	}
	s.records[id] = storedRecord{bytes.Clone(text), &record}
	return &record, nil
}

// pairByID returns the stored key pair with the id, or nil.
func (t *Tokens) pairByID(tx *bolt.Tx, kid string) (*keyPair, error) {
	b := tx.Bucket([]byte(keyBucket))
	if b == nil {
		return nil, nil
	}
	for _, use := range purposes() {
		text := b.Get([]byte(use))
		if text == nil {
			continue
		}
		pair, err := t.signatures.decode(use, text)
		if err != nil {
			return nil, t.store.Damaged(err)
		}
		if pair.ID == kid {
			return pair, nil
		}
	}
	return nil, nil
}
