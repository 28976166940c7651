// Package store implements the mock's state file: a bbolt database with
// collections of JSON objects that several processes share.
package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime/debug"
	"strconv"
	"sync"
	"syscall"
	"time"

	bolt "go.etcd.io/bbolt"
	bolterrors "go.etcd.io/bbolt/errors"

	"github.com/epilot-cli/epilot/internal/failure"
	"github.com/epilot-cli/epilot/internal/shell"
)

// Store is the state file. It is open only while in use, and never for long, so
// that a long-running emulator does not lock out other processes: readers share
// it, a writer has it alone.
type Store struct {
	path string

	mu      sync.Mutex
	held    *lease        // nil: the file is closed
	checked bool          // the file's structure is valid; used by the goroutine that opens it
	opening chan struct{} // closed when opening ends; nil: nobody is opening the file
	writers int           // waiting writers
	yielded bool          // the last lease reached its time limit: others are next

	queueMu    sync.Mutex
	queue      []*pending
	committing bool // a goroutine is committing the queue
}

const (
	lockTimeout = 10 * time.Second     // how long a transaction waits for other processes
	minWait     = time.Millisecond     // the first wait between two attempts
	maxOpenWait = 4 * time.Millisecond // the longest wait; shorter than pauseAfterLease, so that no pause is missed
)

// View runs a read transaction. If there is no state yet, it returns nil without
// calling the function.
func (s *Store) View(ctx context.Context, read func(*bolt.Tx) error) error {
	if s.isEmpty() {
		return nil
	}
	l, err := s.acquire(ctx, false)
	if err != nil {
		return err
	}
	defer s.release(l)
	return s.guard(l, func() error { return l.db.View(read) })
}

// isEmpty reports whether there is no state yet. An open file is not empty, which
// saves asking the system for each of many reads.
func (s *Store) isEmpty() bool {
	s.mu.Lock()
	isOpen := s.held != nil
	s.mu.Unlock()
	if isOpen {
		return false
	}
	info, err := os.Stat(s.path)
	return errors.Is(err, fs.ErrNotExist) || err == nil && info.Size() == 0
}

// guard turns panics into errors: bbolt panics on a damaged file, and faults on a
// truncated one (its pages are mapped memory).
func (s *Store) guard(l *lease, use func() error) (err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		if cause := recover(); cause != nil {
			s.abandon(l)
			err = s.Damaged(fmt.Errorf("%v", cause))
		}
	}()
	if err = use(); errors.Is(err, bolterrors.ErrIncompatibleValue) { // a value in place of a bucket
		return s.Damaged(err)
	}
	return err
}

// Reset removes buckets and their content. A damaged file is renamed and replaced
// by a new one; setAside is its new name.
func (s *Store) Reset(ctx context.Context, buckets []string) (setAside string, err error) {
	err = s.RemoveBuckets(ctx, buckets)
	var damaged *damagedError
	if !errors.As(err, &damaged) {
		return "", err
	}
	for i := 1; ; i++ {
		setAside = s.path + ".damaged"
		if i > 1 {
			setAside += "-" + strconv.Itoa(i)
		}
		if _, err := os.Lstat(setAside); errors.Is(err, fs.ErrNotExist) {
			break
		}
	}
	if err := os.Rename(s.path, setAside); err != nil {
		return "", failure.New(failure.File, "cannot set the damaged state file aside: %w", err)
	}
	return setAside, s.RemoveBuckets(ctx, buckets)
}

// Ready opens the file once for writing, and creates it if it is missing.
func (s *Store) Ready(ctx context.Context) error {
	l, err := s.acquire(ctx, true)
	if err == nil {
		s.release(l)
	}
	return err
}

// open opens and locks the file.
func (s *Store) open(ctx context.Context, readOnly bool) (*lease, error) {
	if info, err := os.Stat(s.path); err == nil && !info.Mode().IsRegular() {
		return nil, failure.New(failure.File, "%s is not a regular file, so it cannot be the state of the mock", s.path).
			Hintf("name a file with --state")
	}
	if !readOnly {
		if err := os.MkdirAll(filepath.Dir(s.path), 0o700); err != nil {
			return nil, s.unusable(err)
		}
	}
	l := &lease{readOnly: readOnly, removed: make(chan struct{})}
	options := &bolt.Options{
		ReadOnly: readOnly,
		// bbolt polls every 50 ms; with the shortest timeout it tries once.
		Timeout: time.Nanosecond,
		OpenFile: func(name string, flag int, mode os.FileMode) (*os.File, error) {
			opened, err := os.OpenFile(name, flag, mode)
			l.file = opened
			return opened, err
		},
	}
	err := s.guard(l, func() (err error) {
		if err = s.check(ctx, *options); err != nil {
			return s.unusable(err)
		}
		if l.db, err = s.openLocked(ctx, options); err != nil {
			return s.unusable(err)
		}
		return nil
	})
	return l, err
}

