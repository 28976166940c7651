package bulk_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/epilot-cli/epilot/internal/auth/keyring"
	"github.com/epilot-cli/epilot/internal/bulk"
	"github.com/epilot-cli/epilot/internal/catalog"
	"github.com/epilot-cli/epilot/internal/client"
	"github.com/epilot-cli/epilot/internal/failure"
	"github.com/epilot-cli/epilot/internal/openapi"
	"github.com/epilot-cli/epilot/internal/openapi/body"
	"github.com/epilot-cli/epilot/internal/openapi/params"
	"github.com/epilot-cli/epilot/internal/transport"
	"github.com/epilot-cli/epilot/profiles"
)

// clock is a fake clock on which sleeping takes no time.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) Sleep(ctx context.Context, d time.Duration) error {
	c.mu.Lock()
	c.now = c.now.Add(d)
	c.mu.Unlock()
	return ctx.Err()
}

// fixture is a run of createEntity whose calls go to the handler.
type fixture struct {
	*bulk.Run
	api     *openapi.API
	op      *openapi.Operation
	client  *client.Client
	plan    *bulk.Plan
	clock   *clock
	results []string // in order of arrival
}

func newFixture(t *testing.T, operation string, handler http.HandlerFunc) *fixture {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	f := &fixture{clock: &clock{now: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)}}
	token := "SeCrEt-token"
	c := catalog.New(catalog.Options{Now: time.Now})
	api, err := c.Load(t.Context(), "entity", "")
	if err != nil {
		t.Fatal(err)
	}
	f.api, f.op = api, api.Named(operation)
	pace := &bulk.Pace{MaxWait: time.Minute, Now: f.clock.Now, Sleep: f.clock.Sleep}
	f.client = client.New(client.Environment{
		Account: &client.Account{
			Profiles: profiles.Open(profiles.Options{Dir: t.TempDir(), Lookup: func(string) (string, bool) { return "", false }}),
			Vault:    &keyring.Vault{}, Token: &token, Environ: func() []string { return nil },
			Now: time.Now, Warn: func(string) {},
		},
		Catalog: c, Trust: &catalog.Trust{},
		HTTP: transport.Options{Now: f.clock.Now, Attempt: pace.Wrap},
	}, client.Policy{
		Server: server.URL, PerCall: true, Timeout: time.Minute,
		Retry: transport.Retry{Retries: 2, MaxWait: time.Minute, Sleep: f.clock.Sleep, Random: func(d time.Duration) time.Duration { return d }},
	})
	t.Cleanup(f.client.Close)
	f.plan = &bulk.Plan{Operation: f.op, Params: params.Input{}, Body: func(string) body.Input { return body.Input{} }}
	f.Run = &bulk.Run{
		Prepare: func(ctx context.Context, row *bulk.Row) (*client.Call, error) {
			in, read, err := f.plan.Input(ctx, row)
			if err != nil {
				return nil, err
			}
			call, err := f.client.Prepare(ctx, f.api, f.op, in)
			if err != nil {
				return nil, err
			}
			call.Body, err = read(ctx, call.ContentType())
			return call, err
		},
		Send: f.client.Do, Parallel: 8, Pace: pace, Stop: bulk.Stop{},
		Reason: func([]byte) string { return "" },
		Emit: func(r *bulk.Result) error {
			f.results = append(f.results, string(r.Append(nil)))
			return nil
		},
	}
	return f
}

// over sets the input to n rows: {"slug":"contact","n":i}.
func (f *fixture) over(t *testing.T, n int) {
	t.Helper()
	var text strings.Builder
	for i := range n {
		fmt.Fprintf(&text, "{\"slug\":\"contact\",\"n\":%d}\n", i+1)
	}
	r, err := bulk.Open("rows.ndjson", strings.NewReader(text.String()), "")
	if err != nil {
		t.Fatal(err)
	}
	f.Rows = r.Rows()
}

