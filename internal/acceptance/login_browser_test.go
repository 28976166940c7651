package acceptance

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// chromium returns Debian's browser, configured to contact only the pages of the
// test.
func chromium(t *testing.T) string {
	t.Helper()
	program, err := exec.LookPath("chromium")
	if err != nil {
		t.Skip("skipped: there is no chromium (apt-get install chromium)")
	}
	return strings.Join([]string{
		program, "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
		"--disable-background-networking", "--disable-component-update", "--disable-sync",
		"--disable-dev-shm-usage", "--user-data-dir=" + filepath.Join(t.TempDir(), "user"),
	}, " ")
}

// TestLoginInBrowser tests a complete login: the program opens a real browser on a
// test portal, which redirects back like the real one.
func TestLoginInBrowser(t *testing.T) {
	t.Parallel()
	browser := chromium(t)
	const token = "SeCrEt-from-the-portal"
	portal := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/login" {
			http.NotFound(w, r)
			return
		}
		asked := r.URL.Query()
		back := url.Values{"token": {token}, "state": {asked.Get("state")}, "org_id": {"1"}, "user_id": {"2"}, "name": {"Ada"}}
		http.Redirect(w, r, asked.Get("cli_callback")+"?"+back.Encode(), http.StatusFound)
	}))
	t.Cleanup(portal.Close)
	dir := t.TempDir()
	shown, script := filepath.Join(dir, "page.html"), filepath.Join(dir, "browser")
	text := fmt.Sprintf("#!/bin/sh\nHOME=%[1]s %[2]s --dump-dom \"$1\" >%[3]s.part 2>%[3]s.log && mv %[3]s.part %[3]s\n", dir, browser, shown)
	if err := os.WriteFile(script, []byte(text), 0o700); err != nil {
		t.Fatal(err)
	}
	l := startLogin(t, []string{"EPILOT_PORTAL_URL=" + portal.URL, "BROWSER=" + script}, "--profile", "dev")
	status, said := l.end()
	if status != 0 || strings.Contains(said, "SeCrEt") || !strings.Contains(said, "signed in as Ada (organization 1): ") {
		t.Fatalf("status %d, said %s", status, said)
	}
	if got := l.stored("profiles.json"); !strings.Contains(got, token) {
		t.Errorf("stored %s", got)
	}
	page := awaitFile(t, shown)
	if !strings.Contains(page, "<h1>Signed in</h1>") || !strings.Contains(page, l.code) || strings.Contains(page, "SeCrEt") {
		t.Errorf("the browser shows %s", page)
	}
}

// awaitFile waits for a file of the browser, which outlives the program.
func awaitFile(t *testing.T, name string) string {
	t.Helper()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for range 600 {
		if text, err := os.ReadFile(name); err == nil {
			return string(text)
		}
		<-tick.C
	}
	log, _ := os.ReadFile(name + ".log")
	t.Fatalf("the browser did not end: %s", log)
	return ""
}
