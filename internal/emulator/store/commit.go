package store

import (
	"context"
	"errors"
	"slices"

	bolt "go.etcd.io/bbolt"

	"github.com/epilot-cli/epilot/internal/failure"
)

// pending is a write that waits for its commit. Waiting writes are committed
// together, because a commit waits for the disk regardless of its size.
type pending struct {
	write func(*bolt.Tx) error
	done  chan error
}

// Update runs a write transaction; its changes are on disk when Update returns
// nil, and none are kept when it returns an error. The function can run more than
// once, in another goroutine.
func (s *Store) Update(ctx context.Context, write func(*bolt.Tx) error) error {
	p := &pending{write: write, done: make(chan error, 1)}
	s.enqueue(p)
	select {
	case err := <-p.done:
		return err
	case <-ctx.Done():
	}
	if s.withdraw(p) {
		return ctx.Err()
	}
	return <-p.done
}

func (s *Store) enqueue(p *pending) {
	s.queueMu.Lock()
	defer s.queueMu.Unlock()
	s.queue = append(s.queue, p)
	if !s.committing {
		s.committing = true
		go s.commitQueue()
	}
}

// withdraw cancels a write that has not begun.
func (s *Store) withdraw(p *pending) bool {
	s.queueMu.Lock()
	defer s.queueMu.Unlock()
	at := slices.Index(s.queue, p)
	if at < 0 {
		return false
	}
	s.queue = slices.Delete(s.queue, at, at+1)
	return true
}

// commitQueue commits until the queue is empty.
func (s *Store) commitQueue() {
	for s.hasQueued() {
		l, err := s.acquire(context.Background(), true)
		batch := s.dequeue()
		if err != nil {
			finishAll(batch, err)
			continue
		}
		s.commit(l, batch)
		s.release(l)
	}
}

// hasQueued reports whether there is something to commit; if not, the next write
// needs a new leader.
func (s *Store) hasQueued() bool {
	s.queueMu.Lock()
	defer s.queueMu.Unlock()
	s.committing = len(s.queue) > 0
	return s.committing
}

func (s *Store) dequeue() []*pending {
	s.queueMu.Lock()
	defer s.queueMu.Unlock()
	batch := s.queue
	s.queue = nil
	return batch
}

// commit writes the batch in one transaction, leaving out the writes that fail.
func (s *Store) commit(l *lease, batch []*pending) {
	for len(batch) > 0 {
		failed := -1
		err := s.guard(l, func() error {
			return l.db.Update(func(tx *bolt.Tx) (err error) {
				failed, err = runAll(tx, batch)
				return err
			})
		})
		if err == nil || failed < 0 {
			finishAll(batch, s.unwritten(err))
			return
		}
		batch[failed].done <- err
		batch = slices.Delete(batch, failed, failed+1)
	}
}

// unwritten returns the error for a failed commit; nil for nil.
func (s *Store) unwritten(err error) error {
	var known *failure.Error
	if err == nil || errors.As(err, &known) {
		return err
	}
	return failure.New(failure.File, "cannot write the state file %s: %w", s.path, err).
		Hintf("free space on its disk, or name a file on another one with --state")
}

// runAll returns the index of the write that failed, or -1.
func runAll(tx *bolt.Tx, batch []*pending) (int, error) {
	for i, p := range batch {
		if err := p.write(tx); err != nil {
			return i, err
		}
	}
	return -1, nil
}

func finishAll(batch []*pending, err error) {
	for _, p := range batch {
		p.done <- err
	}
}
