// Package faults decides when a server that people test against misbehaves:
// which request meets an error, a broken connection or a delay, and which one
// comes too often. It reads the words in which a person asks for that. It sends
// and waits for nothing itself.
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

// Kind is a way to misbehave.
type Kind string

const (
	Status  Kind = "status"  // an error is served, and nothing done
	Reset   Kind = "reset"   // the connection is reset before a response, and nothing done
	Cut     Kind = "cut"     // the connection ends in the middle of the response's body
	Garbage Kind = "garbage" // the response's body is not what its Content-Type says
	Slow    Kind = "slow"    // the response's body comes piece by piece
)

// Rule says which requests meet which fault.
type Rule struct {
	Kind       Kind
	Status     int           // of kind Status
	RetryAfter int           // seconds, of kind Status; 0: no such header
	Over       time.Duration // how long the body takes, of kind Slow

	Rate      float64 // the share of the matching requests, above 0, at most 1
	Count     int     // how many requests it strikes at most; 0: no limit
	Method    string  // upper case; "" for all, as below
	Path      string  // of the request or the definition; * stands for any text
	API       string
	Operation string // operationId

	Text string // that it was read from
}

// Request is what a rule looks at.
type Request struct {
	Method         string
	Path, Template string // as it was asked for, and as the definition has it
	API, Operation string // "" where no operation is met
}

func (r Rule) matches(q Request) bool {
	return (r.Method == "" || r.Method == q.Method) &&
		(r.API == "" || r.API == q.API) &&
		(r.Operation == "" || r.Operation == q.Operation) &&
		(r.Path == "" || Like(r.Path, q.Path) || Like(r.Path, q.Template))
}

// Like reports whether a text fits a pattern in which * stands for any text.
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
// for use by several goroutines. Plans with the same seed decide alike on the same sequence of
// requests.
type Plan struct {
	rules []Rule
	delay Span

	mu     sync.Mutex
	dice   []*rand.Rand // one of each rule, so that they do not disturb each other
	timing *rand.Rand
	struck []int
}

// New returns a plan. Without rules and delay it does nothing.
func New(rules []Rule, delay Span, seed uint64) *Plan {
	p := &Plan{rules: rules, delay: delay, struck: make([]int, len(rules)), timing: rand.New(rand.NewPCG(seed, 0))}
	for i := range rules {
		p.dice = append(p.dice, rand.New(rand.NewPCG(seed, uint64(i)+1)))
	}
	return p
}

// Describe is the plan as it is typed: a text for each rule, and the delay, "" for
// none.
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

// Strike returns the first rule that the request meets, or nil.
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

// Delay is how long the next answer is to wait.
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
