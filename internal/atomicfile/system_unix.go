//go:build unix

package atomicfile

import (
	"io/fs"
	"os"
	"syscall"
)

const noFollow = syscall.O_NOFOLLOW

// isOwn reports whether the user owns the file and it has a single name.
func isOwn(info fs.FileInfo) bool {
	stat, known := info.Sys().(*syscall.Stat_t)
	return known && int(stat.Uid) == os.Geteuid() && stat.Nlink == 1
}

func rename(from, to string) error { return os.Rename(from, to) }
