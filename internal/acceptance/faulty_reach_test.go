package acceptance

import (
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// TestNotReached: one line explains why the server was not reached. Unknown names
// and black holes are tested in internal/transport, which accepts a custom name
// server and limit.
func TestNotReached(t *testing.T) {
	t.Parallel()
	strange := httptest.NewUnstartedServer(http.NotFoundHandler())
	strange.Config.ErrorLog = log.New(io.Discard, "", 0)
	strange.StartTLS()
	t.Cleanup(strange.Close)
	plain := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(plain.Close)
	closed := closedServer(t)
	for name, test := range map[string]struct {
		server, want string
		slept        int
	}{
		"refused":           {closed, "cannot connect to " + strings.TrimPrefix(closed, "http://") + ": connection refused", 2},
		"unknown authority": {strange.URL, "certificate signed by unknown authority", 0},
		"no TLS":            {"https" + strings.TrimPrefix(plain.URL, "http"), "TLS: the server does not speak TLS", 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, slept := faultyCall(t, test.server)
			first, _, _ := strings.Cut(got.Stderr, "\n")
			if got.Status != 3 || got.Stdout != "" || !strings.Contains(first, test.want) || len(slept) != test.slept {
				t.Errorf("status %d after %v: %s", got.Status, slept, got.Stderr)
			}
		})
	}
}

// TestWritesAreSentOnce: retrying a DELETE whose response was lost would return 404.
func TestWritesAreSentOnce(t *testing.T) {
	t.Parallel()
	down := sends(jsonHead(503, "") + `{"status":503}`)
	gone := sends(jsonHead(404, "") + `{"status":404}`)
	fine := sends(jsonHead(200, "") + `{"ok":1}`)
	refused := func() string { return closedServer(t) }
	server := func(steps ...func(net.Conn)) func() string {
		return func() string { return faulty(t, steps...) }
	}
	for name, test := range map[string]struct {
		server func() string
		flags  []string
		status int
		stdout string
		slept  int
	}{
		"answered 503":     {server(down, gone), nil, 1, `{"status":503}`, 0},
		"lost answer":      {server(breaks(""), gone), nil, 3, "", 0},
		"asked to":         {server(down, breaks(""), fine), []string{"--retry-unsafe"}, 0, `{"ok":1}`, 2},
		"never sent":       {refused, nil, 3, "", 2},
		"never sent, once": {refused, []string{"--retry", "0"}, 3, "", 0},
	} {
		for _, words := range [][]string{{"revokeAccessToken", "x"}, {"createAccessToken"}} {
			t.Run(name+" "+words[0], func(t *testing.T) {
				t.Parallel()
				slept := 0
				program := Process{
					Env:   map[string]string{"HOME": t.TempDir()},
					Stdin: `{"name":"x","token_type":"api"}`,
					Slept: func(time.Duration) { slept++ },
				}
				args := append(append([]string{"access-token"}, words...), "-t", "token", "-s", test.server(), "--json")
				got := program.Run(t.Context(), append(args, test.flags...)...)
				if got.Status != test.status || strings.TrimSpace(got.Stdout) != test.stdout || slept != test.slept {
					t.Errorf("status %d after %d waits: %s%s", got.Status, slept, got.Stdout, got.Stderr)
				}
			})
		}
	}
}

func closedServer(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	listener.Close()
	return "http://" + listener.Addr().String()
}
