package transport

import (
	"context"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/epilot-cli/epilot/internal/failure"
)

// waits is a fake clock that records the waits.
type waits struct {
	slept    []time.Duration
	reported []Repeat
}

func (w *waits) options(attempts int) Options {
	return Options{
		Now: func() time.Time { return time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC) },
		Retry: Retry{
			Retries: attempts - 1, MaxWait: time.Minute,
			Random: func(limit time.Duration) time.Duration { return limit - 1 },
			Sleep: func(_ context.Context, d time.Duration) error {
				w.slept = append(w.slept, d)
				return nil
			},
			Report: func(r Repeat) { w.reported = append(w.reported, r) },
		},
	}
}

// answers serves one step after the other, repeating the last.
func answers(t *testing.T, steps ...http.HandlerFunc) (url string, count *atomic.Int32) {
	t.Helper()
	count = &atomic.Int32{}
	server := serve(t, func(w http.ResponseWriter, r *http.Request) {
		n := int(count.Add(1))
		steps[min(n, len(steps))-1](w, r)
	})
	return server.URL, count
}

func says(status int, retryAfter string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		text, _ := io.ReadAll(r.Body)
		if retryAfter != "" {
			w.Header().Set("Retry-After", retryAfter)
		}
		w.WriteHeader(status)
		_, _ = io.WriteString(w, r.Method+" "+string(text))
	}
}

// resets ends the connection with RST after sending these bytes of a response.
func resets(sent string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		conn, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			return
		}
		_, _ = io.WriteString(conn, sent)
		_ = conn.(*net.TCPConn).SetLinger(0)
		_ = conn.Close()
	}
}

func hangsUp(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }

