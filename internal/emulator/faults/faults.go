// Package faults decides when a test server misbehaves: which request gets an
// error, a broken connection or a delay, and which exceeds the rate limit. It
// also parses the rules that users write. It never sends or waits itself.
package faults

import (
	"math"
	"math/rand/v2"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/epilot-cli/epilot/internal/failure"
)

// Kind is a kind of fault.
type Kind string

const (
	Status  Kind = "status"  // an error response; the request has no effect
	Reset   Kind = "reset"   // the connection is reset before a response; the request has no effect
	Cut     Kind = "cut"     // the connection closes in the middle of the response body
	Garbage Kind = "garbage" // the response body does not match its Content-Type
	Slow    Kind = "slow"    // the response body arrives in pieces
)

// Rule defines which requests get which fault.
type Rule struct {
	Kind       Kind
	Status     int           // for kind Status
	RetryAfter int           // in seconds, for kind Status; 0: no header
	Over       time.Duration // duration of the body, for kind Slow

	Rate      float64 // the share of the matching requests, above 0, at most 1
	Count     int     // the maximum number of faults; 0: no limit
	Method    string  // upper case; "" for all, as below
	Path      string  // of the request or the definition; * matches any string
	API       string
	Operation string // operationId

	Text string // the source of the rule
}

// Request has the properties of a request that rules match.
type Request struct {
	Method         string
	Path, Template string // as requested, and as defined
	API, Operation string // "" if no operation matched
}

func (r Rule) matches(q Request) bool {
	return (r.Method == "" || r.Method == q.Method) &&
		(r.API == "" || r.API == q.API) &&
		(r.Operation == "" || r.Operation == q.Operation) &&
		(r.Path == "" || Like(r.Path, q.Path) || Like(r.Path, q.Template))
}

// Like reports whether a string matches a pattern in which * matches any string.
func Like(pattern, text string) bool {
	head, rest, more := strings.Cut(pattern, "*")
	if !more {
		return pattern == text
	}
	if !strings.HasPrefix(text, head) {
		return false
	}
	text = text[len(head):]
	parts := strings.Split(rest, "*")
	for _, part := range parts[:len(parts)-1] {
		at := strings.Index(text, part)
		if at < 0 {
			return false
		}
		text = text[at+len(part):]
	}
	return strings.HasSuffix(text, parts[len(parts)-1])
}

// Plan is the faults and delays of one server; a nil plan has none. It is safe
// for concurrent use. Plans with the same seed make the same decisions for the
// same sequence of requests.
type Plan struct {
	rules []Rule
	delay Span

	mu     sync.Mutex
	dice   []*rand.Rand // one per rule, so that rules do not affect each other
	timing *rand.Rand
	struck []int
}

// New returns a plan. Without rules and delay, it does nothing.
func New(rules []Rule, delay Span, seed uint64) *Plan {
	p := &Plan{rules: rules, delay: delay, struck: make([]int, len(rules)), timing: rand.New(rand.NewPCG(seed, 0))}
	for i := range rules {
		p.dice = append(p.dice, rand.New(rand.NewPCG(seed, uint64(i)+1)))
	}
	return p
}

// Describe returns the plan in the syntax of the flags: a string for each rule,
// and the delay, "" for none.
func (p *Plan) Describe() (rules []string, delay string) {
	if p == nil {
		return nil, ""
	}
	for _, rule := range p.rules {
		rules = append(rules, rule.Text)
	}
	switch {
	case p.delay == Span{}:
	case p.delay.Least == p.delay.Most:
		delay = p.delay.Least.String()
	default:
		delay = p.delay.Least.String() + ".." + p.delay.Most.String()
	}
	return rules, delay
}

// Strike returns the first rule that applies to the request, or nil.
func (p *Plan) Strike(q Request) *Rule {
	if p == nil {
		return nil
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	for i := range p.rules {
		rule := &p.rules[i]
		if !rule.matches(q) || rule.Count > 0 && p.struck[i] >= rule.Count {
			continue
		}
		if p.dice[i].Float64() < rule.Rate {
			p.struck[i]++
			return rule
		}
	}
	return nil
}

// Delay returns the delay of the next response.
func (p *Plan) Delay() time.Duration {
	if p == nil {
		return 0
	}
	if p.delay.Most <= p.delay.Least {
		return p.delay.Least
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.delay.Least + time.Duration(p.timing.Int64N(int64(p.delay.Most-p.delay.Least)+1))
}

// Limit is a rate limit: a token bucket that refills evenly. It is safe for
// concurrent use. A nil limit allows every request.
type Limit struct {
	size float64       // capacity of the bucket, in tokens
	each time.Duration // time to refill one token

	mu    sync.Mutex
	level float64
	seen  time.Time
}

// ParseLimit parses "10/s", "100/m" or "1000/h". For "" it returns nil. Errors
// are of kind Usage.
func ParseLimit(text string) (*Limit, error) {
	if text == "" {
		return nil, nil
	}
	number, unit, _ := strings.Cut(text, "/")
	count, err := strconv.Atoi(strings.TrimSpace(number))
	period := periodOf(strings.TrimSpace(unit))
	if err != nil || count < 1 || count > maxLimit || period == 0 {
		return nil, failure.New(failure.Usage, "invalid --rate-limit %q", text).
			Hintf("use a rate such as 10/s, 100/m or 1000/h, at most %d", maxLimit)
	}
	return &Limit{size: float64(count), level: float64(count), each: period / time.Duration(count)}, nil
}

// maxLimit is the maximum number of requests per unit of time.
const maxLimit = 1_000_000

// rounding is the tolerated rounding error of the level, in tokens.
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

// Take allows a request, or returns in how many seconds, rounded up, another will
// be allowed (RFC 9110, section 10.2.3).
func (l *Limit) Take(now time.Time) (retryAfter int, ok bool) {
	if l == nil {
		return 0, true
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if passed := now.Sub(l.seen); passed > 0 { // requests can arrive here out of order
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
