package faults

import (
	"math"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/epilot-cli/epilot/internal/failure"
)

// Limit lets so many requests through in a time: a bucket of tokens that fills
// up evenly. It is safe for use by several goroutines. A nil limit lets every
// request through.
type Limit struct {
	size float64       // tokens of a full bucket
	each time.Duration // in which one token comes

	mu    sync.Mutex
	level float64
	seen  time.Time
}

// ParseLimit reads "10/s", "100/m" or "1000/h". "" is none: nil. Errors are of
// kind Usage.
func ParseLimit(text string) (*Limit, error) {
	if text == "" {
		return nil, nil
	}
	number, unit, _ := strings.Cut(text, "/")
	count, err := strconv.Atoi(strings.TrimSpace(number))
	period := periodOf(strings.TrimSpace(unit))
	if err != nil || count < 1 || count > maxLimit || period == 0 {
		return nil, failure.New(failure.Usage, "--rate-limit %q is not a number of requests for each second, minute or hour", text).
			Hintf("give it as in --rate-limit 10/s, 100/m or 1000/h, at most %d", maxLimit)
	}
	return &Limit{size: float64(count), level: float64(count), each: period / time.Duration(count)}, nil
}

// maxLimit is what a limit may let through in its time at most.
const maxLimit = 1_000_000

// rounding is what the level may lack of a token after many small steps.
const rounding = 1e-6

func periodOf(unit string) time.Duration {
	switch unit {
	case "s":
		return time.Second
	case "m":
		return time.Minute
	case "h":
		return time.Hour
	}
	return 0
}

// Take lets a request through, or says in how many whole seconds one more will
// be let through (RFC 9110, section 10.2.3).
func (l *Limit) Take(now time.Time) (retryAfter int, ok bool) {
	if l == nil {
		return 0, true
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if passed := now.Sub(l.seen); passed > 0 { // one that came before another may ask behind it
		l.level = min(l.size, l.level+float64(passed)/float64(l.each))
		l.seen = now
	}
	if l.level >= 1-rounding {
		l.level--
		return 0, true
	}
	wait := time.Duration((1 - l.level) * float64(l.each))
	return max(1, int(math.Ceil(wait.Seconds()))), false
}
