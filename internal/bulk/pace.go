package bulk

import (
	"context"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/epilot-cli/epilot/internal/failure"
	"github.com/epilot-cli/epilot/internal/transport"
)

const (
	firstPause   = 500 * time.Millisecond // after a 429 without a Retry-After
	longestPause = 20 * time.Second
)

// Pace limits the rate of a run's requests, and pauses all of them if the server
// asks one of them to wait. It is safe for concurrent use.
type Pace struct {
	Every   time.Duration // interval between two requests; 0 for no limit
	MaxWait time.Duration // the longest wait that the server can request
	Now     func() time.Time
	Sleep   func(context.Context, time.Duration) error // nil uses a timer
	Quit    <-chan struct{}                            // if closed, waits end and nothing more is sent; may be nil

	mu       sync.Mutex
	next     time.Time // when the rate permits the next request
	until    time.Time // the server asked for no requests before then
	refusals int       // consecutive 429s without a Retry-After
	tooLong  time.Duration
}

// errHeld is the error of a request that was never sent because the run stopped.
var errHeld = failure.New(failure.Interrupted, "not sent: the run was stopped")

// ParseRate parses a rate such as 50/s, 600/m or 1000/h and returns the interval
// between two requests. Errors are of kind Usage.
func ParseRate(text string) (time.Duration, error) {
	number, unit, _ := strings.Cut(text, "/")
	n, err := strconv.ParseFloat(number, 64)
	span := map[string]time.Duration{"s": time.Second, "m": time.Minute, "h": time.Hour}[unit]
	if err != nil || span == 0 || !(n > 0 && n <= 1e6) {
		return 0, failure.New(failure.Usage, "invalid --rate %q", text).Hintf("use a rate such as 50/s or 600/m")
	}
	return time.Duration(float64(span) / n), nil
}

// Wrap applies the pace to each attempt to send a request.
func (p *Pace) Wrap(next http.RoundTripper) http.RoundTripper { return &paced{next, p} }

type paced struct {
	next http.RoundTripper
	pace *Pace
}

func (p *paced) RoundTrip(req *http.Request) (*http.Response, error) {
	if err := p.pace.wait(req.Context()); err != nil {
		return nil, err
	}
	resp, err := p.next.RoundTrip(req)
	if err == nil {
		p.pace.saw(resp)
	}
	return resp, err
}

// wait blocks until a request can be sent.
func (p *Pace) wait(ctx context.Context) error {
	p.mu.Lock()
	now := p.Now()
	slot := now
	if p.Every > 0 {
		if slot = p.next; slot.Before(now) {
			slot = now
		}
		p.next = slot.Add(p.Every)
	}
	p.mu.Unlock()
	for {
		p.mu.Lock()
		if slot.Before(p.until) { // it may have changed during the sleep
			slot = p.until
		}
		left := slot.Sub(p.Now())
		p.mu.Unlock()
		if left <= 0 {
			return nil
		}
		if err := p.sleep(ctx, left); err != nil {
			return err
		}
	}
}

func (p *Pace) sleep(ctx context.Context, d time.Duration) error {
	if p.Sleep != nil {
		return p.Sleep(ctx, d)
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-p.Quit:
		return errHeld
	case <-timer.C:
		return nil
	}
}

// saw updates the pace from a response.
func (p *Pace) saw(resp *http.Response) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if resp.StatusCode < http.StatusBadRequest {
		p.refusals = 0
		return
	}
	now := p.Now()
	asked, says := transport.RetryAfter(resp.Header, now)
	switch {
	case says:
	case resp.StatusCode != http.StatusTooManyRequests:
		return
	default:
		asked = min(firstPause<<min(p.refusals, 10), longestPause)
		p.refusals++
	}
	if asked > p.MaxWait {
		p.tooLong = max(p.tooLong, asked)
		return
	}
	if until := now.Add(asked); until.After(p.until) {
		p.until = until
	}
}

// ended returns an error if the server asks for a wait that is too long.
func (p *Pace) ended() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.tooLong == 0 {
		return nil
	}
	return failure.New(failure.API, "the server asks to wait %s", p.tooLong.Round(time.Second)).
		Hintf("wait longer with --retry-max-wait %s, or run the command again later with --journal", p.tooLong.Round(time.Second))
}
