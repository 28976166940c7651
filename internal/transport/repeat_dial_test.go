package transport

import (
	"context"
	"io"
	"net"
	"net/http"
	"syscall"
	"testing"
)

// TestNeverDialled: nothing was sent, so a write is repeated too.
func TestNeverDialled(t *testing.T) {
	t.Parallel()
	closed := closedPort(t)
	server := serve(t, says(200, ""))
	for _, test := range []struct {
		name, url string
		err       error // of the first two dials
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
			o.Base = failing(t, test.err)
			answer, err := New(o).RoundTrip(request(t, "POST", test.url, "the body"))
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

// failing dials, but not the first two times.
func failing(t *testing.T, err error) *http.Transport {
	t.Helper()
	base := newBase(Options{}.withDefaults())
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
