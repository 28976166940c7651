package transport

import (
	"context"
	"math/rand/v2"
	"net/http"
	"time"
)

const (
	firstWait   = 500 * time.Millisecond
	longestWait = 20 * time.Second
)

// Retry says how often and when a request is sent again. GET, HEAD and OPTIONS
// are repeated when the connection was refused or reset before the response
// began, and on the statuses 408, 429, 500, 502, 503 and 504; any other method
// only when no connection could be dialled, so that nothing was sent. A body
// needs GetBody to be sent again. A response whose body has begun to be read is
// never repeated.
type Retry struct {
	// Attempts is the number in all, redirects of one request included; 1 or
	// less means that nothing is repeated.
	Attempts int

	// Unsafe repeats every method as if it were a GET.
	Unsafe bool

	// MaxWait bounds each wait. A server that asks for more with Retry-After
	// (RFC 9110 section 10.2.3) has its answer returned at once.
	MaxWait time.Duration

	// Sleep waits, or returns early with an error when the context ends. Nil
	// for a timer.
	Sleep func(context.Context, time.Duration) error

	// Random draws from [0, limit), limit > 0. Nil for math/rand.
	Random func(limit time.Duration) time.Duration

	// Report, if not nil, gets every repetition before its wait. It must be
	// safe for concurrent use when requests are sent concurrently.
	Report func(Repeat)
}

// Repeat is one attempt that failed and the wait before the next: redacted.
type Repeat struct {
	Attempt, Of int // which failed, counted from 1, and how many there are in all
	Method, URL string
	Status      int   // 0 without an answer
	Err         error // nil with an answer
	Wait        time.Duration
}

// Repeats reports whether a request of that method is sent again when it may
// have arrived: one that only asks (RFC 9110 section 9.2.1), or any with Unsafe.
func (r Retry) Repeats(method string) bool {
	switch method {
	case http.MethodGet, http.MethodHead, http.MethodOptions, "":
		return true
	}
	return r.Unsafe
}

func (r Retry) withDefaults() Retry {
	if r.Sleep == nil {
		r.Sleep = sleep
	}
	if r.Random == nil {
		r.Random = rand.N[time.Duration]
	}
	if r.Report == nil {
		r.Report = func(Repeat) {}
	}
	return r
}

func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}
