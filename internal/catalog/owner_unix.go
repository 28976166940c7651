//go:build unix

package catalog

import (
	"io/fs"
	"os"
	"syscall"
)

// nonBlocking allows a named pipe to be opened without a writer, so that it can be
// rejected.
const nonBlocking = syscall.O_NONBLOCK

// isOwn reports whether a file belongs to the user of the process.
func isOwn(info fs.FileInfo) bool {
	stat, ok := info.Sys().(*syscall.Stat_t)
	return !ok || int(stat.Uid) == os.Geteuid()
}
