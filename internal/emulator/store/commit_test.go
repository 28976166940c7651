package store

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"sync"
	"testing"

	bolt "go.etcd.io/bbolt"
)

// TestWritesTogether: a failing write does not fail the others in its batch.
func TestWritesTogether(t *testing.T) {
	t.Parallel()
	s := &Store{path: filepath.Join(t.TempDir(), "state")}
	t.Cleanup(s.Close)
	refused := errors.New("refused")
	var group sync.WaitGroup
	for i := range 200 {
		group.Go(func() {
			err := s.Update(t.Context(), func(tx *bolt.Tx) error {
				if err := s.Put(tx, "numbers", fmt.Sprint(i), i); err != nil {
					return err
				}
				if i%10 == 3 {
					return refused
				}
				return nil
			})
			if wanted := i%10 == 3; errors.Is(err, refused) != wanted || !wanted && err != nil {
				t.Errorf("%d: %v", i, err)
			}
		})
	}
	group.Wait()
	err := s.View(t.Context(), func(tx *bolt.Tx) error {
		for i := range 200 {
			found, err := s.Get(tx, "numbers", fmt.Sprint(i), new(int))
			if err != nil || found != (i%10 != 3) {
				t.Errorf("%d is there: %v %v", i, found, err)
			}
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

// TestEachHasItsTurn: a busy store lets another one in. Two stores act like two
// processes, as each opens the file separately.
func TestEachHasItsTurn(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "state")
	busy, other := &Store{path: path}, &Store{path: path}
	t.Cleanup(busy.Close)
	t.Cleanup(other.Close)
	ctx, cancel := context.WithCancel(t.Context())
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			for ctx.Err() == nil {
				if err := busy.Update(t.Context(), func(tx *bolt.Tx) error { return busy.Put(tx, "a", "b", 1) }); err != nil {
					t.Error(err)
				}
			}
		})
	}
	for i := range 3 {
		if err := other.Update(t.Context(), func(tx *bolt.Tx) error { return other.Put(tx, "c", fmt.Sprint(i), i) }); err != nil {
			t.Error(err)
		}
	}
	cancel()
	group.Wait()
}

// TestWithdrawnWrite: a write that waits for the file ends with its request.
func TestWithdrawnWrite(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "state")
	holder, err := bolt.Open(path, 0o600, nil)
	if err != nil {
		t.Fatal(err)
	}
	s := &Store{path: path}
	t.Cleanup(s.Close)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := s.Update(ctx, func(*bolt.Tx) error { t.Error("it was written"); return nil }); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	if err := holder.Close(); err != nil {
		t.Fatal(err)
	}
	if err := s.Update(t.Context(), func(tx *bolt.Tx) error { return s.Put(tx, "a", "b", 1) }); err != nil {
		t.Error(err)
	}
}