func TestRepeats(t *testing.T) {
	t.Parallel()
	const half, one = 500*time.Millisecond - 1, time.Second - 1
	for _, test := range []struct {
		name, method, body string
		steps              []http.HandlerFunc
		unsafe             bool
		want               string // the status and body, or part of the error
		slept              []time.Duration
	}{
		{"429 with seconds, twice", "GET", "", []http.HandlerFunc{says(429, "3"), says(429, " 7 "), says(200, "")}, false, "200 GET ", []time.Duration{3 * time.Second, 7 * time.Second}},
		{"503 with a date", "GET", "", []http.HandlerFunc{says(503, "Fri, 02 Jan 2026 03:04:35 GMT"), says(200, "")}, false, "200 GET ", []time.Duration{30 * time.Second}},
		{"a date that is over", "GET", "", []http.HandlerFunc{says(503, "Fri, 02 Jan 2026 03:04:00 GMT"), says(200, "")}, false, "200 GET ", []time.Duration{half}},
		{"a minimum, no maximum", "GET", "", []http.HandlerFunc{says(503, "0"), says(200, "")}, false, "200 GET ", []time.Duration{half}},
		{"nonsense", "GET", "", []http.HandlerFunc{says(503, "soon"), says(200, "")}, false, "200 GET ", []time.Duration{half}},
		{"longer than it may be", "GET", "", []http.HandlerFunc{says(429, "61"), says(200, "")}, false, "429 GET ", nil},
		{"for ever and a day", "GET", "", []http.HandlerFunc{says(429, "99999999999999999999"), says(200, "")}, false, "429 GET ", nil},
		{"503 for ever", "GET", "", []http.HandlerFunc{says(503, "")}, false, "503 GET ", []time.Duration{half, one}},
		{"408", "HEAD", "", []http.HandlerFunc{says(408, ""), says(200, "")}, false, "200 ", []time.Duration{half}},
		{"500", "OPTIONS", "", []http.HandlerFunc{says(500, ""), says(200, "")}, false, "200 OPTIONS ", []time.Duration{half}},
		{"502 and 504", "GET", "", []http.HandlerFunc{says(502, ""), says(504, ""), says(200, "")}, false, "200 GET ", []time.Duration{half, one}},
		{"404 is an answer", "GET", "", []http.HandlerFunc{says(404, ""), says(200, "")}, false, "404 GET ", nil},
		{"501 is an answer", "GET", "", []http.HandlerFunc{says(501, "1"), says(200, "")}, false, "501 GET ", nil},
		{"a write is not repeated", "POST", "x", []http.HandlerFunc{says(503, ""), says(200, "")}, false, "503 POST x", nil},
		{"nor on 500 with Retry-After", "POST", "x", []http.HandlerFunc{says(500, "1"), says(200, "")}, false, "500 POST x", nil},
		{"unless the server did nothing: 503", "POST", "x", []http.HandlerFunc{says(503, "1"), says(200, "")}, false, "200 POST x", []time.Duration{time.Second}},
		{"unless the server did nothing: 429", "DELETE", "", []http.HandlerFunc{says(429, ""), says(200, "")}, false, "200 DELETE ", []time.Duration{half}},
		{"a fraction is rounded up", "PATCH", "x", []http.HandlerFunc{says(429, "1.2"), says(429, "2.0"), says(200, "")}, false, "200 PATCH x", []time.Duration{2 * time.Second, 2 * time.Second}},
		{"nor a DELETE", "DELETE", "", []http.HandlerFunc{hangsUp, says(404, "")}, false, "closed the connection without a response", nil},
		{"nor a reset write", "PATCH", "x", []http.HandlerFunc{resets(""), says(200, "")}, false, "", nil},
		{"unless it is asked for", "DELETE", "", []http.HandlerFunc{hangsUp, says(200, "")}, true, "200 DELETE ", []time.Duration{half}},
		{"with its body", "PUT", "body", []http.HandlerFunc{says(503, ""), resets(""), says(200, "")}, true, "200 PUT body", []time.Duration{half, one}},
		{"a GET with a body", "GET", "q", []http.HandlerFunc{says(503, ""), says(200, "")}, false, "200 GET q", []time.Duration{half}},
		{"reset before the answer", "GET", "", []http.HandlerFunc{resets(""), says(200, "")}, false, "200 GET ", []time.Duration{half}},
		{"hung up before the answer", "GET", "", []http.HandlerFunc{hangsUp, hangsUp, hangsUp}, false, "closed the connection without a response", []time.Duration{half, one}},
		{"not inside the headers", "GET", "", []http.HandlerFunc{resets("HTTP/1.1 200 OK\r\nX-"), says(200, "")}, false, "", nil},
		{"no HTTP at all", "GET", "", []http.HandlerFunc{resets("hello\r\n\r\n"), says(200, "")}, false, "", nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			url, count := answers(t, test.steps...)
			var w waits
			o := w.options(3)
			o.Retry.Unsafe = test.unsafe
			answer, err := New(o).RoundTrip(request(t, test.method, url, test.body))
			if !slices.Equal(w.slept, test.slept) || int(count.Load()) != len(test.slept)+1 || len(w.reported) != len(test.slept) {
				t.Errorf("%d attempts, slept %v, want %v", count.Load(), w.slept, test.slept)
			}
			if err != nil {
				checkRefused(t, err, test.want)
				return
			}
			if got := answer.Status[:4] + read(t, answer); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

// TestResetInsideTheBody: the caller already has the first part of the body.
func TestResetInsideTheBody(t *testing.T) {
	t.Parallel()
	url, count := answers(t, resets("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf"), says(200, ""))
	var w waits
	answer, err := New(w.options(3)).RoundTrip(request(t, "GET", url, ""))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	if _, err := io.ReadAll(answer.Body); err == nil || count.Load() != 1 {
		t.Errorf("error %v after %d attempts", err, count.Load())
	}
}

// TestNeverDialled: nothing was sent, so a write is retried too.
func TestNeverDialled(t *testing.T) {
	t.Parallel()
	closed := closedPort(t)
	server := serve(t, says(200, ""))
	for _, test := range []struct {
		name, url string
		err       error // error of the first two dials
		want      string
		slept     int
	}{
		{"refused for ever", "http://" + closed, nil, "connection refused", 2},
		{"refused twice", server.URL, syscall.ECONNREFUSED, "", 2},
		{"no route", server.URL, syscall.EHOSTUNREACH, "", 2},
		{"name server busy", server.URL, &net.DNSError{Name: "x", Err: "busy", IsTemporary: true}, "", 2},
		{"no such name", server.URL, &net.DNSError{Name: "x", IsNotFound: true}, "no such host x", 0},
		{"not a dial", server.URL, io.ErrNoProgress, "multiple Read calls", 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			var w waits
			o := w.options(3)
			answer, err := o.over(failing(t, test.err)).RoundTrip(request(t, "POST", test.url, "the body"))
			if len(w.slept) != test.slept {
				t.Errorf("slept %v", w.slept)
			}
			if test.want != "" {
				checkRefused(t, err, test.want)
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if got := read(t, answer); got != "POST the body" {
				t.Errorf("got %q", got)
			}
		})
	}
}

// failing returns a transport whose first two dials fail.
func failing(t *testing.T, err error) *http.Transport {
	t.Helper()
	base := newBase(Options{}.withDefaults(), connectTimeout)
	dial, left := base.DialContext, 2
	base.DialContext = func(ctx context.Context, network, address string) (net.Conn, error) {
		if left--; left < 0 || err == nil {
			return dial(ctx, network, address)
		}
		if err == io.ErrNoProgress {
			return nil, err
		}
		return nil, &net.OpError{Op: "dial", Net: network, Err: err}
	}
	t.Cleanup(base.CloseIdleConnections)
	return base
}

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
	if last.Attempt != 9 || last.Of != 9 || last.Status != 503 || last.Method != "GET" || last.URL != url || last.Wait != want[8] {
		t.Errorf("reported %+v", last)
	}
}

// TestRepeatsOverRedirects: the limit of three attempts includes redirects.
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

// TestWaitEnds: a wait ends with the context, and one that would outlast the context
// does not start.
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
	answer, err := New(Options{Retry: Retry{Retries: 1, MaxWait: time.Millisecond}}).RoundTrip(request(t, "GET", url, ""))
	if err != nil {
		t.Fatal(err)
	}
	if got := read(t, answer); got != "GET " || count.Load() != 2 {
		t.Errorf("got %q after %d attempts", got, count.Load())
	}
}
