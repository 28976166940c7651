package faults_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/epilot-cli/epilot/internal/emulator/faults"
	"github.com/epilot-cli/epilot/internal/failure"
)

func TestParse(t *testing.T) {
	t.Parallel()
	usual := faults.Rule{Kind: faults.Status, Status: 500, Rate: 1, Over: 2 * time.Second}
	with := func(change func(*faults.Rule)) faults.Rule {
		r := usual
		change(&r)
		return r
	}
	for text, want := range map[string]faults.Rule{
		"rate=0.1,status=503":           with(func(r *faults.Rule) { r.Rate, r.Status = 0.1, 503 }),
		"status=429,retry-after=3":      with(func(r *faults.Rule) { r.Status, r.RetryAfter = 429, 3 }),
		" Method = get , path=/v1/* ":   with(func(r *faults.Rule) { r.Method, r.Path = "GET", "/v1/*" }),
		"kind=slow,over=100ms,count=2":  with(func(r *faults.Rule) { r.Kind, r.Over, r.Count = faults.Slow, 100*time.Millisecond, 2 }),
		"api=entity,operation=getThing": with(func(r *faults.Rule) { r.API, r.Operation = "entity", "getThing" }),
	} {
		want.Text = text
		if got, err := faults.Parse(text); err != nil || got != want {
			t.Errorf("%q: %+v %v", text, got, err)
		}
	}
	for text, says := range map[string]string{
		"":                         "is not key=value",
		"rate":                     `"rate" is not key=value`,
		"rate=":                    "is not key=value",
		"rate=0":                   `rate cannot be "0"`,
		"rate=1.1":                 `rate cannot be "1.1"`,
		"rate=NaN":                 `rate cannot be "NaN"`,
		"status=200":               `status cannot be "200"`,
		"kind=fire":                `kind cannot be "fire"`,
		"count=-1":                 "count cannot be",
		"over=1h,kind=slow":        "over cannot be",
		"over=1s":                  "over is for kind=slow",
		"retry-after=x":            "retry-after cannot be",
		"kind=cut,status=500":      "kind=cut has no status",
		"rate=0.1,rate=0.2":        "rate is given twice",
		"rate=0.1,colour=blue":     `unknown key "colour"`,
		"rate=0.1,,status=500":     "is not key=value",
		"method=fetch":             `method cannot be "fetch"`,
		"status=503,retry-after=0": "retry-after cannot be",
	} {
		_, err := faults.Parse(text)
		refused(t, text, err, says)
	}
}

func refused(t *testing.T, text string, err error, says string) {
	t.Helper()
	var failed *failure.Error
	if !errors.As(err, &failed) || failed.Kind != failure.Usage || failed.Hint == "" || !strings.Contains(failed.Message, says) {
		t.Errorf("%q: %v, want %q", text, err, says)
	}
}

func TestStrike(t *testing.T) {
	t.Parallel()
	get := faults.Request{Method: "GET", Path: "/entity/v1/entity/contact/1", Template: "/v1/entity/{slug}/{id}", API: "entity", Operation: "getEntity"}
	for text, want := range map[string]bool{
		"status=500": true, "method=GET": true, "method=post": false, "api=entity": true, "api=file": false,
		"operation=getEntity": true, "operation=getentity": false, "path=/v1/entity/{slug}/{id}": true,
		"path=/entity/*": true, "path=*/contact/*": true, "path=*/contact": false, "path=/v1/entity": false,
		"path=*/entity/*/1": true, "path=*": true, "path=*/1*2": false,
	} {
		rule, err := faults.Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		if got := faults.New([]faults.Rule{rule}, faults.Span{}, 1).Strike(get); (got != nil) != want {
			t.Errorf("%s: %v", text, got)
		}
	}
}

// pattern returns which of 1000 requests are struck.
func pattern(t *testing.T, seed uint64, rules ...string) (struck string) {
	t.Helper()
	var list []faults.Rule
	for _, text := range rules {
		rule, err := faults.Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, rule)
	}
	plan := faults.New(list, faults.Span{}, seed)
	for range 1000 {
		switch rule := plan.Strike(faults.Request{Method: "GET"}); {
		case rule == nil:
			struck += "."
		default:
			struck += string(rule.Kind[0])
		}
	}
	return struck
}

