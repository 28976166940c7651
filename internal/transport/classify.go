package transport

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"
	"unicode"

	"github.com/epilot-cli/epilot/internal/failure"
)

// situation is what an error cannot say itself. Zero values are not known.
type situation struct {
	peer            string // host:port that the request went to
	connect, header time.Duration
	redactor        *Redactor
}

// explain gives the errors of one exchange their kind and words.
type explain struct {
	next http.RoundTripper
	at   situation
}

func (e *explain) RoundTrip(req *http.Request) (*http.Response, error) {
	answer, err := e.next.RoundTrip(req)
	if err == nil {
		return answer, nil
	}
	at := e.at
	at.peer = peer(req.URL)
	if ended := req.Context().Err(); ended != nil {
		return nil, stopped(req.Context(), ended, at)
	}
	return nil, classify(err, at)
}

func peer(u *url.URL) string {
	host := u.Hostname()
	if strings.Contains(host, ":") {
		host = "[" + host + "]"
	}
	return host + ":" + effectivePort(u)
}

// stopped says that the context ended. A cause that is a failure knows better
// than we do which signal or limit it was.
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

// Classify makes one clear line of any network, TLS, name, timeout or context
// error, such as a response body returns while it is read: a *failure.Error of
// kind Network, or Interrupted for a cancelled context. It keeps the error in
// the chain, shows no credentials, and returns a *failure.Error of the chain as
// it is. Nil stays nil.
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
		nameTrouble, proxyTrouble, dialTrouble, tlsTrouble, connectionTrouble, timeTrouble, bodyTrouble,
	} {
		if message, hint = tell(err, at); message != "" {
			return message, hint
		}
	}
	return cmp.Or(at.peer, "request") + ": " + plain(err), ""
}

// plain is the error without the URL and prefixes that net/http puts around it.
func plain(err error) string {
	if wrapped := (*url.Error)(nil); errors.As(err, &wrapped) {
		err = wrapped.Err
	}
	text := strings.TrimPrefix(err.Error(), "net/http: ")
	return strings.TrimPrefix(text, "http: ")
}

// oneLine replaces what could break the line or drive a terminal: a server can
// put its own bytes into an error.
func oneLine(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsGraphic(r) {
			return r
		}
		return unicode.ReplacementChar
	}, text)
}
