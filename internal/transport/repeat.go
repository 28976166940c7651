package transport

import (
	"net/http"
	"net/http/httptrace"
	"sync/atomic"
	"time"

	"github.com/epilot-cli/epilot/internal/failure"
)

// repeater sends one call: its attempts are counted over all its redirects.
type repeater struct {
	next     http.RoundTripper
	rule     Retry
	now      func() time.Time
	redactor *Redactor
	attempt  int
	began    atomic.Bool // the answer to this attempt, if only its first byte
}

func (r *repeater) RoundTrip(req *http.Request) (*http.Response, error) {
	for current := req; ; {
		r.attempt++
		answer, err := r.once(current)
		wait, again := r.plan(req, answer, err)
		if !again {
			return answer, err
		}
		fresh, failed := renew(req)
		if failed != nil {
			return answer, err // what came is worth more than why it cannot be repeated
		}
		current = fresh
		r.report(req, answer, err, wait)
		if answer != nil {
			_ = answer.Body.Close() // unread: it may be as slow as the server is
		}
		if ended := r.rule.Sleep(req.Context(), wait); ended != nil {
			if fresh.Body != nil {
				_ = fresh.Body.Close()
			}
			return nil, stopped(req.Context(), ended, situation{peer: peer(req.URL)})
		}
	}
}

// once sends the request and notes whether an answer began.
func (r *repeater) once(req *http.Request) (*http.Response, error) {
	r.began.Store(false)
	watch := &httptrace.ClientTrace{GotFirstResponseByte: func() { r.began.Store(true) }}
	return r.next.RoundTrip(req.WithContext(httptrace.WithClientTrace(req.Context(), watch)))
}

// renew is the request with its body from the beginning.
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

func (r *repeater) report(req *http.Request, answer *http.Response, err error, wait time.Duration) {
	seen := Repeat{
		Attempt: r.attempt, Of: r.rule.Attempts, Wait: wait,
		Method: req.Method, URL: r.redactor.URL(req.URL), Err: err,
	}
	if answer != nil {
		seen.Status = answer.StatusCode
	}
	r.rule.Report(seen)
}

// plan decides whether the request is sent again, and after which wait.
func (r *repeater) plan(req *http.Request, answer *http.Response, err error) (time.Duration, bool) {
	if r.attempt >= r.rule.Attempts || req.Context().Err() != nil || !r.mayRepeat(req, answer, err) {
		return 0, false
	}
	wait := r.jitter()
	if answer != nil {
		asked, _ := RetryAfter(answer.Header, r.now())
		if asked > r.rule.MaxWait {
			return 0, false
		}
		wait = max(wait, asked)
	}
	deadline, limited := req.Context().Deadline()
	return wait, !limited || r.now().Add(wait).Before(deadline)
}

// jitter is a wait from nothing to a limit that doubles, so that many clients
// that failed together do not come back together.
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

func (r *repeater) mayRepeat(req *http.Request, answer *http.Response, err error) bool {
	if hasBody(req) && req.GetBody == nil {
		return false
	}
	repeatable := r.rule.Repeats(req.Method)
	if err == nil {
		return repeatable && Passing(answer.StatusCode)
	}
	return neverDialled(err) || repeatable && !r.began.Load() && lostConnection(err)
}
