package transport

import "testing"

func TestLoopback(t *testing.T) {
	t.Parallel()
	for host, want := range map[string]bool{
		"localhost": true, "LOCALHOST": true, "127.0.0.1": true, "127.9.8.7": true, "::1": true, "::ffff:127.0.0.1": true,
		"": false, "localhost.": false, "a.localhost": false, "localhost.example": false, "127.0.0.1.example": false,
		"128.0.0.1": false, "0.0.0.0": false, "::": false, "::1%eth0": false, "127.1": false, "2130706433": false,
		"0177.0.0.1": false, "[::1]": false, "127.0.0.1:80": false,
	} {
		if got := Loopback(host); got != want {
			t.Errorf("%q: %v", host, got)
		}
	}
}