// check verifies the file once. It opens it read-only, because bbolt then trusts
// only the first two pages, and keeps writers out meanwhile.
func (s *Store) check(ctx context.Context, options bolt.Options) error {
	info, err := os.Stat(s.path)
	if s.checked || err != nil || info.Size() == 0 {
		return nil // opening reports the error
	}
	options.ReadOnly = true
	var file *os.File
	options.OpenFile = func(name string, flag int, mode os.FileMode) (*os.File, error) {
		opened, err := os.OpenFile(name, flag, mode)
		file = opened
		return opened, err
	}
	db, err := s.openLocked(ctx, &options)
	if err != nil {
		return err
	}
	defer db.Close()
	if info, err = file.Stat(); err != nil {
		return err
	}
	if err := verify(file, info.Size(), int64(db.Info().PageSize)); err != nil {
		return err
	}
	s.checked = true
	return nil
}

// openLocked retries until it gets the file's lock, the timeout expires or the
// context ends.
func (s *Store) openLocked(ctx context.Context, options *bolt.Options) (*bolt.DB, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, lockTimeout, bolterrors.ErrTimeout)
	defer cancel()
	for wait := minWait; ; wait = min(2*wait, maxOpenWait) {
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

// unusable returns the error for a file that could not be opened.
func (s *Store) unusable(err error) error {
	var atPath *fs.PathError
	switch {
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return err
	case errors.Is(err, bolterrors.ErrTimeout):
		return failure.New(failure.File, "the state file %s is in use by another process", s.path).
			Hintf("wait for it to end, or end it")
	case errors.Is(err, syscall.ENOSPC):
		return s.unwritten(err)
	case errors.As(err, &atPath):
		return failure.New(failure.File, "the state file cannot be opened: %w", err).
			Hintf("make %s readable and writable", filepath.Dir(s.path))
	}
	return s.Damaged(err)
}

// damagedError marks an error in the file's content.
type damagedError struct{ error }

func (e *damagedError) Unwrap() error { return e.error }

// Damaged returns the error for a file with invalid content. It can be another
// kind of file, named by mistake, so the error does not suggest deleting it.
func (s *Store) Damaged(err error) error {
	return failure.New(failure.File, "%s is not a state file of the mock, or is damaged: %w", s.path, &damagedError{err}).
		Hintf("if it is the mock's, \"epilot mock reset --state %s\" keeps it under another name and starts a new one; otherwise name another file with --state", shell.Quote(s.path))
}

// New returns the store at a path. It opens nothing.
func New(path string) *Store { return &Store{path: path} }

// Get decodes a value and reports whether it exists.
func (s *Store) Get(tx *bolt.Tx, bucket, key string, into any) (bool, error) {
	b := tx.Bucket([]byte(bucket))
	if b == nil {
		return false, nil
	}
	text := b.Get([]byte(key))
	if text == nil {
		return false, nil
	}
	if err := json.Unmarshal(text, into); err != nil {
		return false, s.Damaged(err)
	}
	return true, nil
}

func (s *Store) Put(tx *bolt.Tx, bucket, key string, value any) error {
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

func (s *Store) Remove(tx *bolt.Tx, bucket, key string) error {
	b := tx.Bucket([]byte(bucket))
	if b == nil {
		return nil
	}
	return b.Delete([]byte(key))
}

// RemoveBuckets removes existing buckets and their content.
func (s *Store) RemoveBuckets(ctx context.Context, names []string) error {
	return s.Update(ctx, func(tx *bolt.Tx) error {
		for _, name := range names {
			if err := tx.DeleteBucket([]byte(name)); err != nil && !errors.Is(err, bolterrors.ErrBucketNotFound) {
				return err
			}
		}
		return nil
	})
}
