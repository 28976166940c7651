package transport

import (
	"compress/gzip"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"
	"syscall"
	"testing"

	"github.com/epilot-cli/epilot/internal/failure"
)

func TestClassify(t *testing.T) {
	t.Parallel()
	address := &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 1}
	dial := func(err error) error { return &net.OpError{Op: "dial", Net: "tcp", Addr: address, Err: err} }
	for _, test := range []struct {
		err  error
		want string
	}{
		{dial(os.NewSyscallError("connect", syscall.ECONNREFUSED)), "cannot connect to 127.0.0.1:1: connection refused"},
		{dial(os.NewSyscallError("connect", syscall.EHOSTUNREACH)), "cannot connect to 127.0.0.1:1: no route to host"},
		{dial(os.ErrDeadlineExceeded), "cannot connect to 127.0.0.1:1: no response in time"},
		{dial(&net.DNSError{Name: "x", IsNotFound: true}), "no such host x"},
		{dial(&net.DNSError{Name: "x", IsTimeout: true}), "cannot look up x: the name server did not respond"},
		{dial(&net.DNSError{Name: "x", Err: "server misbehaving"}), "cannot look up x: server misbehaving"},
		{x509.UnknownAuthorityError{}, "TLS: certificate signed by unknown authority"},
		{x509.HostnameError{Host: "b"}, "TLS: the certificate is for another host than b"},
		{x509.CertificateInvalidError{Reason: x509.Expired}, "TLS: certificate has expired or is not yet valid"},
		{&tls.CertificateVerificationError{Err: errors.New("x509: not trusted")}, "TLS: certificate cannot be verified, not trusted"},
		{&net.OpError{Op: "remote error", Err: errors.New("tls: bad certificate")}, "TLS: handshake failed, bad certificate"},
		{errors.New("tls: unsupported protocol"), "TLS: unsupported protocol"},
		{&net.OpError{Op: "read", Err: syscall.ECONNRESET}, "the server reset the connection"},
		{&net.OpError{Op: "write", Err: syscall.EPIPE}, "the server closed the connection while the request was being sent"},
		{io.EOF, "the server closed the connection without a response"},
		{io.ErrUnexpectedEOF, "the response ended early"},
		{gzip.ErrChecksum, "the response is not valid gzip"},
		{context.DeadlineExceeded, "the time limit ran out before the response was complete"},
		{errors.New("http: malformed header: Set-Cookie: a=b"), "the server sent a response that is not valid HTTP"},
		{errors.New("two\nlines \x1b[2J"), "request: two\uFFFDlines \uFFFD[2J"},
		{errors.New("odd http://me:pa/ss@x/?api_key=abc"), "request: odd http://***@x/?api_key=***"},
	} {
		wrapped := &url.Error{Op: "Get", URL: "http://me:pw@x.example/?token=abc", Err: fmt.Errorf("%w", test.err)}
		for _, err := range []error{test.err, wrapped} {
			got := failure.Of(Classify(err))
			if got.Kind != failure.Network || got.Message != test.want || !errors.Is(got, test.err) {
				t.Errorf("%v\nis %q (%s)\nwant %q", err, got.Message, got.Kind, test.want)
			}
		}
	}
}

func TestClassifyKeepsFailures(t *testing.T) {
	t.Parallel()
	if Classify(nil) != nil {
		t.Error("nil is an error")
	}
	known := failure.New(failure.Query, "known")
	if got := Classify(&url.Error{Err: known}); got != error(known) {
		t.Errorf("got %v", got)
	}
	got := Classify(&url.Error{Err: context.Canceled})
	if failure.ExitStatus(got) != 130 || !errors.Is(got, context.Canceled) {
		t.Errorf("got %v", got)
	}
}

func TestBodyThatBreaks(t *testing.T) {
	t.Parallel()
	server := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "9")
		_, _ = io.WriteString(w, "short")
	})
	answer, err := New(Options{}).RoundTrip(request(t, "GET", server.URL, ""))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	text, err := io.ReadAll(answer.Body)
	if string(text) != "short" {
		t.Errorf("lost what came: %q", text)
	}
	checkRefused(t, Classify(err), "the response ended early")
	if !strings.Contains(failure.Of(Classify(err)).Hint, "incomplete") {
		t.Error("no hint")
	}
}
