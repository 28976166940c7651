package emulator_test

import (
	"bufio"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/epilot-cli/epilot/internal/emulator"
)

// TestWhoMaySeeThePage: only this machine can use the page, from a program or
// from a browser that shows the page itself.
func TestWhoMaySeeThePage(t *testing.T) {
	t.Parallel()
	const local = "127.0.0.1:50000"
	own := map[string]string{"Origin": "http://localhost:4010", "Sec-Fetch-Site": "same-origin", "Content-Type": "application/x-www-form-urlencoded"}
	foreign := map[string]string{"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}
	on, off := func(o *emulator.Options) { o.Admin = true }, func(*emulator.Options) {}
	for _, row := range []struct {
		with               func(*emulator.Options)
		method, path, body string
		header             map[string]string
		from               string
		want               int
	}{
		{on, "GET", "/_ui", "", nil, local, 200},
		{on, "GET", "/_ui", "", map[string]string{"Sec-Fetch-Site": "none"}, local, 200},
		{on, "GET", "/_ui/style.css", "", own, local, 200},
		{on, "POST", "/_ui/faults", "rules=rate=0.5,status=503&latency=5ms", own, local, 303},
		{on, "POST", "/_ui/faults", "rules=bogus", own, local, 400},
		{on, "POST", "/_ui/faults", "latency=never", own, local, 400},
		{on, "POST", "/_ui/clock", "time=2030-01-01T00:00:00Z", own, local, 303},
		{on, "POST", "/_ui/clock", "time=", own, local, 303},
		{on, "POST", "/_ui/clock", "time=tomorrow", own, local, 400},
		{on, "GET", "/_ui/clock", "", own, local, 404},
		{on, "GET", "/_ui/nothing", "", own, local, 404},
		{on, "GET", "/_ui", "", foreign, local, 403},
		{on, "POST", "/_ui/clock", "time=", foreign, local, 403},
		{on, "POST", "/_ui/clock", "time=", map[string]string{"Origin": "http://localhost:4011", "Sec-Fetch-Site": "same-site"}, local, 403},
		{on, "GET", "/_ui", "", nil, "10.0.0.1:50000", 403},
		{off, "GET", "/_ui", "", nil, local, 404},
	} {
		if got := adminRequest(t, row.with, row.method, row.path, row.body, row.header, row.from); got.Code != row.want {
			t.Errorf("%s %s %q %v from %s: %d %s", row.method, row.path, row.body, row.header, row.from, got.Code, got.Body)
		}
	}
}

// TestPage: the page shows requests with the reason of a refusal, and resources
// with secrets redacted; the controls work; an open page gets new requests.
func TestPage(t *testing.T) {
	t.Parallel()
	w := newWhole(t)
	t.Cleanup(w.emulator.Disconnect)
	w.raw(t, "POST", "/v1/entity/contact", `{"first_name":"<Ada>","password":"Sesame-123456"}`)
	w.raw(t, "POST", "/v1/webhooks/configs?token="+w.token, `{}`)
	page := w.page(t, "GET", "/_ui?collection="+url.QueryEscape("entity\x00entity/contact"), "")
	for _, want := range []string{"<td>/v1/entity/contact</td>", "entity createEntity", `class="failed"`, "entity/contact</a> 1", "&lt;Ada&gt;", "***"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	for _, secret := range []string{"<Ada>", "Sesame", w.token} {
		if strings.Contains(page, secret) {
			t.Errorf("the page shows %q", secret)
		}
	}

	events, err := http.NewRequestWithContext(t.Context(), "GET", w.url+"/_ui/events", nil)
	if err != nil {
		t.Fatal(err)
	}
	stream, err := w.client.Do(events)
	if err != nil {
		t.Fatal(err)
	}
	defer stream.Body.Close()
	w.page(t, "POST", "/_ui/faults", "rules=status%3D418,count%3D1")
	w.page(t, "POST", "/_ui/clock", "time=2030-01-01T00:00:00Z")
	if got := w.raw(t, "GET", "/v1/entity/contact/x", ""); got.status != http.StatusTeapot {
		t.Errorf("a fault of the page: %d %s", got.status, got.body)
	}
	lines := bufio.NewScanner(stream.Body)
	for lines.Scan() && !strings.HasPrefix(lines.Text(), "data: ") {
	}
	if got := lines.Text(); !strings.Contains(got, `"status":418`) || !strings.Contains(got, `"time":"2030-01-01T00:00:`) {
		t.Errorf("the page is told %q", got)
	}
	w.emulator.Disconnect()
	for lines.Scan() {
	}
	if err := lines.Err(); err != nil {
		t.Errorf("the stream ends with %v", err)
	}
}

// page requests a part of the page as a browser on that page does.
func (w *wholeMock) page(t *testing.T, method, path, form string) string {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, w.url+path, strings.NewReader(form))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Origin", w.url)
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	got, err := w.do(r)
	if err != nil || got.status >= http.StatusBadRequest {
		t.Fatalf("%s %s: %v %v", method, path, got, err)
	}
	return got.body
}
