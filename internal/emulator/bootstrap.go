package emulator

import (
	"context"

	bolt "go.etcd.io/bbolt"
)

// bootstrapToken is the emulator's own token as the state file keeps it: made
// once, so that a command need not sign.
type bootstrapToken struct {
	ID     string `json:"id"`
	Issuer string `json:"issuer"`
	Token  string `json:"token"`
}

const bootstrapKey = "bootstrap"

func (t *tokens) bootstrap() (string, error) {
	ctx := context.Background()
	token := ""
	err := t.store.view(ctx, func(tx *bolt.Tx) (err error) {
		token, err = t.standing(tx)
		return err
	})
	if err != nil || token != "" {
		return token, err
	}
	err = t.store.update(ctx, func(tx *bolt.Tx) (err error) {
		if token, err = t.standing(tx); err != nil || token != "" {
			return err // another process was quicker
		}
		token, err = t.introduce(tx)
		return err
	})
	return token, err
}

// standing is the token that is there: of this issuer, and not revoked. Else "".
func (t *tokens) standing(tx *bolt.Tx) (string, error) {
	var known bootstrapToken
	found, err := t.store.get(tx, systemBucket, bootstrapKey, &known)
	if err != nil || !found || known.Issuer != t.issuer {
		return "", err
	}
	found, err = t.store.get(tx, tokenBucket, known.ID, &record{})
	if err != nil || !found {
		return "", err
	}
	return known.Token, nil
}

// introduce makes and keeps a bootstrap token.
func (t *tokens) introduce(tx *bolt.Tx) (string, error) {
	r, err := t.blank("local epilot", "api", t.now().UTC())
	if err != nil {
		return "", err
	}
	r.System = true
	r.Item.Assignments = []string{organization + ":owner"}
	token, err := t.issue(tx, r)
	if err != nil {
		return "", err
	}
	return token, t.store.put(tx, systemBucket, bootstrapKey, bootstrapToken{r.Item.ID, t.issuer, token})
}
