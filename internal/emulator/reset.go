package emulator

import (
	"context"
	"errors"

	bolt "go.etcd.io/bbolt"
	bolterrors "go.etcd.io/bbolt/errors"
)

// Reset forgets all things and, unless they are kept, all tokens. The keys that
// sign tokens stay: none is valid by its signature alone. An emulator that runs
// on the same state goes on with what is left. Errors are of kind File.
func (e *Emulator) Reset(ctx context.Context, keepTokens bool) error {
	buckets := []string{resourceBucket}
	if !keepTokens {
		buckets = append(buckets, tokenBucket, systemBucket)
	}
	return e.tokens.store.update(ctx, func(tx *bolt.Tx) error {
		for _, bucket := range buckets {
			if err := tx.DeleteBucket([]byte(bucket)); err != nil && !errors.Is(err, bolterrors.ErrBucketNotFound) {
				return err
			}
		}
		return nil
	})
}

// Ready makes sure that the state file can be used, and makes it where there is
// none: without it, the first request that needs the state finds out. Errors
// are of kind File.
func (e *Emulator) Ready(ctx context.Context) error { return e.tokens.store.ready(ctx) }

// Close lets go of the state file. What comes afterwards opens it again.
func (e *Emulator) Close() { e.tokens.store.close() }
