package upgrade

import "syscall"

const (
	detachedProcess = 0x00000008 // DETACHED_PROCESS of CreateProcess: no console
	processGroup    = 0x00000200 // CREATE_NEW_PROCESS_GROUP: no Ctrl-C from ours
)

func detached() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{CreationFlags: detachedProcess | processGroup, HideWindow: true}
}
