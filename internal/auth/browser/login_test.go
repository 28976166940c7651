package browser

import (
	"bytes"
	"context"
	"crypto/rand"
	"io"
	"net"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"
)

func start(t *testing.T) *Login {
	t.Helper()
	l, err := Listen(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		l.Close(ctx)
	})
	return l
}

// visit sends a request like a browser that does not follow redirects.
func visit(t *testing.T, address string) *http.Response {
	t.Helper()
	client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	resp, err := client.Get(address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { resp.Body.Close() })
	return resp
}

func (l *Login) at(path string) string { return "http://localhost:" + l.port + path }

func TestURL(t *testing.T) {
	t.Parallel()
	l := start(t)
	portal, err := url.Parse("https://portal.example/base/")
	if err != nil {
		t.Fatal(err)
	}
	got, err := url.Parse(l.URL(portal, Scope{ReadOnly: true, Anonymize: true}))
	if err != nil {
		t.Fatal(err)
	}
	query := got.Query()
	if got.Host != "portal.example" || got.Path != "/base/login" || query.Get("cli_callback") != "http://localhost:"+l.port+"/callback" {
		t.Errorf("got %s", got)
	}
	if query.Get("state") != l.state || len(l.state) < 40 || query.Get("code") != l.Code || query.Get("readonly") != "true" || query.Get("anonymize") != "true" {
		t.Errorf("got %s", got)
	}
	if !regexp.MustCompile(`^[0-9A-F]{6}$`).MatchString(l.Code) {
		t.Errorf("code %q", l.Code)
	}
	if plain := l.URL(portal, Scope{}); strings.Contains(plain, "readonly") || strings.Contains(plain, "anonymize") {
		t.Errorf("nobody wished for that: %s", plain)
	}
}

func TestListensOnLoopbackOnly(t *testing.T) {
	t.Parallel()
	listeners, err := listen()
	if err != nil {
		t.Fatal(err)
	}
	for _, listener := range listeners {
		defer listener.Close()
		address := listener.Addr().(*net.TCPAddr)
		if !address.IP.IsLoopback() {
			t.Errorf("listens on %v", address)
		}
	}
	if hasSix() && len(listeners) != 2 {
		t.Errorf("%d listeners", len(listeners))
	}
}

func TestCallback(t *testing.T) {
	t.Parallel()
	l := start(t)
	if resp := visit(t, l.at("/done")); resp.StatusCode != http.StatusNotFound {
		t.Errorf("done before it is: %d", resp.StatusCode)
	}
	resp := visit(t, l.at("/callback?token=SeCrEt&state="+l.state+"&org_id=1&user_id=2&name=A%20B"))
	if resp.StatusCode != http.StatusSeeOther || resp.Header.Get("Location") != "/done" {
		t.Fatalf("got %d to %q", resp.StatusCode, resp.Header.Get("Location"))
	}
	if got := <-l.Accounts; got != (Account{"SeCrEt", "1", "2", "A B"}) {
		t.Errorf("got %+v", got)
	}
	if again := visit(t, l.at("/callback?token=other&state="+l.state)); again.StatusCode != http.StatusGone {
		t.Errorf("a second callback: %d", again.StatusCode)
	}
	checkPage(t, l)
	l.Close(t.Context()) // does not wait: the page has been sent
}

func checkPage(t *testing.T, l *Login) {
	t.Helper()
	resp := visit(t, l.at("/done"))
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	page := string(body)
	for _, want := range []string{l.Code, `<html lang="en">`, "<title>Signed in", "<h1>", "<main>"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page has no %s", want)
		}
	}
	for _, wrong := range []string{"http:", "https:", "<script", "src=", "SeCrEt", l.state} {
		if strings.Contains(page, wrong) {
			t.Errorf("the page has %s", wrong)
		}
	}
	for name, want := range map[string]string{
		"Content-Security-Policy": "default-src 'none'", "Cache-Control": "no-store", "Referrer-Policy": "no-referrer",
	} {
		if got := resp.Header.Get(name); !strings.HasPrefix(got, want) {
			t.Errorf("%s: %q", name, got)
		}
	}
}

// TestClosedBrowser checks that Close waits no longer than its context if the last
// page is never fetched.
func TestClosedBrowser(t *testing.T) {
	t.Parallel()
	l := start(t)
	visit(t, l.at("/callback?token=SeCrEt&state="+l.state))
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	l.Close(ctx)
	if _, err := http.Get(l.at("/done")); err == nil {
		t.Error("it still listens")
	}
}

// TestNoState checks that a callback without the state is rejected.
func TestNoState(t *testing.T) {
	t.Parallel()
	l := start(t)
	if resp := visit(t, l.at("/callback?token=SeCrEt")); resp.StatusCode != http.StatusForbidden {
		t.Errorf("got %d", resp.StatusCode)
	}
}

func TestNoRandomNumbers(t *testing.T) {
	t.Parallel()
	if _, err := Listen(bytes.NewReader(make([]byte, 10))); err == nil {
		t.Error("a state was made of nothing")
	}
}

// TestStartPage checks that the URL in the browser's arguments does not contain the
// state and redirects to the portal once.
func TestStartPage(t *testing.T) {
	t.Parallel()
	l := start(t)
	portal := &url.URL{Scheme: "https", Host: "portal.example"}
	address := l.StartURL(portal, Scope{})
	if strings.Contains(address, l.state) || strings.Contains(address, l.Code) {
		t.Errorf("the state is in %s", address)
	}
	first := visit(t, address)
	if first.StatusCode != http.StatusSeeOther || first.Header.Get("Location") != l.URL(portal, Scope{}) {
		t.Errorf("got %d to %q", first.StatusCode, first.Header.Get("Location"))
	}
	if second := visit(t, address); second.StatusCode != http.StatusGone {
		t.Errorf("a second visit: %d", second.StatusCode)
	}
	if err := <-l.Leaked; err == nil {
		t.Error("nobody is told of a second visit")
	}
	if late := visit(t, l.at("/callback?token=SeCrEt&state="+l.state)); late.StatusCode != http.StatusGone {
		t.Errorf("a callback after that: %d", late.StatusCode)
	}
}
