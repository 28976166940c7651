package transport

import (
	"errors"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/epilot-cli/epilot/internal/syserror"
)

// Passing reports whether a status tells of a trouble that may be over soon.
func Passing(status int) bool {
	switch status {
	case http.StatusRequestTimeout, http.StatusTooManyRequests, http.StatusInternalServerError,
		http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return true
	}
	return false
}

// RetryAfter returns how long the server asks to wait from now (RFC 9110
// section 10.2.3: seconds or a date), zero for a date that is over, and whether
// it asks at all.
func RetryAfter(header http.Header, now time.Time) (time.Duration, bool) {
	text := strings.TrimSpace(header.Get("Retry-After"))
	if isDigits(text) {
		const most = 100 * 365 * 24 * time.Hour // a duration ends at 292 years
		seconds, err := strconv.ParseInt(text, 10, 64)
		if err != nil || seconds > int64(most/time.Second) {
			return most, true
		}
		return time.Duration(seconds) * time.Second, true
	}
	date, err := http.ParseTime(text)
	if err != nil {
		return 0, false
	}
	return max(date.Sub(now), 0), true
}

func isDigits(text string) bool {
	return text != "" && strings.Trim(text, "0123456789") == ""
}

// neverDialled reports that there was no connection to send a byte on. A name
// that does not exist will not exist in a second either.
func neverDialled(err error) bool {
	failed := operation(err, "dial", "proxyconnect")
	if failed != nil && failed.Op == "proxyconnect" {
		failed = operation(failed.Err, "dial")
	}
	if failed == nil {
		return false
	}
	var name *net.DNSError
	return !errors.As(failed, &name) || !name.IsNotFound
}

// lostConnection reports that the connection ended, whoever ended it.
func lostConnection(err error) bool {
	if failed := operation(err, "read", "write"); failed != nil {
		return !failed.Timeout()
	}
	return errors.Is(err, io.EOF) || syserror.ClosedPipe(err) || lostStream(err)
}

// lostStream tells what net/http has no types for.
func lostStream(err error) bool {
	text := err.Error()
	if cause := errors.Unwrap(err); cause != nil {
		text = cause.Error()
	}
	for _, part := range [...]string{
		"server closed idle connection", "http2: client connection lost", "http2: server sent GOAWAY", "stream error: stream ID",
	} {
		if strings.Contains(text, part) {
			return true
		}
	}
	return false
}
