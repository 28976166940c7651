package acceptance

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"
)

// hostileRequests returns requests that must not end a login: PORT and STATE are
// replaced by those of the real callback. Each gets a status of at least 400.
func hostileRequests() []string {
	const end = " HTTP/1.1\r\nHost: localhost:PORT\r\n"
	with := func(header string) string {
		return "GET /callback?token=SeCrEt-evil&state=STATE" + end + header + "\r\n\r\n"
	}
	from := func(host string) string {
		return "GET /callback?token=SeCrEt-evil&state=STATE HTTP/1.1\r\nHost: " + host + "\r\n\r\n"
	}
	get := func(query string) string { return "GET /callback" + query + end + "\r\n" }
	as := func(method string) string {
		return method + " /callback?token=SeCrEt-evil&state=STATE" + end + "\r\n"
	}
	path := func(path string) string { return "GET " + path + "?token=SeCrEt-evil&state=STATE" + end + "\r\n" }
	return []string{
		get("?token=SeCrEt-evil"), get("?token=SeCrEt-evil&state="), get("?token=SeCrEt-evil&state=wrong"),
		get("?token=SeCrEt-evil&state=STATEx"), get("?token=SeCrEt-evil&state=STATE&state=STATE"),
		get("?token=SeCrEt-evil&token=SeCrEt-other&state=STATE"), get("?state=STATE"), get("?token=&state=STATE"),
		get("?token=a%0d%0ab&state=STATE"), get("?error=access_denied&state=STATE"), get("?token=SeCrEt-evil&state=STATE;x"),
		get(""), get("?" + strings.Repeat("x", 100_000)), get("?token=" + strings.Repeat("x", 100_000) + "&state=STATE"),
		from("evil.example"), from("evil.example:PORT"), from("localhost"), from("localhost:1"), from("localhost.evil.example:PORT"),
		from("127.0.0.1.nip.io:PORT"), from("[::ffff:7f00:1]:PORT"), from("127.0.0.2:PORT"),
		with("Origin: https://evil.example"), with("Origin: null"), with("Sec-Fetch-Mode: no-cors\r\nSec-Fetch-Dest: image"),
		with("Sec-Fetch-Mode: cors"), with("Sec-Fetch-Mode: navigate\r\nSec-Fetch-Dest: iframe"), with("Content-Length: 1\r\n\r\nx"),
		as("POST"), as("HEAD"), as("PUT"), as("OPTIONS"), as("DELETE"), as("get"),
		path("/"), path("/callback/"), path("/callback/.."), path("//callback"), path("/Callback"), path("/%63allback"), path("/done"), path("/favicon.ico"),
		"GET http://evil.example/callback?token=SeCrEt-evil&state=STATE HTTP/1.1\r\nHost: localhost:PORT\r\n\r\n",
		"no http at all\r\n\r\n",
	}
}

// TestHostileCallbacks: another client of the port can neither sign in nor prevent
// the user from doing so.
func TestHostileCallbacks(t *testing.T) {
	t.Parallel()
	l := startLogin(t, nil, "--no-browser", "--profile", "dev")
	checkSockets(t, l)
	requests := hostileRequests()
	if len(requests) < 30 {
		t.Fatalf("only %d", len(requests))
	}
	for _, request := range requests {
		status := l.send(request)
		if status < 400 || status > 499 {
			t.Errorf("answered %d to %.80q", status, request)
		}
	}
	l.hangUp()
	if files, _ := filepath.Glob(filepath.Join(l.config, "epilot", "*")); len(files) > 0 {
		t.Errorf("something was stored: %v", files)
	}
	l.signInAs("SeCrEt-true-token", "Ada")
	status, said := l.end()
	if status != 0 || strings.Contains(said, "SeCrEt") || !strings.Contains(said, `signed in as Ada (organization 739224): token `) || !strings.Contains(said, `is stored in profile "dev"`) {
		t.Errorf("status %d, said %s", status, said)
	}
	if got := l.stored("profiles.json"); !strings.Contains(got, "SeCrEt-true-token") || l.stored("credentials.json") != "" {
		t.Errorf("stored %s", got)
	}
}

// send sends a raw request and returns the status of the response.
func (l *login) send(request string) int {
	l.Helper()
	conn, err := net.Dial("tcp", net.JoinHostPort("127.0.0.1", l.callback.Port()))
	if err != nil {
		l.Fatal(err)
	}
	defer conn.Close()
	_ = conn.SetDeadline(time.Now().Add(10 * time.Second))
	go func() { // a rejected flood is not read completely
		_, _ = io.WriteString(conn, strings.NewReplacer("PORT", l.callback.Port(), "STATE", l.state).Replace(request))
	}()
	resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		l.Errorf("no answer to %.80q: %v", request, err)
		return 0
	}
	defer resp.Body.Close()
	text, _ := io.ReadAll(resp.Body)
	if strings.Contains(string(text), "SeCrEt") {
		l.Errorf("the answer repeats the token: %s", text)
	}
	return resp.StatusCode
}

// hangUp acts as a browser that is closed during its request.
func (l *login) hangUp() {
	conn, err := net.Dial("tcp", net.JoinHostPort("127.0.0.1", l.callback.Port()))
	if err != nil {
		l.Fatal(err)
	}
	fmt.Fprintf(conn, "GET /callback?token=SeCrEt-evil&state=%s", l.state)
	conn.Close()
}

// signInAs sends the portal's real callback, as a browser would.
func (l *login) signInAs(token, name string) {
	l.Helper()
	query := url.Values{"token": {token}, "state": {l.state}, "org_id": {"739224"}, "user_id": {"7"}, "name": {name}}
	resp, err := http.Get(l.callback.String() + "?" + query.Encode())
	if err != nil {
		l.Fatal(err)
	}
	defer resp.Body.Close()
	page, _ := io.ReadAll(resp.Body)
	if resp.StatusCode != http.StatusOK || resp.Request.URL.RawQuery != "" || !strings.Contains(string(page), l.code) {
		l.Errorf("the browser ends on %s with %d: %s", resp.Request.URL, resp.StatusCode, page)
	}
}

// checkSockets checks every listening socket of the process.
func checkSockets(t *testing.T, l *login) {
	t.Helper()
	if runtime.GOOS != "linux" {
		return
	}
	proc := fmt.Sprintf("/proc/%d/", l.cmd.Process.Pid)
	mine := map[string]bool{}
	fds, err := filepath.Glob(proc + "fd/*")
	if err != nil {
		t.Fatal(err)
	}
	for _, fd := range fds {
		if to, err := os.Readlink(fd); err == nil {
			mine[to] = true
		}
	}
	found := 0
	for file, loopback := range map[string]string{
		"net/tcp": "0100007F:", "net/tcp6": "00000000000000000000000001000000:", "net/udp": "-", "net/udp6": "-",
	} {
		text, err := os.ReadFile(proc + file)
		if err != nil {
			continue // no IPv6 on this machine
		}
		for line := range strings.Lines(string(text)) {
			columns := strings.Fields(line)
			if len(columns) < 10 || !mine["socket:["+columns[9]+"]"] {
				continue
			}
			found++
			if !strings.HasPrefix(columns[1], loopback) {
				t.Errorf("a socket of %s at %s", file, columns[1])
			}
		}
	}
	if found == 0 {
		t.Error("no socket was found")
	}
}