// sent returns the row number of a request.
func sent(r *http.Request) int {
	var row struct{ N int }
	text, _ := io.ReadAll(r.Body)
	_ = json.Unmarshal(text, &row)
	return row.N
}

// TestRun checks that each row makes a call, with hundreds in parallel and in order.
func TestRun(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	got := map[int]int{}
	f := newFixture(t, "createEntity", func(w http.ResponseWriter, r *http.Request) {
		n := sent(r)
		mu.Lock()
		got[n]++
		mu.Unlock()
		w.WriteHeader(http.StatusCreated)
		fmt.Fprintf(w, "{\n \"n\": %d}", n)
	})
	f.over(t, 500)
	f.Parallel, f.Ordered = bulk.MostParallel, true
	sum, err := f.Do(t.Context())
	if err != nil || sum != (bulk.Summary{Done: 500}) || len(got) != 500 {
		t.Fatalf("%+v %v, %d rows", sum, err, len(got))
	}
	for i, line := range f.results {
		var result struct {
			Row, Status int
			Body        struct{ N int }
		}
		if err := json.Unmarshal([]byte(line), &result); err != nil || result.Row != i+1 || result.Body.N != i+1 || result.Status != 201 || got[i+1] != 1 {
			t.Fatalf("line %d: %s", i+1, line)
		}
	}
}

// TestBadServer uses a server that temporarily rejects a third of the requests,
// fails some and breaks some connections. The summary must match what the server
// applied, and retries must not arrive early.
func TestBadServer(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	applied, tries := map[int]int{}, map[int]int{}
	f := newFixture(t, "createEntity", func(w http.ResponseWriter, r *http.Request) {
		n := sent(r)
		mu.Lock()
		defer mu.Unlock()
		tries[n]++
		switch {
		case n%3 == 0 && tries[n] < 3:
			w.Header().Set("Retry-After", "5")
			w.WriteHeader(http.StatusTooManyRequests)
			return
		case n%10 == 1:
			applied[n]++
			w.WriteHeader(http.StatusInternalServerError)
			return
		case n%10 == 2:
			applied[n]++
			panic(http.ErrAbortHandler)
		case n%10 == 4:
			w.WriteHeader(http.StatusUnprocessableEntity)
			return
		}
		applied[n]++
	})
	f.over(t, 200)
	sum, err := f.Do(t.Context())
	mu.Lock() // a broken connection does not wait for its handler
	defer mu.Unlock()
	unknown, failed := 0, 0
	for n := 1; n <= 200; n++ {
		switch n % 10 {
		case 1, 2:
			unknown++
		case 4:
			failed++
			continue
		}
		if applied[n] != 1 {
			t.Errorf("row %d was applied %d times", n, applied[n])
		}
	}
	if want := (bulk.Summary{Done: 200 - unknown - failed, Unknown: unknown, Failed: failed}); err != nil || sum != want {
		t.Errorf("got %+v %v, want %+v", sum, err, want)
	}
}

// TestPause checks that no row is sent during a pause that the server requested.
func TestPause(t *testing.T) {
	t.Parallel()
	var until time.Time
	early := 0
	var f *fixture
	f = newFixture(t, "createEntity", func(w http.ResponseWriter, r *http.Request) {
		now := f.clock.Now()
		if now.Before(until) {
			early++
		}
		if n := sent(r); n%5 == 0 && !until.Equal(now) {
			until = now.Add(7 * time.Second)
			w.Header().Set("Retry-After", "7")
			w.WriteHeader(http.StatusTooManyRequests)
		}
	})
	f.over(t, 50)
	f.Parallel = 1 // otherwise rows in flight may still arrive
	sum, err := f.Do(t.Context())
	if err != nil || sum.Done != 50 || early > 0 || until.IsZero() {
		t.Errorf("%+v %v, %d requests too early", sum, err, early)
	}
}

