package syserror

import (
	"errors"
	"slices"
	"syscall"

	"golang.org/x/sys/windows"
)

// ClosedPipe reports that nobody reads any more what was written.
func ClosedPipe(err error) bool {
	return is(err, syscall.EPIPE, windows.ERROR_BROKEN_PIPE, windows.ERROR_NO_DATA, windows.ERROR_PIPE_NOT_CONNECTED, windows.WSAESHUTDOWN)
}

// Reset reports that the other end threw the connection away.
func Reset(err error) bool {
	return is(err, syscall.ECONNRESET, windows.WSAECONNRESET, windows.WSAECONNABORTED)
}

func is(err error, numbers ...syscall.Errno) bool {
	var number syscall.Errno
	return errors.As(err, &number) && slices.Contains(numbers, number)
}
