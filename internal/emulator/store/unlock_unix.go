//go:build unix && !aix && !illumos && !solaris

package store

import (
	"os"
	"syscall"
)

// unlock closes the file and gives its lock back. Closing alone does not: a
// mapping of the file that was left behind keeps the lock too.
func unlock(file *os.File) {
	_ = syscall.Flock(int(file.Fd()), syscall.LOCK_UN)
	_ = file.Close()
}
