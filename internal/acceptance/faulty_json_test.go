package acceptance

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// TestHostileJSON: text that breaks parsers is passed through unchanged or rejected
// with a message; a query on it returns the right value or its own error.
func TestHostileJSON(t *testing.T) {
	t.Parallel()
	const levels = 10_000
	deep := strings.Repeat(`[`, levels) + strings.Repeat(`]`, levels)
	deepObject := strings.Repeat(`{"a":`, levels) + `1` + strings.Repeat(`}`, levels)
	for name, test := range map[string]struct {
		text  string
		wrong bool   // not JSON
		query string // the result of --jsonata '$.v', "" for an error
	}{
		"invalid UTF-8":    {text: "{\"v\":\"a\xff\xc3(b\"}", wrong: true},
		"NUL, escaped":     {text: `{"v":"a\u0000b"}`, query: "a\x00b"},
		"NUL, bare":        {text: "{\"v\":\"a\x00b\"}", wrong: true},
		"NUL, outside":     {text: "{\"v\":1}\x00", wrong: true},
		"lone surrogate":   {text: `{"v":"\ud800"}`, query: "\uFFFD"},
		"surrogates, late": {text: `{"v":"\udc00\ud800"}`, query: "\uFFFD\uFFFD"},
		"a pair":           {text: `{"v":"\ud83d\ude00"}`, query: "😀"},
		"duplicate keys":   {text: `{"v":1,"v":2}`, query: "2"},
		"1e400":            {text: `{"v":1e400}`, query: "1e400"},
		"-1e400":           {text: `{"v":[-1e400]}`, query: "[\n  -1e400\n]"},
		"NaN":              {text: `{"v":NaN}`, wrong: true},
		"long number":      {text: `{"v":12345678901234567890}`, query: "12345678901234567890"},
		"deep array":       {text: `{"v":` + deep + `}`, wrong: true},
		"deep object":      {text: `{"v":` + deepObject + `}`, wrong: true},
		"never closed":     {text: strings.Repeat(`[`, levels), wrong: true},
		"closed too often": {text: `{"v":1}` + strings.Repeat(`]`, levels), wrong: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := sendsJSON(t, test.text)
			compact, _ := faultyCall(t, server, "--json")
			if test.wrong && (compact.Status != 3 || compact.Stderr == "") {
				t.Errorf("status %d: %s", compact.Status, compact.Stderr)
			}
			if !test.wrong && (compact.Status != 0 || compact.Stdout != test.text+"\n") {
				t.Errorf("status %d: %.200s", compact.Status, compact.Stdout)
			}
			if len(test.text) < levels { // indented, a deep one would be 200 MB of spaces
				pretty, _ := faultyCall(t, server)
				if pretty.Status != compact.Status || !test.wrong && unspaced(pretty.Stdout) != test.text {
					t.Errorf("pretty: status %d: %q", pretty.Status, pretty.Stdout)
				}
			}
			checkQuery(t, server, test.wrong, test.query)
		})
	}
}

func checkQuery(t *testing.T, server string, wrong bool, want string) {
	t.Helper()
	got, _ := faultyCall(t, server, "--jsonata", "$.v")
	status := 0
	switch {
	case wrong && got.Status == 6 && strings.Contains(got.Stderr, "takes more memory than the limit"):
		return // a deep text may reach the stack limit before its own
	case wrong:
		status, want = 3, ""
	case want == "":
		status = 6
	default:
		want += "\n"
	}
	if got.Status != status || got.Stdout != want || status != 0 && !strings.HasPrefix(got.Stderr, "error: the response") {
		t.Errorf("query: status %d: %q %q", got.Status, got.Stdout, got.Stderr)
	}
}

// unspaced removes the white space of the layout; none of the texts has any.
func unspaced(text string) string {
	return strings.NewReplacer("\n", "", " ", "").Replace(text)
}

func sendsJSON(t *testing.T, text string) string {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write([]byte(text))
	}))
	t.Cleanup(server.Close)
	return server.URL
}
