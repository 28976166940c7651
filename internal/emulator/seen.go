package emulator

import (
	"bytes"
	"encoding/json"
	"sync"

	bolt "go.etcd.io/bbolt"
)

// seen remembers what costs most about a token: its signature. That the key
// still stands and the token too is looked up in the state each time. The zero
// value is ready for use.
type seen struct {
	mu     sync.Mutex
	tokens map[string]signed // by the token's text
	pairs  map[purpose]storedPair
}

// signed is what a token with a valid signature states.
type signed struct{ kid, tokenID string }

// storedPair is a key pair and the text that it was decoded from.
type storedPair struct {
	text []byte
	pair *keyPair
}

// maxSeen bounds the tokens that are remembered; then all are forgotten.
const maxSeen = 1024

func (s *seen) token(bearer string) (signed, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	stated, known := s.tokens[bearer]
	return stated, known
}

func (s *seen) remember(bearer string, stated signed) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.tokens == nil || len(s.tokens) >= maxSeen {
		s.tokens = map[string]signed{}
	}
	s.tokens[bearer] = stated
}

// decode is the key pair of a text, decoded when it is a new one.
func (s *seen) decode(use purpose, text []byte) (*keyPair, error) {
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
func (t *tokens) pairByID(tx *bolt.Tx, kid string) (*keyPair, error) {
	b := tx.Bucket([]byte(keyBucket))
	if b == nil {
		return nil, nil
	}
	for _, use := range purposes() {
		text := b.Get([]byte(use))
		if text == nil {
			continue
		}
		pair, err := t.seen.decode(use, text)
		if err != nil {
			return nil, t.store.damaged(err)
		}
		if pair.ID == kid {
			return pair, nil
		}
	}
	return nil, nil
}
