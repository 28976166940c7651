package emulator

import (
	"context"
	"io"
	"net/http"
	"slices"
	"time"

	bolt "go.etcd.io/bbolt"
)

// tokens is the access-token service.
type tokens struct {
	store  *store
	issuer string
	now    func() time.Time
	random io.Reader
	seen   seen
}

// services are the operations that have a behaviour of their own, by method
// and path template.
func (t *tokens) services() map[string]service {
	found := map[string]service{
		"POST /v1/access-tokens":        t.create,
		"GET /v1/access-tokens":         t.list,
		"DELETE /v1/access-tokens/{id}": t.revoke,
	}
	for _, use := range purposes() {
		found["GET "+issuerPath(use)+"/.well-known/jwks.json"] = t.keySet(use)
		found["GET "+issuerPath(use)+"/.well-known/openid-configuration"] = t.discovery(use)
	}
	return found
}

func (t *tokens) list(c *call) (*answer, error) {
	var all []record
	err := t.store.view(c.request.Context(), func(tx *bolt.Tx) (err error) {
		all, err = t.store.records(tx)
		return err
	})
	if err != nil {
		return nil, err
	}
	wanted := c.query["token_type"]
	items := []item{}
	for _, r := range all {
		if !r.System && (len(wanted) == 0 || slices.Contains(wanted, r.Item.TokenType)) {
			items = append(items, r.Item)
		}
	}
	return jsonAnswer(successStatus(c.op), items)
}

func (t *tokens) revoke(c *call) (*answer, error) {
	id := c.path["id"]
	r, err := t.take(c.request.Context(), id)
	if err != nil {
		return nil, err
	}
	if r != nil {
		return jsonAnswer(successStatus(c.op), r.Item)
	}
	// The documentation's sample calls name the id of its sample response.
	if sample := sampleAnswer(c.op); sampleID(sample) == id {
		return sample, nil
	}
	return nil, refuse(http.StatusNotFound, "no access token has the id %q", id)
}

// take removes a record and returns it, nil where there is none.
func (t *tokens) take(ctx context.Context, id string) (*record, error) {
	var taken *record
	err := t.store.update(ctx, func(tx *bolt.Tx) error {
		var r record
		found, err := t.store.get(tx, tokenBucket, id, &r)
		if err != nil || !found {
			return err
		}
		taken = &r
		return t.store.remove(tx, tokenBucket, id)
	})
	return taken, err
}
