package upgrade

import (
	"io/fs"
	"os"
	"syscall"
)

const (
	detachedProcess = 0x00000008 // DETACHED_PROCESS of CreateProcess: no console
	processGroup    = 0x00000200 // CREATE_NEW_PROCESS_GROUP: no Ctrl-C from ours
)

func detached() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{CreationFlags: detachedProcess | processGroup, HideWindow: true}
}

// setAside moves the program away: a running program can be renamed, but not
// replaced.
func setAside(program, old string) error { return os.Rename(program, old) }

func giveTo(*os.File, fs.FileInfo) {} // a new file belongs to its creator
