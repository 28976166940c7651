package transport

import (
	"strings"
	"testing"
	"time"

	"github.com/epilot-cli/epilot/internal/failure"
)

func TestTrace(t *testing.T) {
	t.Parallel()
	hosts := newHosts(t)
	var seen []Exchange
	ticks := time.Unix(0, 0)
	chain := New(Options{
		Base: hosts.base(t), UserAgent: "epilot-cli/1", Redactor: NewRedactor("tok-12345678"),
		Trace: func(e Exchange) { seen = append(seen, e) },
		Now:   func() time.Time { ticks = ticks.Add(time.Second); return ticks },
	})
	req := request(t, "GET", via("http://me:pw@a.example", 302, "http://b.example/tok-12345678?api_key=k1"), "")
	req.Header.Set("Authorization", "Bearer tok-12345678")
	req.Host = "tenant.example"
	answer, err := chain.RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	_ = answer.Body.Close()
	if len(seen) != 2 {
		t.Fatalf("%d exchanges", len(seen))
	}
	first, second := seen[0], seen[1]
	if first.Request.Get("Authorization") != "Bearer ***" || first.Request.Get("User-Agent") != "epilot-cli/1" ||
		first.Request.Get("Host") != "tenant.example" || first.Status != 302 || first.Took != time.Second {
		t.Errorf("first: %+v", first)
	}
	if !strings.HasPrefix(first.URL, "http://***@a.example/to?") || strings.Contains(first.Response.Get("Location"), "tok-") {
		t.Errorf("first: %s, Location %s", first.URL, first.Response.Get("Location"))
	}
	if second.URL != "http://b.example/***?api_key=***" || second.Status != 200 || second.Proto != "HTTP/1.1" {
		t.Errorf("second: %+v", second)
	}
	if got := hosts.requests()[0].header.Get("Authorization"); got != "Bearer tok-12345678" {
		t.Errorf("redaction reached the request: %s", got)
	}
}

func TestTraceOfAFailure(t *testing.T) {
	t.Parallel()
	var seen Exchange
	chain := New(Options{Trace: func(e Exchange) { seen = e }})
	_, err := chain.RoundTrip(request(t, "GET", "http://"+closedPort(t), ""))
	if err == nil || seen.Err != err || failure.Of(seen.Err).Kind != failure.Network || seen.Status != 0 {
		t.Errorf("error %v, traced %+v", err, seen)
	}
}
