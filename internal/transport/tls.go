package transport

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net/http"
	"strings"
)

// tlsTrouble tells why a TLS handshake failed (RFC 8446) or a certificate was
// not believed (RFC 5280 section 6).
func tlsTrouble(err error, at situation) (message, hint string) {
	if message, hint = certificateTrouble(err, at); message != "" {
		return message, hint
	}
	if header := (tls.RecordHeaderError{}); errors.Is(err, http.ErrSchemeMismatch) || errors.As(err, &header) {
		return "TLS: " + from(at, "the server does not speak TLS"), "if that is meant, give the server as http://…"
	}
	if refused := operation(err, "remote error", "local error"); refused != nil {
		return "TLS: " + from(at, "handshake failed, "+strings.TrimPrefix(refused.Err.Error(), "tls: ")), ""
	}
	if text, isTLS := strings.CutPrefix(plain(err), "tls: "); isTLS {
		return "TLS: " + from(at, text), ""
	}
	return "", ""
}

func certificateTrouble(err error, at situation) (message, hint string) {
	var (
		unknown  x509.UnknownAuthorityError
		name     x509.HostnameError
		invalid  x509.CertificateInvalidError
		unproved *tls.CertificateVerificationError
	)
	switch {
	case errors.As(err, &unknown):
		return "TLS: " + from(at, "certificate signed by unknown authority"),
			"a company proxy may stand in between: its authority belongs in the system's trust store"
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
