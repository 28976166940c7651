package acceptance

import (
	"net"
	"slices"
	"strings"
	"testing"
	"time"
)

// faultyCall calls GET /v1/access-tokens on the server and returns how long it
// slept.
func faultyCall(t *testing.T, server string, flags ...string) (Result, []time.Duration) {
	t.Helper()
	var slept []time.Duration
	program := Process{
		Env:   map[string]string{"HOME": t.TempDir()},
		Slept: func(d time.Duration) { slept = append(slept, d) },
	}
	args := append([]string{"access-token", "listAccessTokens", "-t", "SeCrEt-token", "-s", server}, flags...)
	got := program.Run(t.Context(), args...)
	if strings.Contains(got.Stdout+got.Stderr, "SeCrEt") {
		t.Errorf("the token is shown: %s%s", got.Stdout, got.Stderr)
	}
	return got, slept
}

// TestFaultyServers checks how a call handles broken networks and servers.
func TestFaultyServers(t *testing.T) {
	t.Parallel()
	const ok = `{"ok":1}`
	busy := sends(jsonHead(429, "Retry-After: 2\r\n") + `{"status":429}`)
	down := sends(jsonHead(503, "") + `{"status":503}`)
	fine := sends(jsonHead(200, "") + ok)
	packed := zipped(`{"text":"` + strings.Repeat("packed ", 1000) + `"}`)
	half, one := 500*time.Millisecond, time.Second
	for name, test := range map[string]struct {
		steps          []func(net.Conn)
		flags          []string
		status         int
		stdout, stderr string // exact for one line of JSON, else a substring
		slept          []time.Duration
	}{
		"reset before the answer":   {steps: []func(net.Conn){breaks(""), breaks(""), fine}, stdout: ok + "\n", slept: []time.Duration{half, one}},
		"reset for ever":            {steps: []func(net.Conn){breaks("")}, status: 3, stderr: "reset the connection", slept: []time.Duration{half, one}},
		"reset inside the body":     {steps: []func(net.Conn){breaks(jsonHead(200, "Content-Length: 99\r\n") + `{"half":`), fine}, status: 3, stderr: "error"},
		"wrong Content-Length":      {steps: []func(net.Conn){sends(jsonHead(200, "Content-Length: 99\r\n") + ok), fine}, status: 3, stderr: "the response ended early"},
		"cut chunk":                 {steps: []func(net.Conn){sends(jsonHead(200, "Transfer-Encoding: chunked\r\n") + "9\r\n{}"), fine}, status: 3, stderr: "the response ended early"},
		"truncated gzip":            {steps: []func(net.Conn){sends(jsonHead(200, "Content-Encoding: gzip\r\n") + packed[:len(packed)-9]), fine}, status: 3, stderr: "the response ended early"},
		"spoiled gzip":              {steps: []func(net.Conn){sends(jsonHead(200, "Content-Encoding: gzip\r\n") + packed[:12] + "\xff\xff\xff\xff" + packed[16:]), fine}, status: 3, stderr: "not valid gzip"},
		"truncated JSON":            {steps: []func(net.Conn){sends(jsonHead(200, "") + `{"half":`), fine}, status: 3, stdout: `{"half":`, stderr: "error"},
		"truncated JSON, query":     {steps: []func(net.Conn){sends(jsonHead(200, "") + `{"half":`), fine}, flags: []string{"--jsonata", "$"}, status: 3, stderr: "error"},
		"no HTTP":                   {steps: []func(net.Conn){sends("SSH-2.0-OpenSSH_9\r\n"), fine}, status: 3, stderr: "not valid HTTP"},
		"429 twice":                 {steps: []func(net.Conn){busy, busy, fine}, stdout: ok + "\n", slept: []time.Duration{2 * one, 2 * one}},
		"503 for ever":              {steps: []func(net.Conn){down}, status: 1, stdout: `{"status":503}` + "\n", slept: []time.Duration{half, one}},
		"one attempt":               {steps: []func(net.Conn){down, fine}, flags: []string{"--retry", "0"}, status: 1, stdout: `{"status":503}` + "\n"},
		"two attempts":              {steps: []func(net.Conn){down, down, fine}, flags: []string{"--retry=1"}, status: 1, slept: []time.Duration{half}},
		"come back later":           {steps: []func(net.Conn){sends(jsonHead(429, "Retry-After: 3600\r\n") + `{}`), fine}, status: 1, stdout: "{}\n", stderr: "the server asks to retry in 1h0m0s, at "},
		"longer by the flag":        {steps: []func(net.Conn){sends(jsonHead(429, "Retry-After: 3600\r\n") + `{}`), fine}, flags: []string{"--retry-max-wait", "2h"}, stdout: ok + "\n", slept: []time.Duration{time.Hour}},
		"shorter by the flag":       {steps: []func(net.Conn){busy, fine}, flags: []string{"--retry-max-wait", "1s"}, status: 1, stderr: "--retry-max-wait"},
		"told with -v":              {steps: []func(net.Conn){busy, fine}, flags: []string{"-v"}, stdout: ok, stderr: "retry 1 of 2 in 2.00s: GET http://127.0.0.1:", slept: []time.Duration{2 * one}},
		"headers that never come":   {steps: []func(net.Conn){silent}, flags: []string{"--timeout", "100ms"}, status: 3, stderr: "longer than 100ms"},
		"a byte now and then":       {steps: []func(net.Conn){drips(jsonHead(200, "")+"[", 10*time.Millisecond)}, flags: []string{"--timeout", "100ms"}, status: 3, stderr: "longer than 100ms"},
		"no number":                 {steps: []func(net.Conn){fine}, flags: []string{"--retry", "many"}, status: 2, stderr: "from 0 to 10"},
		"no duration":               {steps: []func(net.Conn){fine}, flags: []string{"--retry-max-wait", "-1s"}, status: 2, stderr: "such as 90s"},
		"no time left for the wait": {steps: []func(net.Conn){busy, fine}, flags: []string{"--timeout", "1s"}, status: 1, stderr: "retry in 2s"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			flags := test.flags
			if !strings.Contains(test.stderr, "asks to retry") && !slices.Contains(flags, "-v") {
				flags = append(flags, "--json")
			}
			got, slept := faultyCall(t, faulty(t, test.steps...), flags...)
			exact := strings.HasSuffix(test.stdout, "\n") && slices.Contains(flags, "--json")
			if got.Status != test.status || exact && got.Stdout != test.stdout || !holds(got.Stdout, test.stdout) || !holds(got.Stderr, test.stderr) {
				t.Errorf("status %d\n%s\n%s", got.Status, got.Stdout, got.Stderr)
			}
			if !slices.Equal(slept, test.slept) {
				t.Errorf("slept %v, want %v", slept, test.slept)
			}
		})
	}
}

// holds compares without the white space of the layout.
func holds(text, part string) bool {
	bare := strings.NewReplacer("\n", "", " ", "")
	return strings.Contains(bare.Replace(text), bare.Replace(part))
}
