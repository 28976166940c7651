//go:build !windows

// Package syserror tells what an error of the operating system means where
// systems number the same trouble differently: Go's syscall.EPIPE and ECONNRESET
// are names without a number on Windows, which has others. What is done about
// the trouble is decided elsewhere.
package syserror

import (
	"errors"
	"syscall"
)

// ClosedPipe reports that nobody reads any more what was written.
func ClosedPipe(err error) bool { return errors.Is(err, syscall.EPIPE) }

// Reset reports that the other end threw the connection away.
func Reset(err error) bool { return errors.Is(err, syscall.ECONNRESET) }
