package faults

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/epilot-cli/epilot/internal/failure"
)

// form is the syntax of a rule, for hints.
const form = "use a rule such as --fault 'rate=0.1,status=503', with any of rate (0 to 1), status (400 to 599), retry-after (seconds), " +
	"kind (status, reset, cut, garbage, slow), over (for slow: 2s), count, method, path, api, operation"

// Parse parses a rule such as "rate=0.1,status=503". The defaults are every
// request and status 500. Errors are of kind Usage.
func Parse(text string) (Rule, error) {
	r := Rule{Kind: Status, Status: 500, Rate: 1, Over: 2 * time.Second, Text: text}
	seen := map[string]bool{}
	for pair := range strings.SplitSeq(text, ",") {
		key, value, assigned := strings.Cut(pair, "=")
		key, value = strings.ToLower(strings.TrimSpace(key)), strings.TrimSpace(value)
		if !assigned || value == "" {
			return r, wrong(text, "%q is not key=value", strings.TrimSpace(pair))
		}
		if seen[key] {
			return r, wrong(text, "%s is given twice", key)
		}
		seen[key] = true
		known, valid := r.set(key, value)
		if !known {
			return r, wrong(text, "unknown key %q", key)
		}
		if !valid {
			return r, wrong(text, "%s cannot be %q", key, value)
		}
	}
	if r.Kind != Status && (seen["status"] || seen["retry-after"]) {
		return r, wrong(text, "kind=%s has no status", r.Kind)
	}
	if r.Kind != Slow && seen["over"] {
		return r, wrong(text, "over is for kind=slow")
	}
	return r, nil
}

func wrong(text, format string, args ...any) error {
	return failure.New(failure.Usage, "--fault %q: "+format, append([]any{text}, args...)...).Hintf("%s", form)
}

func (r *Rule) set(key, value string) (known, valid bool) {
	var err error
	switch key {
	case "rate":
		r.Rate, err = strconv.ParseFloat(value, 64)
		return true, err == nil && r.Rate > 0 && r.Rate <= 1
	case "status":
		r.Status, err = strconv.Atoi(value)
		return true, err == nil && r.Status >= 400 && r.Status <= 599
	case "retry-after":
		r.RetryAfter, err = strconv.Atoi(value)
		return true, err == nil && r.RetryAfter > 0
	case "over":
		r.Over, err = time.ParseDuration(value)
		return true, err == nil && r.Over > 0 && r.Over <= longest
	case "count":
		r.Count, err = strconv.Atoi(value)
		return true, err == nil && r.Count > 0
	case "kind":
		r.Kind = Kind(value)
		return true, r.Kind.isValid()
	}
	return r.setMatch(key, value), r.Method == "" || slices.Contains(methods(), r.Method)
}

func methods() []string {
	return []string{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}
}

// setMatch sets a condition on requests.
func (r *Rule) setMatch(key, value string) (known bool) {
	switch key {
	case "method":
		r.Method = strings.ToUpper(value)
	case "path":
		r.Path = value
	case "api":
		r.API = value
	case "operation":
		r.Operation = value
	default:
		return false
	}
	return true
}

func (k Kind) isValid() bool {
	switch k {
	case Status, Reset, Cut, Garbage, Slow:
		return true
	}
	return false
}

// longest is the maximum delay.
const longest = 60 * time.Second

// Span is a range of durations.
type Span struct{ Least, Most time.Duration }

// ParseSpan parses a duration, "50ms", or a range, "50ms..200ms". "" means none.
// Errors are of kind Usage.
func ParseSpan(text string) (Span, error) {
	if text == "" {
		return Span{}, nil
	}
	low, high, two := strings.Cut(text, "..")
	least, err := time.ParseDuration(strings.TrimSpace(low))
	most := least
	if two && err == nil {
		most, err = time.ParseDuration(strings.TrimSpace(high))
	}
	if err != nil || least < 0 || most < least || most > longest {
		return Span{}, failure.New(failure.Usage, "invalid --latency %q", text).
			Hintf("use a duration or a range up to %s, such as 100ms or 50ms..200ms", longest)
	}
	return Span{least, most}, nil
}
