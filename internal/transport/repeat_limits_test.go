package transport

import (
	"context"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/epilot-cli/epilot/internal/failure"
)

func TestRepeatLimits(t *testing.T) {
	t.Parallel()
	url, _ := answers(t, says(503, ""))
	var w waits
	o := w.options(10)
	answer, err := New(o).RoundTrip(request(t, "GET", url, ""))
	if err != nil {
		t.Fatal(err)
	}
	_ = answer.Body.Close()
	var want []time.Duration
	for _, limit := range []time.Duration{500, 1000, 2000, 4000, 8000, 16000, 20000, 20000, 20000} {
		want = append(want, limit*time.Millisecond-1)
	}
	if !slices.Equal(w.slept, want) {
		t.Errorf("slept %v, want %v", w.slept, want)
	}
	last := w.reported[8]
	if last.Attempt != 9 || last.Of != 10 || last.Status != 503 || last.Method != "GET" || last.URL != url || last.Wait != want[8] {
		t.Errorf("reported %+v", last)
	}
}

// TestRepeatsOverRedirects: three attempts are three, wherever they went.
func TestRepeatsOverRedirects(t *testing.T) {
	t.Parallel()
	url, count := answers(t, says(503, ""), func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "/there", http.StatusFound)
	}, says(503, ""))
	var w waits
	answer, err := New(w.options(3)).RoundTrip(request(t, "GET", url, ""))
	if err != nil {
		t.Fatal(err)
	}
	_ = answer.Body.Close()
	if answer.StatusCode != 503 || count.Load() != 3 || len(w.slept) != 1 {
		t.Errorf("%s after %d requests", answer.Status, count.Load())
	}
}

func TestStreamedBodyIsNotRepeated(t *testing.T) {
	t.Parallel()
	url, count := answers(t, says(503, ""))
	req := request(t, "PUT", url, "")
	req.Body = io.NopCloser(io.LimitReader(strings.NewReader("body"), 9))
	var w waits
	o := w.options(3)
	o.Retry.Unsafe = true
	answer, err := New(o).RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	if got := read(t, answer); got != "PUT body" || count.Load() != 1 {
		t.Errorf("got %q after %d attempts", got, count.Load())
	}
}

// TestWaitEnds: a wait ends with the context, and one that would be longer than
// the context lasts is not begun.
func TestWaitEnds(t *testing.T) {
	t.Parallel()
	url, count := answers(t, says(503, "30"))
	terminated := failure.New(failure.Terminated, "terminated")
	ctx, cancel := context.WithCancelCause(t.Context())
	var w waits
	o := w.options(3)
	o.Retry.Sleep = nil
	o.Retry.Report = func(Repeat) { cancel(terminated) }
	if _, err := New(o).RoundTrip(request(t, "GET", url, "").WithContext(ctx)); err != error(terminated) || count.Load() != 1 {
		t.Errorf("error %v after %d attempts", err, count.Load())
	}

	late, stop := context.WithTimeout(t.Context(), 20*time.Second)
	defer stop()
	o = w.options(3)
	o.Now = time.Now
	answer, err := New(o).RoundTrip(request(t, "GET", url, "").WithContext(late))
	if err != nil {
		t.Fatal(err)
	}
	_ = answer.Body.Close()
	if answer.StatusCode != 503 || len(w.slept) != 0 {
		t.Errorf("%s, slept %v", answer.Status, w.slept)
	}
}

func TestDefaultsOfRetry(t *testing.T) {
	t.Parallel()
	url, count := answers(t, says(503, ""), says(200, ""))
	answer, err := New(Options{Retry: Retry{Attempts: 2, MaxWait: time.Millisecond}}).RoundTrip(request(t, "GET", url, ""))
	if err != nil {
		t.Fatal(err)
	}
	if got := read(t, answer); got != "GET " || count.Load() != 2 {
		t.Errorf("got %q after %d attempts", got, count.Load())
	}
}
