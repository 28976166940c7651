package store

import (
	"context"
	"os"
	"time"

	bolt "go.etcd.io/bbolt"
)

// lease is the open file. The transactions of this process share it, because
// opening it for each would cost more than the transaction.
type lease struct {
	db       *bolt.DB
	file     *os.File
	readOnly bool
	removed  chan struct{} // closed when the file is

	// Guarded by the store's mutex:
	users   int
	used    bool // since the last tick
	ticks   int
	closing bool // rejects new users
	ended   bool
}

const (
	tick            = 5 * time.Millisecond // a lease unused for this long is released
	maxTicks        = 20                   // and any lease after this many
	pauseAfterLease = 6 * time.Millisecond // then the file is left to others for this long
)

// acquire returns a lease, which the caller must release. A read-only lease ends
// for the first writer.
func (s *Store) acquire(ctx context.Context, write bool) (*lease, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if write {
		s.writers++
		defer func() { s.writers-- }()
	}
	for {
		l := s.held
		if l != nil && !l.closing && !(write && l.readOnly) {
			l.users++
			l.used = true
			return l, nil
		}
		if l == nil && s.opening == nil {
			return s.openLease(ctx)
		}
		if err := s.await(ctx, l); err != nil {
			return nil, err
		}
	}
}

// await retires the lease, if any, and waits for its end, or for the goroutine
// that opens the file. It unlocks the mutex meanwhile.
func (s *Store) await(ctx context.Context, l *lease) error {
	changed := s.opening
	if l != nil {
		changed = l.removed
		s.retire(l)
	}
	s.mu.Unlock()
	defer s.mu.Lock()
	select {
	case <-changed:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// openLease opens the file, for writing if a writer waits.
func (s *Store) openLease(ctx context.Context) (*lease, error) {
	opening, readOnly, rested := make(chan struct{}), s.writers == 0, s.yielded
	s.opening = opening
	s.mu.Unlock()
	if rested {
		<-time.After(pauseAfterLease)
	}
	l, err := s.open(ctx, readOnly)
	s.mu.Lock()
	s.opening, s.yielded = nil, false
	close(opening)
	if err != nil {
		return nil, err
	}
	l.users, l.used = 1, true
	s.held = l
	time.AfterFunc(tick, func() { s.tick(l) })
	return l, nil
}

func (s *Store) release(l *lease) {
	s.mu.Lock()
	defer s.mu.Unlock()
	l.users--
	if l.closing {
		s.retire(l)
	}
}

// tick retires a lease that is idle or has been held long enough.
func (s *Store) tick(l *lease) {
	s.mu.Lock()
	defer s.mu.Unlock()
	l.ticks++
	switch {
	case l.ended:
		return
	case l.ticks >= maxTicks:
		s.yielded = true
		s.retire(l)
	case l.users == 0 && !l.used:
		s.retire(l)
	default:
		l.used = false
		time.AfterFunc(tick, func() { s.tick(l) })
	}
}

// retire ends a lease once it has no users.
func (s *Store) retire(l *lease) {
	l.closing = true
	if l.users > 0 || l.ended {
		return
	}
	_ = l.db.Close() // everything written is on disk
	s.forget(l)
}

// abandon ends the lease of a damaged file: closing it could wait for a
// transaction that never ends.
func (s *Store) abandon(l *lease) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if l.ended {
		return
	}
	if l.file != nil {
		unlock(l.file)
	}
	s.forget(l)
}

func (s *Store) forget(l *lease) {
	l.closing, l.ended = true, true
	if s.held == l {
		s.held = nil
	}
	close(l.removed)
}

// Close releases the file. Later transactions reopen it.
func (s *Store) Close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.held != nil {
		s.retire(s.held)
	}
}
