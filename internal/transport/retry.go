package transport

import (
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptrace"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/epilot-cli/epilot/internal/failure"
	"github.com/epilot-cli/epilot/internal/jsonx"
	"github.com/epilot-cli/epilot/internal/syserror"
)

const (
	firstWait   = 500 * time.Millisecond
	longestWait = 20 * time.Second
)

// Retry says how often and when a request is sent again. A read-only request is
// retried if the connection was reset before the response began, and on the statuses
// 408, 429, 500, 502, 503 and 504. Any other request is retried only if the server
// did nothing: no connection could be dialed, or the status is 429, or 503 with
// Retry-After. A request with a body needs GetBody. There is no retry once the
// response body is being read.
type Retry struct {
	// Retries is the maximum number of retries of a call, including its redirects; 0
	// for none.
	Retries int

	// Unsafe retries every method like GET.
	Unsafe bool

	// MaxWait limits each wait. If Retry-After (RFC 9110 section 10.2.3) asks for
	// more, the response is returned immediately.
	MaxWait time.Duration

	// Sleep waits, or returns an error early when the context ends. Nil means a
	// timer.
	Sleep func(context.Context, time.Duration) error

	// Random returns a duration in [0, limit), limit > 0. Nil means math/rand.
	Random func(limit time.Duration) time.Duration

	// Report, if not nil, is called before the wait of each retry. It must be safe
	// for concurrent use if requests are sent concurrently.
	Report func(Repeat)
}

// Repeat is a failed attempt and the wait before the next, redacted.
type Repeat struct {
	Attempt, Of int // the number of this retry, counted from 1, and the maximum
	Method, URL string
	Status      int   // 0 without a response
	Err         error // nil with a response
	Wait        time.Duration
}

type readsKey struct{}

// OnlyReads returns a context whose requests are read-only whatever their method,
// such as a search with POST.
func OnlyReads(ctx context.Context) context.Context {
	return context.WithValue(ctx, readsKey{}, true)
}

// Repeats reports whether a request that may have arrived is retried: a read-only
// one (RFC 9110 section 9.2.1, and OnlyReads), or any with Unsafe.
func (r Retry) Repeats(req *http.Request) bool {
	switch req.Method {
	case http.MethodGet, http.MethodHead, http.MethodOptions, "":
		return true
	}
	return r.Unsafe || req.Context().Value(readsKey{}) != nil
}

func (r Retry) withDefaults() Retry {
	if r.Sleep == nil {
		r.Sleep = Wait
	}
	if r.Random == nil {
		r.Random = rand.N[time.Duration]
	}
	if r.Report == nil {
		r.Report = func(Repeat) {}
	}
	return r
}

// Wait waits, or returns the context's error when it ends.
func Wait(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return nil
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}

// repeater sends one call and counts its attempts across redirects.
type repeater struct {
	next     http.RoundTripper
	rule     Retry
	now      func() time.Time
	redactor *Redactor
	attempt  int
	began    atomic.Bool // the response began, even if only with one byte
}

func (r *repeater) RoundTrip(req *http.Request) (*http.Response, error) {
	for current := req; ; {
		r.attempt++
		response, err := r.once(current)
		wait, again := r.plan(req, response, err)
		if !again {
			return response, err
		}
		fresh, failed := renew(req)
		if failed != nil {
			return response, err // the response is more useful than why it cannot be retried
		}
		current = fresh
		r.report(req, response, err, wait)
		if response != nil {
			_ = response.Body.Close() // unread: the server may be slow
		}
		if ended := r.rule.Sleep(req.Context(), wait); ended != nil {
			if fresh.Body != nil {
				_ = fresh.Body.Close()
			}
			return nil, stopped(req.Context(), ended, situation{peer: peer(req.URL)})
		}
	}
}

// once sends the request and records whether a response began, which matters only
// for a request that can be repeated after it was sent.
func (r *repeater) once(req *http.Request) (*http.Response, error) {
	if !r.rule.Repeats(req) {
		return r.next.RoundTrip(req)
	}
	r.began.Store(false)
	watch := &httptrace.ClientTrace{GotFirstResponseByte: func() { r.began.Store(true) }}
	return r.next.RoundTrip(req.WithContext(httptrace.WithClientTrace(req.Context(), watch)))
}

