package emulator

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime/debug"
	"sync"
	"time"

	bolt "go.etcd.io/bbolt"
	bolterrors "go.etcd.io/bbolt/errors"

	"github.com/epilot-cli/epilot/internal/failure"
)

// store is the state file. It is open only during a transaction, so that a
// long-running emulator does not lock other processes out: readers share it, a
// writer has it alone.
type store struct {
	path string
	mu   sync.RWMutex // queues this process's own transactions fairly
}

const (
	patience = 10 * time.Second      // how long a transaction waits for other processes
	shortest = time.Millisecond      // the first wait between two tries
	longest  = 16 * time.Millisecond // and the last
)

// view runs a transaction that reads. Where there is no state yet, it does not
// call the function and returns nil.
func (s *store) view(ctx context.Context, read func(*bolt.Tx) error) error {
	s.mu.RLock()
	defer s.mu.RUnlock()
	info, err := os.Stat(s.path)
	if errors.Is(err, fs.ErrNotExist) || err == nil && info.Size() == 0 {
		return nil
	}
	return s.within(ctx, true, func(db *bolt.DB) error { return db.View(read) })
}

// update runs a transaction that writes; what it wrote is on disk when update
// returns nil, and none of it when it returns an error.
func (s *store) update(ctx context.Context, write func(*bolt.Tx) error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := os.MkdirAll(filepath.Dir(s.path), 0o700); err != nil {
		return s.unusable(err)
	}
	return s.within(ctx, false, func(db *bolt.DB) error { return db.Update(write) })
}

// within opens the file for one use. bbolt panics on a file that is damaged,
// and faults on one that was cut (its pages are mapped memory): both become
// errors, and the file is given free.
func (s *store) within(ctx context.Context, readOnly bool, use func(*bolt.DB) error) (err error) {
	var file *os.File
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		if cause := recover(); cause != nil {
			unlock(file)
			err = s.damaged(fmt.Errorf("%v", cause))
		}
	}()
	db, err := s.open(ctx, &bolt.Options{
		ReadOnly: readOnly,
		// bbolt itself polls every 50 ms; with no time to wait it tries once.
		Timeout: time.Nanosecond,
		OpenFile: func(name string, flag int, mode os.FileMode) (*os.File, error) {
			opened, err := os.OpenFile(name, flag, mode)
			file = opened
			return opened, err
		},
	})
	if err != nil {
		return s.unusable(err)
	}
	err = use(db)
	return errors.Join(err, db.Close())
}

// open tries until the file's lock is free, the patience ends or the context does.
func (s *store) open(ctx context.Context, options *bolt.Options) (*bolt.DB, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, patience, bolterrors.ErrTimeout)
	defer cancel()
	for wait := shortest; ; wait = min(2*wait, longest) {
		db, err := bolt.Open(s.path, 0o600, options)
		if !errors.Is(err, bolterrors.ErrTimeout) {
			return db, err
		}
		select {
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		case <-time.After(wait):
		}
	}
}

// unusable says why the file could not be opened.
func (s *store) unusable(err error) error {
	var atPath *fs.PathError
	switch {
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return err
	case errors.Is(err, bolterrors.ErrTimeout):
		return failure.New(failure.File, "the emulator's state file %s is in use by another process", s.path).
			Hintf("wait for it to end, or end it")
	case errors.As(err, &atPath):
		return failure.New(failure.File, "the emulator's state file cannot be opened: %w", err).
			Hintf("make %s readable and writable", filepath.Dir(s.path))
	}
	return s.damaged(err)
}

func (s *store) damaged(err error) error {
	return failure.New(failure.File, "the emulator's state file %s is damaged: %w; delete it to start afresh", s.path, err).
		Hintf("delete %s: the emulator makes a new one", s.path)
}
