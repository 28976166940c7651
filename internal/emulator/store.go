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

// store is the state file. It is open only while there is something to do, and
// never for long, so that a long-running emulator does not lock other processes
// out: readers share it, a writer has it alone.
type store struct {
	path string

	mu      sync.Mutex
	held    *lease        // nil: the file is not open
	opening chan struct{} // closed when the one who opens the file is done; nil: nobody does
	writers int           // who waits to write
	rested  bool          // the last lease ended because its time was up: it is the others' turn

	queueMu sync.Mutex
	queue   []*pending
	leading bool // somebody commits the queue
}

const (
	patience = 10 * time.Second     // how long a transaction waits for other processes
	shortest = time.Millisecond     // the first wait between two tries
	longest  = 4 * time.Millisecond // and the last; less than a rest, so that no rest is missed
)

// view runs a transaction that reads. Where there is no state yet, it does not
// call the function and returns nil.
func (s *store) view(ctx context.Context, read func(*bolt.Tx) error) error {
	info, err := os.Stat(s.path)
	if errors.Is(err, fs.ErrNotExist) || err == nil && info.Size() == 0 {
		return nil
	}
	l, err := s.borrow(ctx, false)
	if err != nil {
		return err
	}
	defer s.giveBack(l)
	return s.guard(l, func() error { return l.db.View(read) })
}

// guard makes errors of what is wrong with the file: bbolt panics on one that
// is damaged, and faults on one that was cut (its pages are mapped memory).
func (s *store) guard(l *lease, use func() error) (err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		if cause := recover(); cause != nil {
			s.abandon(l)
			err = s.damaged(fmt.Errorf("%v", cause))
		}
	}()
	return use()
}

// ready opens the file once as a write does, and makes it where there is none.
func (s *store) ready(ctx context.Context) error {
	l, err := s.borrow(ctx, true)
	if err == nil {
		s.giveBack(l)
	}
	return err
}

// open opens the file, with a lock on it.
func (s *store) open(ctx context.Context, readOnly bool) (*lease, error) {
	if info, err := os.Stat(s.path); err == nil && !info.Mode().IsRegular() {
		return nil, failure.New(failure.File, "%s is no file, and so no state of the emulator", s.path).
			Hintf("name a file with --state")
	}
	if !readOnly {
		if err := os.MkdirAll(filepath.Dir(s.path), 0o700); err != nil {
			return nil, s.unusable(err)
		}
	}
	l := &lease{readOnly: readOnly, gone: make(chan struct{})}
	options := &bolt.Options{
		ReadOnly: readOnly,
		// bbolt itself polls every 50 ms; with no time to wait it tries once.
		Timeout: time.Nanosecond,
		OpenFile: func(name string, flag int, mode os.FileMode) (*os.File, error) {
			opened, err := os.OpenFile(name, flag, mode)
			l.file = opened
			return opened, err
		},
	}
	err := s.guard(l, func() (err error) {
		if l.db, err = s.try(ctx, options); err != nil {
			return s.unusable(err)
		}
		return nil
	})
	return l, err
}

// try repeats until the file's lock is free, the patience ends or the context does.
func (s *store) try(ctx context.Context, options *bolt.Options) (*bolt.DB, error) {
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

// damaged does not tell to delete what may be a file of another kind, whose
// name was given by mistake.
func (s *store) damaged(err error) error {
	return failure.New(failure.File, "%s is no state of the emulator, or damaged: %w", s.path, err).
		Hintf("where it was the emulator's, delete it to start afresh; else name another file with --state")
}
