package emulator

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"sync"
	"testing"

	bolt "go.etcd.io/bbolt"
)

// A write that fails takes none of those with it that are committed together.
func TestWritesTogether(t *testing.T) {
	t.Parallel()
	s := &store{path: filepath.Join(t.TempDir(), "state")}
	t.Cleanup(s.close)
	refused := errors.New("refused")
	var group sync.WaitGroup
	for i := range 200 {
		group.Go(func() {
			err := s.update(t.Context(), func(tx *bolt.Tx) error {
				if err := s.put(tx, "numbers", fmt.Sprint(i), i); err != nil {
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
	err := s.view(t.Context(), func(tx *bolt.Tx) error {
		for i := range 200 {
			found, err := s.get(tx, "numbers", fmt.Sprint(i), new(int))
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

// While one store is never idle, another one has its turn, as another process
// would: each opens the file on its own.
func TestEachHasItsTurn(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "state")
	busy, other := &store{path: path}, &store{path: path}
	t.Cleanup(busy.close)
	t.Cleanup(other.close)
	ctx, cancel := context.WithCancel(t.Context())
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			for ctx.Err() == nil {
				if err := busy.update(t.Context(), func(tx *bolt.Tx) error { return busy.put(tx, "a", "b", 1) }); err != nil {
					t.Error(err)
				}
			}
		})
	}
	for i := range 3 {
		if err := other.update(t.Context(), func(tx *bolt.Tx) error { return other.put(tx, "c", fmt.Sprint(i), i) }); err != nil {
			t.Error(err)
		}
	}
	cancel()
	group.Wait()
}

// A write that waits for the file goes away with its request.
func TestWithdrawnWrite(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "state")
	holder, err := bolt.Open(path, 0o600, nil)
	if err != nil {
		t.Fatal(err)
	}
	s := &store{path: path}
	t.Cleanup(s.close)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := s.update(ctx, func(*bolt.Tx) error { t.Error("it was written"); return nil }); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	if err := holder.Close(); err != nil {
		t.Fatal(err)
	}
	if err := s.update(t.Context(), func(tx *bolt.Tx) error { return s.put(tx, "a", "b", 1) }); err != nil {
		t.Error(err)
	}
}
