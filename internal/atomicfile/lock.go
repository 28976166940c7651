package atomicfile

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"time"

	"github.com/gofrs/flock"

	"github.com/epilot-cli/epilot/internal/failure"
)

const (
	patience = 10 * time.Second
	interval = 20 * time.Millisecond
)

// Lock takes the path for this process alone, among those that ask for it, and
// waits up to ten seconds for another to let go. It locks the file PATH.lock,
// which stays: who removed it would let two in. The operating system lets go
// for a process that ends. Errors are of kind File; a context that is cancelled
// is one of them.
func Lock(ctx context.Context, path string) (unlock func(), err error) {
	file := path + ".lock"
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		return nil, failure.New(failure.File, "%s cannot be locked: %w", path, Cause(err))
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	lock := flock.New(file, flock.SetPermissions(0o600))
	_, err = lock.TryLockContext(ctx, interval)
	if errors.Is(err, context.DeadlineExceeded) {
		return nil, failure.New(failure.File, "%s is held by another process", path).
			Hintf("try again when it is done")
	}
	if err != nil {
		return nil, failure.New(failure.File, "%s cannot be locked: %w", path, Cause(err))
	}
	return func() { _ = lock.Unlock() }, nil // closing is all that can fail, and the process ends soon
}
