package transport

import (
	"cmp"
	"compress/flate"
	"compress/gzip"
	"context"
	"errors"
	"io"
	"net"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/epilot-cli/epilot/internal/syserror"
)

// Each of these tells one family of errors, or returns "".

func nameTrouble(err error, _ situation) (message, hint string) {
	var failed *net.DNSError
	switch {
	case !errors.As(err, &failed):
		return "", ""
	case failed.IsNotFound:
		return "no such host " + failed.Name, "check the spelling of the server and the network"
	case failed.IsTimeout:
		return "cannot look up " + failed.Name + ": the name server did not answer", "check the network"
	}
	return "cannot look up " + failed.Name + ": " + failed.Err, "check the network"
}

func proxyTrouble(err error, at situation) (message, hint string) {
	failed := operation(err, "proxyconnect", "socks connect")
	if failed == nil {
		return "", ""
	}
	return "cannot connect to the proxy" + address(" ", failed) + ": " + reason(failed.Err, at.connect),
		"check HTTPS_PROXY and HTTP_PROXY, or list the host in NO_PROXY"
}

func dialTrouble(err error, at situation) (message, hint string) {
	failed := operation(err, "dial")
	if failed == nil {
		return "", ""
	}
	to := cmp.Or(at.peer, address("", failed), "the server")
	return "cannot connect to " + to + ": " + reason(failed.Err, at.connect),
		"check that the server is the right one and is running"
}

func connectionTrouble(err error, at situation) (message, hint string) {
	who := cmp.Or(at.peer, "the server")
	switch {
	case syserror.Reset(err):
		return who + " reset the connection", ""
	case syserror.ClosedPipe(err):
		return who + " closed the connection while the request was being sent", ""
	case errors.Is(err, io.EOF), strings.Contains(err.Error(), "server closed idle connection"):
		return who + " closed the connection without an answer", ""
	case strings.Contains(err.Error(), "malformed"):
		// The text quotes what came, which may be the line of a cookie.
		return who + " sent an answer that is not valid HTTP", ""
	}
	return "", ""
}

func timeTrouble(err error, at situation) (message, hint string) {
	var failed net.Error
	over := errors.Is(err, context.DeadlineExceeded) || errors.As(err, &failed) && failed.Timeout()
	switch {
	case !over:
		return "", ""
	case at.peer == "":
		return "the time limit ran out before the response was complete", ""
	case strings.Contains(err.Error(), "TLS handshake"):
		return "TLS: no handshake" + within(at.connect) + " from " + at.peer, ""
	}
	return "no answer" + within(at.header) + " from " + at.peer, ""
}

func bodyTrouble(err error, _ situation) (message, hint string) {
	var corrupt flate.CorruptInputError
	switch {
	case errors.Is(err, io.ErrUnexpectedEOF):
		return "the response ended early", "what arrived is not complete"
	case errors.Is(err, gzip.ErrHeader), errors.Is(err, gzip.ErrChecksum), errors.As(err, &corrupt):
		return "the response is not the gzip it claims to be", "what arrived is not complete"
	}
	return "", ""
}

// operation finds the first *net.OpError of the chain, if it is one of ops.
func operation(err error, ops ...string) *net.OpError {
	var failed *net.OpError
	if !errors.As(err, &failed) {
		return nil
	}
	for _, op := range ops {
		if failed.Op == op {
			return failed
		}
	}
	return nil
}

func address(before string, failed *net.OpError) string {
	if inner := operation(failed.Err, "dial"); inner != nil {
		failed = inner
	}
	if failed.Addr == nil {
		return ""
	}
	return before + failed.Addr.String()
}

// reason is the system's word for a failed connection, such as "connection
// refused", without the names of the calls that found it.
func reason(err error, limit time.Duration) string {
	var number syscall.Errno
	if errors.As(err, &number) {
		return number.Error()
	}
	var timed net.Error
	if errors.As(err, &timed) && timed.Timeout() {
		return "no answer" + within(limit)
	}
	return plain(err)
}

func within(limit time.Duration) string {
	if limit == 0 {
		return " in time"
	}
	return " within " + strconv.FormatFloat(limit.Seconds(), 'f', -1, 64) + "s"
}
