package transport

import (
	"cmp"
	"compress/flate"
	"compress/gzip"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"syscall"
	"time"
	"unicode"

	"github.com/epilot-cli/epilot/internal/failure"
	"github.com/epilot-cli/epilot/internal/httpx"
	"github.com/epilot-cli/epilot/internal/syserror"
)

// situation is context that an error does not contain. Zero values are unknown.
type situation struct {
	peer            string // host:port of the request
	connect, header time.Duration
	redactor        *Redactor
}

// explain adds a kind and a message to the errors of one exchange.
type explain struct {
	next http.RoundTripper
	at   situation
}

func (e *explain) RoundTrip(req *http.Request) (*http.Response, error) {
	response, err := e.next.RoundTrip(req)
	if err == nil {
		return response, nil
	}
	at := e.at
	at.peer = peer(req.URL)
	if ended := req.Context().Err(); ended != nil {
		return nil, unknownOutcome(req, stopped(req.Context(), ended, at))
	}
	if wasSent(err, at) {
		return nil, unknownOutcome(req, classify(err, at))
	}
	return nil, classify(err, at)
}

// wasSent reports whether the request may have arrived: the connection was made.
func wasSent(err error, at situation) bool {
	for _, before := range [...]func(error, situation) (string, string){lookupError, proxyError, dialError, tlsError} {
		if message, _ := before(err, at); message != "" {
			return false
		}
	}
	var late net.Error
	return lostConnection(err) || syserror.Reset(err) || errors.As(err, &late) && late.Timeout()
}

// unknownOutcome adds to the error of a write that the server may have applied it.
func unknownOutcome(req *http.Request, err error) error {
	failed := failure.Of(err)
	if failed.Kind != failure.Network || (Retry{}).Repeats(req) {
		return err
	}
	hint := "the write may have been applied: check before you send it again (--retry-unsafe retries writes)"
	if failed.Hint != "" {
		hint = failed.Hint + "; " + hint
	}
	hinted := failed.Hintf("%s", hint)
	hinted.Err = failed // errors.Is finds a limit that the caller knows
	return hinted
}

func peer(u *url.URL) string {
	host := u.Hostname()
	if strings.Contains(host, ":") {
		host = "[" + host + "]"
	}
	return host + ":" + httpx.EffectivePort(u)
}

// stopped returns the error for an ended context. A cause that is a failure is more
// precise about the signal or limit.
func stopped(ctx context.Context, ended error, at situation) error {
	if cause := (*failure.Error)(nil); errors.As(context.Cause(ctx), &cause) {
		return cause
	}
	if errors.Is(ended, context.Canceled) {
		return interrupted(ended)
	}
	return &failure.Error{
		Kind: failure.Network, Err: ended,
		Message: "the time limit ran out before " + at.peer + " answered",
	}
}

func interrupted(err error) *failure.Error {
	return &failure.Error{Kind: failure.Interrupted, Message: "interrupted", Err: err}
}

// Classify converts any network, TLS, DNS, timeout or context error, including one
// from reading a response body, to a *failure.Error with a clear one-line message:
// of kind Network, or Interrupted for a canceled context. It keeps the error in the
// chain, shows no credentials, and returns a *failure.Error in the chain unchanged.
// Nil stays nil.
func Classify(err error) error {
	if err == nil {
		return nil
	}
	return classify(err, situation{redactor: NewRedactor()})
}

func classify(err error, at situation) error {
	if failed := (*failure.Error)(nil); errors.As(err, &failed) {
		return failed
	}
	if errors.Is(err, context.Canceled) {
		return interrupted(err)
	}
	message, hint := describe(err, at)
	return &failure.Error{
		Kind: failure.Network, Err: err, Hint: hint,
		Message: at.redactor.Text(oneLine(message)),
	}
}

func describe(err error, at situation) (message, hint string) {
	for _, tell := range [...]func(error, situation) (string, string){
		lookupError, proxyError, dialError, tlsError, connectionError, timeoutError, bodyError,
	} {
		if message, hint = tell(err, at); message != "" {
			return message, hint
		}
	}
	return cmp.Or(at.peer, "request") + ": " + plain(err), ""
}

// plain returns the error without the URL and prefixes added by net/http.
func plain(err error) string {
	if wrapped := (*url.Error)(nil); errors.As(err, &wrapped) {
		err = wrapped.Err
	}
	text := strings.TrimPrefix(err.Error(), "net/http: ")
	return strings.TrimPrefix(text, "http: ")
}

// oneLine replaces characters that could break the line or control a terminal: a
// server can put its own bytes into an error.
func oneLine(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsGraphic(r) {
			return r
		}
		return unicode.ReplacementChar
	}, text)
}

// Each of these describes one family of errors, or returns "".