// TestTooLongPause checks that the run ends and reports the wait that the server
// wants.
func TestTooLongPause(t *testing.T) {
	t.Parallel()
	f := newFixture(t, "createEntity", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Retry-After", "3600")
		w.WriteHeader(http.StatusTooManyRequests)
	})
	f.over(t, 500)
	sum, err := f.Do(t.Context())
	if err == nil || !strings.Contains(err.Error(), "asks to wait 1h0m0s") || sum.Failed == 0 || sum.Sent() > 2*f.Parallel {
		t.Errorf("%+v %v", sum, err)
	}
}

// TestStop checks that bad input does not cause thousands of failing calls.
func TestStop(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		stop  bulk.Stop
		fails func(n int) bool
		want  string
		most  int // maximum number of rows sent
	}{
		"in a row":          {bulk.Stop{Usual: true}, func(int) bool { return true }, "stopped after 20 failures in a row: 400", 27},
		"half of the first": {bulk.Stop{Usual: true}, func(n int) bool { return n%2 == 0 }, "stopped after 50 failures in the first 100 rows: 400", 107},
		"after some":        {bulk.Stop{After: 3}, func(n int) bool { return n%5 == 0 }, "stopped after 3 failures: 400", 30},
		"never":             {bulk.Stop{}, func(int) bool { return true }, "", 300},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t, "createEntity", func(w http.ResponseWriter, r *http.Request) {
				if tt.fails(sent(r)) {
					w.WriteHeader(http.StatusBadRequest)
				}
			})
			f.over(t, 300)
			f.Stop, f.Ordered = tt.stop, true
			if name == "half of the first" {
				f.Parallel = 1 // responses arrive in row order
			}
			sum, err := f.Do(t.Context())
			if tt.want == "" && (err != nil || sum.Sent() != tt.most) || tt.want != "" && (err == nil || !strings.HasPrefix(err.Error(), tt.want)) || sum.Sent() > tt.most {
				t.Errorf("%+v %v", sum, err)
			}
		})
	}
}

// TestInterrupt checks that rows in flight finish and that no others are sent.
func TestInterrupt(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancelCause(t.Context())
	f := newFixture(t, "createEntity", func(w http.ResponseWriter, r *http.Request) {
		if sent(r) == 40 {
			cancel(failure.New(failure.Interrupted, "interrupted"))
		}
	})
	f.over(t, 500)
	sum, err := f.Do(ctx)
	if failure.Of(err).Kind != failure.Interrupted || sum.Done != len(f.results) || sum.Failed+sum.Unknown > 0 || sum.Done < 33 || sum.Done > 500-f.Parallel {
		t.Errorf("%+v %v", sum, err)
	}
}

// TestResume checks that rows done according to the journal are not sent again.
func TestResume(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	applied := map[int]int{}
	working := false
	f := newFixture(t, "createEntity", func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		n := sent(r)
		switch {
		case n%7 == 0 && !working:
			w.WriteHeader(http.StatusConflict)
			return
		case n%11 == 0 && !working:
			w.WriteHeader(http.StatusInternalServerError)
		}
		applied[n]++
	})
	path := filepath.Join(t.TempDir(), "journal")
	id := bulk.Identity{Operation: "entity createEntity", Server: "s", Input: "sha256:1"}
	run := func(resend bool) bulk.Summary {
		var err error
		if f.Journal, err = bulk.OpenJournal(t.Context(), path, id); err != nil {
			t.Fatal(err)
		}
		defer f.Journal.Close()
		f.over(t, 100)
		f.Resend = resend
		sum, err := f.Do(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return sum
	}
	var got []bulk.Summary
	for i := range 4 {
		working = i > 0
		got = append(got, run(i == 2))
	}
	want := []bulk.Summary{
		{Done: 78, Failed: 14, Unknown: 8}, {Done: 14, Unknown: 8, Skipped: 78}, {Done: 8, Skipped: 92}, {Skipped: 100},
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
	for n := 1; n <= 100; n++ {
		if once := 1; applied[n] != once && (n%11 != 0 || n%7 == 0 || applied[n] != 2) {
			t.Errorf("row %d was applied %d times", n, applied[n])
		}
	}
}
