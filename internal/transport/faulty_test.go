package transport

import (
	"context"
	"net"
	"strings"
	"testing"
	"time"
)

// TestNoSuchName queries a real name server on loopback that knows no names.
func TestNoSuchName(t *testing.T) {
	t.Parallel()
	base := newBase(Options{}.withDefaults(), connectTimeout)
	resolver := &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "udp", nameless(t))
	}}
	base.DialContext = (&net.Dialer{Resolver: resolver}).DialContext
	t.Cleanup(base.CloseIdleConnections)
	var w waits
	o := w.options(3)
	req := request(t, "GET", "https://api.epilot.invalid/?token=SeCrEt", "")
	req.Header.Set("Authorization", "Bearer SeCrEt")
	_, err := New(o).RoundTrip(req)
	checkRefused(t, err, "no such host api.epilot.invalid")
	if len(w.slept) > 0 || strings.Contains(err.Error(), "SeCrEt") {
		t.Errorf("slept %v before %v", w.slept, err)
	}
}

// nameless answers every query with NXDOMAIN (RFC 1035 section 4.1.1).
func nameless(t *testing.T) string {
	t.Helper()
	server, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = server.Close() })
	go func() {
		message := make([]byte, 512)
		for {
			n, from, err := server.ReadFrom(message)
			if err != nil {
				return
			}
			message[2] |= 0x80                 // response bit
			message[3] = message[3]&0xf0 | 0x3 // no such name
			_, _ = server.WriteTo(message[:n], from)
		}
	}()
	return server.LocalAddr().String()
}

// TestBlackHole: the first packet gets no reply, as with a firewall or a machine
// that is switched off.
func TestBlackHole(t *testing.T) {
	t.Parallel()
	address := blackHole(t)
	var w waits
	o := w.options(2)
	_, err := o.over(newBase(o.withDefaults(), 100*time.Millisecond)).RoundTrip(request(t, "POST", "http://"+address+"/?token=SeCrEt", "body"))
	checkRefused(t, err, "cannot connect to "+address+": no response within 0.1s")
	if len(w.slept) != 1 || strings.Contains(err.Error(), "SeCrEt") {
		t.Errorf("slept %v before %v", w.slept, err)
	}
}
