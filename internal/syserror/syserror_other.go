//go:build !windows

package syserror

import (
	"errors"
	"syscall"
)

// ClosedPipe reports that nobody reads any more what was written.
func ClosedPipe(err error) bool { return errors.Is(err, syscall.EPIPE) }

// Reset reports that the other end threw the connection away.
func Reset(err error) bool { return errors.Is(err, syscall.ECONNRESET) }
