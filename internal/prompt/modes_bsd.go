//go:build darwin || dragonfly || freebsd || netbsd || openbsd

package prompt

import "golang.org/x/sys/unix"

const (
	readModes  = unix.TIOCGETA
	writeModes = unix.TIOCSETA
)