func lookupError(err error, _ situation) (message, hint string) {
	var failed *net.DNSError
	switch {
	case !errors.As(err, &failed):
		return "", ""
	case failed.IsNotFound:
		return "no such host " + failed.Name, "check the spelling of the server and the network"
	case failed.IsTimeout:
		return "cannot look up " + failed.Name + ": the name server did not respond", "check the network"
	}
	return "cannot look up " + failed.Name + ": " + failed.Err, "check the network"
}

func proxyError(err error, at situation) (message, hint string) {
	failed := operation(err, "proxyconnect", "socks connect")
	if failed == nil {
		return "", ""
	}
	return "cannot connect to the proxy" + address(" ", failed) + ": " + reason(failed.Err, at.connect),
		"check HTTPS_PROXY and HTTP_PROXY, or list the host in NO_PROXY"
}

func dialError(err error, at situation) (message, hint string) {
	failed := operation(err, "dial")
	if failed == nil {
		return "", ""
	}
	to := cmp.Or(at.peer, address("", failed), "the server")
	return "cannot connect to " + to + ": " + reason(failed.Err, at.connect),
		"check the server address, and that the server is running"
}

func connectionError(err error, at situation) (message, hint string) {
	who := cmp.Or(at.peer, "the server")
	switch {
	case syserror.Reset(err):
		return who + " reset the connection", ""
	case syserror.ClosedPipe(err):
		return who + " closed the connection while the request was being sent", ""
	case errors.Is(err, io.EOF), strings.Contains(err.Error(), "server closed idle connection"):
		return who + " closed the connection without a response", ""
	case strings.Contains(err.Error(), "malformed"):
		// The error quotes the received data, which may be a cookie.
		return who + " sent a response that is not valid HTTP", ""
	}
	return "", ""
}

func timeoutError(err error, at situation) (message, hint string) {
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
	return "no response" + within(at.header) + " from " + at.peer, ""
}

func bodyError(err error, _ situation) (message, hint string) {
	var corrupt flate.CorruptInputError
	switch {
	case errors.Is(err, io.ErrUnexpectedEOF):
		return "the response ended early", "the received data is incomplete"
	case errors.Is(err, gzip.ErrHeader), errors.Is(err, gzip.ErrChecksum), errors.As(err, &corrupt):
		return "the response is not valid gzip", "the received data is incomplete"
	}
	return "", ""
}

// operation returns the first *net.OpError of the chain if it is one of ops.
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

// reason returns the system's reason for a failed connection, such as "connection
// refused", without the names of system calls.
func reason(err error, limit time.Duration) string {
	var number syscall.Errno
	if errors.As(err, &number) {
		return number.Error()
	}
	var timed net.Error
	if errors.As(err, &timed) && timed.Timeout() {
		return "no response" + within(limit)
	}
	return plain(err)
}

func within(limit time.Duration) string {
	if limit == 0 {
		return " in time"
	}
	return " within " + strconv.FormatFloat(limit.Seconds(), 'f', -1, 64) + "s"
}

// tlsError explains why a TLS handshake failed (RFC 8446) or a certificate was
// rejected (RFC 5280 section 6).
func tlsError(err error, at situation) (message, hint string) {
	if message, hint = certificateError(err, at); message != "" {
		return message, hint
	}
	if header := (tls.RecordHeaderError{}); errors.Is(err, http.ErrSchemeMismatch) || errors.As(err, &header) {
		return "TLS: " + from(at, "the server does not speak TLS"), "if it uses plain http, write the server as http://…"
	}
	if refused := operation(err, "remote error", "local error"); refused != nil {
		return "TLS: " + from(at, "handshake failed, "+strings.TrimPrefix(refused.Err.Error(), "tls: ")), ""
	}
	if text, isTLS := strings.CutPrefix(plain(err), "tls: "); isTLS {
		return "TLS: " + from(at, text), ""
	}
	return "", ""
}

func certificateError(err error, at situation) (message, hint string) {
	var (
		unknown  x509.UnknownAuthorityError
		name     x509.HostnameError
		invalid  x509.CertificateInvalidError
		unproved *tls.CertificateVerificationError
	)
	switch {
	case errors.As(err, &unknown):
		return "TLS: " + from(at, "certificate signed by unknown authority"),
			"a company proxy may intercept TLS: add its certificate authority to the system's trust store"
	case errors.As(err, &name):
		return "TLS: " + from(at, "the certificate is for another host than "+name.Host), ""
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		return "TLS: " + from(at, "certificate has expired or is not yet valid"), "check this machine's clock"
	case errors.As(err, &unproved):
		return "TLS: " + from(at, "certificate cannot be verified, "+strings.TrimPrefix(unproved.Err.Error(), "x509: ")), ""
	}
	return "", ""
}

func from(at situation, text string) string {
	if at.peer == "" {
		return text
	}
	return text + " (" + at.peer + ")"
}
