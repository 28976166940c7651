//go:build unix

package upgrade

import (
	"io/fs"
	"os"
	"syscall"
)

// setAside gives the program a second name, so that its path is never missing; on
// file systems without hard links, it is moved.
func setAside(program, old string) error {
	if os.Link(program, old) == nil {
		return nil
	}
	return os.Rename(program, old)
}

// giveTo gives the new file the owner of the old one, if permitted: an upgrade by
// root must not take a program away from its user.
func giveTo(file *os.File, old fs.FileInfo) {
	if owner, ok := old.Sys().(*syscall.Stat_t); ok {
		_ = file.Chown(int(owner.Uid), int(owner.Gid))
	}
}

// detached returns attributes for a process that does not receive the terminal's
// signals.
func detached() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setsid: true} }
