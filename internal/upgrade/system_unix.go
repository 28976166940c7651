//go:build unix

package upgrade

import (
	"io/fs"
	"os"
	"syscall"
)

// setAside gives the program a second name, so that its place is never empty;
// where files can have one name only, it moves.
func setAside(program, old string) error {
	if os.Link(program, old) == nil {
		return nil
	}
	return os.Rename(program, old)
}

// giveTo makes the owner of the old file that of the new one, where this user
// may do so: root must not take a program away from its user.
func giveTo(file *os.File, old fs.FileInfo) {
	if owner, ok := old.Sys().(*syscall.Stat_t); ok {
		_ = file.Chown(int(owner.Uid), int(owner.Gid))
	}
}

// detached: a signal to the terminal's programs is not for this one.
func detached() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setsid: true} }