// renew returns the request with a fresh body.
func renew(req *http.Request) (*http.Request, error) {
	fresh := req.Clone(req.Context())
	if !hasBody(req) {
		return fresh, nil
	}
	body, err := req.GetBody()
	if err != nil {
		return nil, failure.New(failure.File, "cannot read the body again: %w", err)
	}
	fresh.Body = body
	return fresh, nil
}

func (r *repeater) report(req *http.Request, response *http.Response, err error, wait time.Duration) {
	seen := Repeat{
		Attempt: r.attempt, Of: r.rule.Retries, Wait: wait,
		Method: req.Method, URL: r.redactor.URL(req.URL), Err: err,
	}
	if response != nil {
		seen.Status = response.StatusCode
	}
	r.rule.Report(seen)
}

// plan decides whether to retry the request, and after which wait.
func (r *repeater) plan(req *http.Request, response *http.Response, err error) (time.Duration, bool) {
	if r.attempt > r.rule.Retries || req.Context().Err() != nil || !r.mayRepeat(req, response, err) {
		return 0, false
	}
	wait := r.jitter()
	if response != nil {
		asked, _ := RetryAfter(response.Header, r.now())
		if asked > r.rule.MaxWait {
			return 0, false
		}
		wait = max(wait, asked)
	}
	deadline, limited := req.Context().Deadline()
	return wait, !limited || r.now().Add(wait).Before(deadline)
}

// jitter returns a random wait below a limit that doubles, so that clients that
// failed together do not retry together.
func (r *repeater) jitter() time.Duration {
	limit := firstWait
	for range r.attempt - 1 {
		limit = min(2*limit, longestWait)
	}
	if limit = min(limit, r.rule.MaxWait); limit <= 0 {
		return 0
	}
	return r.rule.Random(limit)
}

func (r *repeater) mayRepeat(req *http.Request, response *http.Response, err error) bool {
	if hasBody(req) && req.GetBody == nil {
		return false
	}
	repeatable := r.rule.Repeats(req)
	if err == nil {
		return repeatable && Transient(response.StatusCode) || DidNothing(response)
	}
	return neverDialled(err) || repeatable && !r.began.Load() && lostConnection(err)
}

// Refused reports whether the server certainly did not process the request: it could
// not be reached, or says so. Exactly one argument is set.
func Refused(response *http.Response, err error) bool {
	if err != nil {
		return neverDialled(err)
	}
	return DidNothing(response) || !Transient(response.StatusCode) && response.StatusCode < http.StatusInternalServerError
}

// DidNothing reports whether the server says that it did not process the request:
// 429, or 503 with Retry-After.
func DidNothing(response *http.Response) bool {
	return response.StatusCode == http.StatusTooManyRequests ||
		response.StatusCode == http.StatusServiceUnavailable && response.Header.Get("Retry-After") != ""
}

// Transient reports whether a status indicates a transient failure.
func Transient(status int) bool {
	switch status {
	case http.StatusRequestTimeout, http.StatusTooManyRequests, http.StatusInternalServerError,
		http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return true
	}
	return false
}

// RetryAfter returns how long the server asks to wait from now (RFC 9110 section
// 10.2.3: seconds or a date), zero for a past date, and whether it asks at all.
// Fractions of a second, which some servers send, are rounded up.
func RetryAfter(header http.Header, now time.Time) (time.Duration, bool) {
	text := strings.TrimSpace(header.Get("Retry-After"))
	whole, fraction, hasFraction := strings.Cut(text, ".")
	if jsonx.IsDigits(whole) && (!hasFraction || jsonx.IsDigits(fraction)) {
		const most = 100 * 365 * 24 * time.Hour // a Duration overflows at 292 years
		seconds, err := strconv.ParseInt(whole, 10, 64)
		if strings.Trim(fraction, "0") != "" && err == nil {
			seconds++
		}
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

// neverDialled reports whether no connection was made, so nothing was sent. A name
// that does not exist is excluded: it will not exist in a second either.
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

// lostConnection reports whether the connection ended, on either side.
func lostConnection(err error) bool {
	if failed := operation(err, "read", "write"); failed != nil {
		return !failed.Timeout()
	}
	return errors.Is(err, io.EOF) || syserror.ClosedPipe(err) || lostStream(err)
}

// lostStream detects errors for which net/http has no types.
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
