package httpx_test

import (
	"errors"
	"testing"

	"github.com/epilot-cli/epilot/internal/failure"
	"github.com/epilot-cli/epilot/internal/httpx"
)

func TestIsLoopback(t *testing.T) {
	t.Parallel()
	for host, want := range map[string]bool{
		"localhost": true, "LOCALHOST": true, "LocalHost.": true, "localhost.": true,
		"127.0.0.1": true, "127.255.3.4": true, "::1": true, "0:0:0:0:0:0:0:1": true,
		"::ffff:127.0.0.1": true, "::ffff:7f00:1": true,

		"": false, ".": false, "localhost..": false, "x.localhost": false, "localhost.example": false,
		"locaſlhost": false, "localhoſt": false, "ＬＯＣＡＬＨＯＳＴ": false,
		"127.0.0.1.": false, "127.1": false, "2130706433": false, "0x7f.0.0.1": false, "127.0.0.01": false,
		"0.0.0.0": false, "::": false, "::1%lo": false, "[::1]": false, "128.0.0.1": false, "::ffff:128.0.0.1": false,
	} {
		if got := httpx.IsLoopback(host); got != want {
			t.Errorf("IsLoopback(%q) = %v, want %v", host, got, want)
		}
	}
}

func TestParseHeader(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		line, name, value string
		err               error
	}{
		{"X-Team: sales", "X-Team", "sales", nil},
		{"X-Team:sales", "X-Team", "sales", nil},
		{"X-Team:", "X-Team", "", nil},
		{"X-Team: \ta: b\t", "X-Team", "a: b", nil},
		{"X-Team: a\tb", "X-Team", "a\tb", nil},
		{"X-Name: Grüße", "X-Name", "Grüße", nil},
		{"X-Team", "", "", httpx.ErrNoColon},
		{": x", "", "", httpx.ErrHeaderName},
		{"X Team: x", "X Team", "", httpx.ErrHeaderName},
		{"X-Team : x", "X-Team ", "", httpx.ErrHeaderName},
		{"Überschrift: x", "Überschrift", "", httpx.ErrHeaderName},
		{"X-Team: a\r\nB: c", "X-Team", "", httpx.ErrHeaderValue},
		{"X-Team: a\x00", "X-Team", "", httpx.ErrHeaderValue},
		{"X-Team: a\x7f", "X-Team", "", httpx.ErrHeaderValue},
		{"X-Team: a\u0085b", "X-Team", "", httpx.ErrHeaderValue},
		{"X-Team: \xff", "X-Team", "", httpx.ErrHeaderValue},
	} {
		name, value, err := httpx.ParseHeader(c.line)
		if name != c.name || err == nil && value != c.value || !errors.Is(err, c.err) {
			t.Errorf("ParseHeader(%q) = %q, %q, %v", c.line, name, value, err)
		}
	}
}

func TestCutHeader(t *testing.T) {
	t.Parallel()
	for line, want := range map[string][2]string{
		"A: b": {"A", "b"}, " A :b:c ": {"A", "b:c"}, "A": {"A", ""}, "": {"", ""},
	} {
		if name, value := httpx.CutHeader(line); name != want[0] || value != want[1] {
			t.Errorf("%q: %q and %q", line, name, value)
		}
	}
}

func TestIsBearerToken(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{
		"abc": true, "eyJ.a-b_c~d+e/f==": true, "0": true,
		"": false, "=": false, "a=b": false, "a b": false, `"tok"`: false, `{"token":"x"}`: false, "a\n": false, "ä": false,
	} {
		if got := httpx.IsBearerToken(text); got != want {
			t.Errorf("IsBearerToken(%q) = %v, want %v", text, got, want)
		}
	}
}

func TestMediaTypes(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		header, essence string
		json, lines     bool
	}{
		{"application/json", "application/json", true, false},
		{" Application/JSON ; charset=UTF-8", "application/json", true, false},
		{"text/json", "text/json", true, false},
		{"application/problem+json", "application/problem+json", true, false},
		{"application/json; charset", "application/json", true, false},
		{"application/x-ndjson", "application/x-ndjson", false, true},
		{"application/jsonl; charset=utf-8", "application/jsonl", false, true},
		{"application/json-seq", "application/json-seq", false, false},
		{"application/jsonp", "application/jsonp", false, false},
		{"", "", false, false},
	} {
		essence, _ := httpx.ParseMediaType(c.header)
		if essence != c.essence || httpx.IsJSON(c.header) != c.json || httpx.IsNDJSON(c.header) != c.lines {
			t.Errorf("%q: essence %q, JSON %v, lines %v", c.header, essence, httpx.IsJSON(c.header), httpx.IsNDJSON(c.header))
		}
	}
	if _, params := httpx.ParseMediaType("text/csv; charset=ISO-8859-1"); params["charset"] != "ISO-8859-1" {
		t.Errorf("params = %v", params)
	}
}

func TestRefusal(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		subject, why string
		status       int
		want         string
	}{
		{"", "no such token", 404, "404 Not Found: no such token"},
		{"createFile returned ", "", 599, "createFile returned 599"},
	} {
		got := httpx.Refusal(c.subject, c.status, c.why)
		if got.Message != c.want || got.Kind != failure.API || got.Status != c.status {
			t.Errorf("got %+v, want %q", got, c.want)
		}
	}
}
