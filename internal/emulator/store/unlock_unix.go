//go:build unix && !aix && !illumos && !solaris

package store

import (
	"os"
	"syscall"
)

// unlock closes the file and releases its lock. Closing alone is not enough: a
// leftover mapping of the file keeps the lock.
func unlock(file *os.File) {
	_ = syscall.Flock(int(file.Fd()), syscall.LOCK_UN)
	_ = file.Close()
}
