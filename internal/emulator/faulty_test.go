package emulator_test

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/epilot-cli/epilot/internal/emulator"
	"github.com/epilot-cli/epilot/internal/emulator/faults"
)

func bareClient() *http.Transport { return &http.Transport{DisableKeepAlives: true} }

// newRequest returns a request with a timeout.
func newRequest(t *testing.T, url, key, value string) (*http.Request, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	t.Cleanup(cancel)
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err == nil {
		r.Header.Set(key, value)
	}
	return r, err
}

// newFaulty serves an emulator with these fault rules, and returns its address
// and its log.
func newFaulty(t *testing.T, change func(*emulator.Options), rules ...string) (url string, log func() []emulator.Entry) {
	t.Helper()
	var list []faults.Rule
	for _, text := range rules {
		rule, err := faults.Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, rule)
	}
	var mu sync.Mutex
	var entries []emulator.Entry
	o := options(stateCopy(t), time.Now)
	o.Faults = faults.New(list, faults.Span{}, 1)
	o.Log = func(e emulator.Entry) {
		mu.Lock()
		defer mu.Unlock()
		entries = append(entries, e)
	}
	if change != nil {
		change(&o)
	}
	e, err := emulator.New(o)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(e)
	t.Cleanup(server.Close)
	return server.URL, func() []emulator.Entry {
		mu.Lock()
		defer mu.Unlock()
		return entries
	}
}

// fetch returns the response and its body, and the error of either.
func fetch(t *testing.T, method, url string) (*http.Response, string, error) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	response, err := bareClient().RoundTrip(r)
	if err != nil {
		return nil, "", err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	return response, string(body), err
}

const every = "/v1/shop/all"

func TestFaults(t *testing.T) {
	t.Parallel()
	for rule, want := range map[string]struct {
		status int // 0: no response
		body   string
		broken bool // the body ends early
		fault  string
	}{
		"status=503,retry-after=7": {503, `{"status":503,"error":"Service Unavailable, on purpose"}`, false, "status"},
		"kind=reset":               {0, "", false, "reset"},
		"kind=cut":                 {200, `"ev`, true, "cut"},
		"kind=garbage":             {200, `<<<ery"`, false, "garbage"},
		"kind=slow,over=20ms":      {200, `"every"`, false, "slow"},
		"method=POST":              {200, `"every"`, false, ""},
		"operation=all,api=shop":   {500, "on purpose", false, "status"},
	} {
		url, log := newFaulty(t, nil, rule)
		response, body, err := fetch(t, "GET", url+every)
		switch {
		case want.status == 0 && err == nil:
			t.Errorf("%s: answered %s", rule, body)
		case want.status == 0:
		case response == nil || response.StatusCode != want.status || !strings.Contains(body, want.body) || (err != nil) != want.broken:
			t.Errorf("%s: %v %q %v", rule, response, body, err)
		case want.status == 503 && response.Header.Get("Retry-After") != "7":
			t.Errorf("%s: %v", rule, response.Header)
		}
		if entries := log(); len(entries) != 1 || entries[0].Fault != want.fault || entries[0].Status != want.status {
			t.Errorf("%s: logged %+v", rule, entries)
		}
	}
}

func TestFaultsOfNoBody(t *testing.T) {
	t.Parallel()
	url, _ := newFaulty(t, nil, "kind=cut,count=2", "kind=garbage,count=1", "kind=slow,over=1ms,count=1")
	for _, method := range []string{"DELETE", "HEAD"} {
		path := map[string]string{"DELETE": "/v1/shop/x", "HEAD": every}[method]
		if _, _, err := fetch(t, method, url+path); err == nil {
			t.Errorf("%s is answered", method)
		}
	}
	if response, body, err := fetch(t, "DELETE", url+"/v1/shop/x"); err != nil || response.StatusCode != 204 || body != "" {
		t.Errorf("garbage: %v %v", response, err)
	}
	if response, _, err := fetch(t, "DELETE", url+"/v1/shop/x"); err != nil || response.StatusCode != 204 {
		t.Errorf("slow: %v %v", response, err)
	}
	if response, _, err := fetch(t, "GET", url+every); err != nil || response.StatusCode != 200 {
		t.Errorf("after the last: %v %v", response, err)
	}
}

// TestRateLimit: a client that waits as long as it is told is allowed; the
// emulator's own pages have no limit.
func TestRateLimit(t *testing.T) {
	t.Parallel()
	now := time.Unix(1000, 0)
	limit, err := faults.ParseLimit("2/m")
	if err != nil {
		t.Fatal(err)
	}
	url, log := newFaulty(t, func(o *emulator.Options) { o.Limit, o.Now = limit, func() time.Time { return now } })
	for _, want := range []int{200, 200, 429} {
		response, body, err := fetch(t, "GET", url+every)
		if err != nil || response.StatusCode != want {
			t.Fatalf("%v %s", err, body)
		}
		if want != 429 {
			continue
		}
		after, err := strconv.Atoi(response.Header.Get("Retry-After"))
		if err != nil || after != 30 {
			t.Errorf("retry after %d, %v", after, err)
		}
		now = now.Add(time.Duration(after) * time.Second)
	}
	if response, _, err := fetch(t, "GET", url+every); err != nil || response.StatusCode != 200 {
		t.Errorf("after the wait: %v %v", response, err)
	}
	if response, _, err := fetch(t, "GET", url+"/_health"); err != nil || response.StatusCode != 200 {
		t.Errorf("health: %v %v", response, err)
	}
	if entry := log()[2]; entry.Fault != "rate limit" || entry.Status != 429 {
		t.Errorf("%+v", entry)
	}
}

// TestRecord: every request is recorded, including bodies that no operation reads.
func TestRecord(t *testing.T) {
	t.Parallel()
	var seen []emulator.Exchange
	url, _ := newFaulty(t, func(o *emulator.Options) {
		o.Record = func(x emulator.Exchange) { seen = append(seen, x) }
	})
	for _, path := range []string{"/nowhere?a=1", every} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url+path, strings.NewReader("words"))
		if err != nil {
			t.Fatal(err)
		}
		response, err := bareClient().RoundTrip(r)
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
	}
	if len(seen) != 2 || string(seen[0].Body) != "words" || seen[0].Query != "a=1" || seen[0].Status != 404 ||
		string(seen[1].Body) != "words" || seen[1].Operation != "all" || seen[1].Began.IsZero() {
		text, _ := json.Marshal(seen)
		t.Errorf("%s", text)
	}
}
