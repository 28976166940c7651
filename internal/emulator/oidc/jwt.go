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

// claims are the API's own beside the registered ones of RFC 7519.
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

// sign makes the record's token (RFC 7515, RS256).
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
		// The claim has whole seconds: rounded down it would end before the token does.
		c.ExpiresAt = jwt.NewNumericDate(r.Expires.Add(time.Second - 1))
	}
	return c
}

// Verify lets a bearer token pass, or is a 401 that says why not; a 403 where
// the request writes and the token is read-only. The issuer
// is not compared: emulators on several ports share one state file, and with
// it their keys.
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

// read is what a token says of itself; nothing of it is verified.
func read(bearer string) (verifiedToken, error) {
	var stated claims
	unverified, _, err := jwt.NewParser().ParseUnverified(bearer, &stated)
	if err != nil {
		return verifiedToken{}, message.Unauthorized("the bearer token is not a JWT")
	}
	kid, _ := unverified.Header["kid"].(string)
	return verifiedToken{kid: kid, tokenID: stated.TokenID}, nil
}

// lookUp reads the key pair and the record that a token names; each is nil
// where there is none.
func (t *Tokens) lookUp(ctx context.Context, stated verifiedToken) (pair *keyPair, r *storedToken, err error) {
	err = t.store.View(ctx, func(tx *bolt.Tx) (err error) {
		if pair, err = t.pairByID(tx, stated.kid); err != nil {
			return err
		}
		var stored storedToken
		found, err := t.store.Get(tx, tokenBucket, stated.tokenID, &stored)
		if found {
			r = &stored
		}
		return err
	})
	return pair, r, err
}

// verifySignature checks the signature. The record knows the expiry more exactly.
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

// recordUse keeps the day of a token's last use, and so writes once a day. The
// emulator's own token is not listed: its use need not be known.
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

// signatureCache remembers what costs most about a token: its signature. That the key
// still stands and the token too is looked up in the state each time. The zero
// value is ready for use.
type signatureCache struct {
	mu     sync.Mutex
	tokens map[string]verifiedToken // by the token's text
	pairs  map[purpose]storedPair
}

// verifiedToken is what a token with a valid signature states.
type verifiedToken struct{ kid, tokenID string }

// storedPair is a key pair and the text that it was decoded from.
type storedPair struct {
	text []byte
	pair *keyPair
}

// maxSeen bounds the tokens that are remembered; then all are forgotten.
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

// decode is the key pair of a text, decoded when it is a new one.
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

// pairByID is the stored key pair of that id, nil where there is none.
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