func TestSeedRepeats(t *testing.T) {
	t.Parallel()
	once := pattern(t, 7, "rate=0.1,kind=cut")
	if n := strings.Count(once, "c"); n < 60 || n > 140 {
		t.Errorf("%d of 1000 at rate 0.1", n)
	}
	if pattern(t, 7, "rate=0.1,kind=cut") != once || pattern(t, 8, "rate=0.1,kind=cut") == once {
		t.Error("the seed does not decide")
	}
	if got := pattern(t, 1, "count=3,kind=reset", "count=2,kind=slow"); !strings.HasPrefix(got, "rrrss...") || strings.Count(got, ".") != 995 {
		t.Errorf("counts: %s", got[:10])
	}
}

func TestSpan(t *testing.T) {
	t.Parallel()
	span, err := faults.ParseSpan("50ms..200ms")
	if err != nil || span != (faults.Span{Least: 50 * time.Millisecond, Most: 200 * time.Millisecond}) {
		t.Errorf("%v %v", span, err)
	}
	plan, apart := faults.New(nil, span, 3), map[time.Duration]bool{}
	for range 100 {
		d := plan.Delay()
		apart[d] = true
		if d < span.Least || d > span.Most {
			t.Errorf("%s", d)
		}
	}
	if len(apart) < 50 {
		t.Errorf("%d different delays", len(apart))
	}
	if one, err := faults.ParseSpan("1s"); err != nil || faults.New(nil, one, 3).Delay() != time.Second {
		t.Errorf("%v %v", one, err)
	}
	if none, err := faults.ParseSpan(""); err != nil || faults.New(nil, none, 3).Delay() != 0 {
		t.Errorf("%v %v", none, err)
	}
	for _, text := range []string{"50", "x..1s", "2s..1s", "-1s", "1s..", "61s", "1s..2s..3s"} {
		_, err := faults.ParseSpan(text)
		refused(t, text, err, "invalid --latency")
	}
}

// TestLimitOutOfOrder: concurrent requests arrive in any order, and no time
// counts twice.
func TestLimitOutOfOrder(t *testing.T) {
	t.Parallel()
	limit, err := faults.ParseLimit("2/s")
	if err != nil {
		t.Fatal(err)
	}
	early := time.Unix(1, 0)
	late, passed := early.Add(400*time.Millisecond), 0
	for range 10 {
		for _, now := range []time.Time{late, early} {
			if _, ok := limit.Take(now); ok {
				passed++
			}
		}
	}
	if passed != 2 {
		t.Errorf("%d pass at once, want 2", passed)
	}
}

// TestLimit: a client that waits for Retry-After is allowed.
func TestLimit(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]struct{ burst, after int }{"10/s": {10, 1}, "2/m": {2, 30}, "7/m": {7, 9}, "1/h": {1, 3600}, "100/s": {100, 1}} {
		limit, err := faults.ParseLimit(text)
		if err != nil {
			t.Fatal(err)
		}
		now, passed := time.Unix(1, 0), 0
		after, ok := limit.Take(now)
		for ; ok; after, ok = limit.Take(now) {
			passed++
		}
		if passed != want.burst || after != want.after {
			t.Errorf("%s: %d at once, then after %d s", text, passed, after)
		}
		for range 5 {
			now = now.Add(time.Duration(after) * time.Second)
			if _, ok := limit.Take(now); !ok {
				t.Errorf("%s: refused after %d s", text, after)
			}
			for after, ok = limit.Take(now); ok; after, ok = limit.Take(now) {
			}
		}
	}
	var none *faults.Limit
	if _, ok := none.Take(time.Now()); !ok {
		t.Error("no limit refuses")
	}
	for _, text := range []string{"10", "10/", "/s", "0/s", "-1/s", "10/d", "1.5/s", "9999999/s", "10/s/s"} {
		_, err := faults.ParseLimit(text)
		refused(t, text, err, "invalid --rate-limit")
	}
}
