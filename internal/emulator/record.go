package emulator

import (
	"encoding/json"
	"slices"
	"time"

	bolt "go.etcd.io/bbolt"
)

// item is a token as the API shows it. The members stand in the API's order.
type item struct {
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

// record is a token as the state file keeps it.
type record struct {
	Item     item      `json:"item"`
	Expires  time.Time `json:"expires,omitzero"` // zero: never
	Sequence uint64    `json:"sequence"`         // the order of creation
	System   bool      `json:"system,omitempty"` // left out of the list
}

// The state file's buckets. Their values are JSON.
const (
	tokenBucket  = "tokens" // token id → record
	keyBucket    = "keys"   // purpose → keyPair
	systemBucket = "system" // bootstrapKey → bootstrapToken
)

// get reads a value and reports whether there is one.
func (s *store) get(tx *bolt.Tx, bucket, key string, into any) (bool, error) {
	b := tx.Bucket([]byte(bucket))
	if b == nil {
		return false, nil
	}
	text := b.Get([]byte(key))
	if text == nil {
		return false, nil
	}
	if err := json.Unmarshal(text, into); err != nil {
		return false, s.damaged(err)
	}
	return true, nil
}

func (s *store) put(tx *bolt.Tx, bucket, key string, value any) error {
	b, err := tx.CreateBucketIfNotExists([]byte(bucket))
	if err != nil {
		return err
	}
	text, err := json.Marshal(value)
	if err != nil {
		return err
	}
	return b.Put([]byte(key), text)
}

func (s *store) remove(tx *bolt.Tx, bucket, key string) error {
	b := tx.Bucket([]byte(bucket))
	if b == nil {
		return nil
	}
	return b.Delete([]byte(key))
}

// add keeps a new token and gives it its place in the order of creation.
func (s *store) add(tx *bolt.Tx, r *record) error {
	b, err := tx.CreateBucketIfNotExists([]byte(tokenBucket))
	if err != nil {
		return err
	}
	if r.Sequence, err = b.NextSequence(); err != nil {
		return err
	}
	return s.put(tx, tokenBucket, r.Item.ID, r)
}

// records are all tokens in the order of creation.
func (s *store) records(tx *bolt.Tx) ([]record, error) {
	b := tx.Bucket([]byte(tokenBucket))
	if b == nil {
		return nil, nil
	}
	var all []record
	err := b.ForEach(func(_, text []byte) error {
		var r record
		if err := json.Unmarshal(text, &r); err != nil {
			return s.damaged(err)
		}
		all = append(all, r)
		return nil
	})
	slices.SortFunc(all, func(a, b record) int {
		if a.Sequence < b.Sequence {
			return -1
		}
		return 1
	})
	return all, err
}
