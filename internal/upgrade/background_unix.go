//go:build unix

package upgrade

import "syscall"

// detached: a signal to the terminal's programs is not for this one.
func detached() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setsid: true} }
