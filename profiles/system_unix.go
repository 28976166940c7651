//go:build unix

package profiles

import (
	"io/fs"
	"os"
	"syscall"
)

// nonBlocking opens a FIFO without a writer.
const nonBlocking = syscall.O_NONBLOCK

// isOwn reports whether the user owns a file.
func isOwn(info fs.FileInfo) bool {
	stat, ok := info.Sys().(*syscall.Stat_t)
	return ok && int(stat.Uid) == os.Geteuid()
}
