package emulator

import (
	"context"
	"errors"
	"time"

	"github.com/golang-jwt/jwt/v5"
	bolt "go.etcd.io/bbolt"
)

// organization owns every token of the emulator; "123:owner" is a role of it.
const organization = "123"

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
func (t *tokens) sign(tx *bolt.Tx, r *record) (string, error) {
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

func (t *tokens) claims(r *record, use purpose) claims {
	c := claims{
		TokenID: r.Item.ID, TokenName: r.Item.Name, TokenType: r.Item.TokenType, OrgID: organization,
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

// accept lets a bearer token pass, or is a 401 that says why not. The issuer
// is not compared: emulators on several ports share one state file, and with
// it their keys.
func (t *tokens) accept(ctx context.Context, bearer string) error {
	stated, known := t.seen.token(bearer)
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
		if err := t.verify(bearer, pair); err != nil {
			return err
		}
		t.seen.remember(bearer, stated)
	}
	switch {
	case r == nil:
		return unauthorized("the bearer token has been revoked")
	case !r.Expires.IsZero() && !t.now().Before(r.Expires):
		return unauthorized("the bearer token has expired")
	}
	return t.noteUse(ctx, r)
}

// read is what a token says of itself; nothing of it is verified.
func read(bearer string) (signed, error) {
	var stated claims
	unverified, _, err := jwt.NewParser().ParseUnverified(bearer, &stated)
	if err != nil {
		return signed{}, unauthorized("the bearer token is not a JWT")
	}
	kid, _ := unverified.Header["kid"].(string)
	return signed{kid: kid, tokenID: stated.TokenID}, nil
}

// lookUp reads the key pair and the record that a token names; each is nil
// where there is none.
func (t *tokens) lookUp(ctx context.Context, stated signed) (pair *keyPair, r *record, err error) {
	err = t.store.view(ctx, func(tx *bolt.Tx) (err error) {
		if pair, err = t.pairByID(tx, stated.kid); err != nil {
			return err
		}
		var known record
		found, err := t.store.get(tx, tokenBucket, stated.tokenID, &known)
		if found {
			r = &known
		}
		return err
	})
	return pair, r, err
}

// verify checks the signature. The record knows the expiry more exactly.
func (t *tokens) verify(bearer string, pair *keyPair) error {
	if pair == nil {
		return unauthorized("the bearer token was not signed by this emulator")
	}
	key, err := t.publicHalf(pair)
	if err != nil {
		return err
	}
	parser := jwt.NewParser(jwt.WithValidMethods([]string{"RS256"}), jwt.WithoutClaimsValidation())
	_, err = parser.Parse(bearer, func(*jwt.Token) (any, error) { return key, nil })
	if errors.Is(err, jwt.ErrTokenSignatureInvalid) {
		return unauthorized("the bearer token's signature is not valid")
	}
	if err != nil {
		return unauthorized("the bearer token is not valid")
	}
	return nil
}

// noteUse keeps the day of a token's last use, and so writes once a day. The
// emulator's own token is not listed: its use need not be known.
func (t *tokens) noteUse(ctx context.Context, r *record) error {
	today := t.now().UTC().Format("2006-01-02")
	if r.System || r.Item.LastUsed == today {
		return nil
	}
	return t.store.update(ctx, func(tx *bolt.Tx) error {
		var current record
		found, err := t.store.get(tx, tokenBucket, r.Item.ID, &current)
		if err != nil || !found {
			return err
		}
		current.Item.LastUsed = today
		return t.store.put(tx, tokenBucket, r.Item.ID, current)
	})
}
