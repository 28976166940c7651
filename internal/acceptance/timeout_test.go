package acceptance

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestTimeout: a call that takes too long ends, with no response or with half of the
// body, and the error names the source of the limit.
func TestTimeout(t *testing.T) {
	t.Parallel()
	release := make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/half/v1/access-tokens" {
			w.Header().Set("Content-Type", "application/json")
			_, _ = w.Write([]byte(`[{"half":`))
			_ = http.NewResponseController(w).Flush()
		}
		<-release
	}))
	t.Cleanup(server.Close)
	t.Cleanup(func() { close(release) })
	home := t.TempDir()
	writeSettings(t, home, `{"timeout":"30ms"}`)
	tests := map[string]struct {
		path, env string
		flags     []string
		want      string
	}{
		"nothing came": {"", "", []string{"--timeout", "20ms"}, "the call took longer than 20ms, the limit of --timeout"},
		"half of it":   {"/half", "", []string{"--timeout", "200ms"}, "the call took longer than 200ms, the limit of --timeout"},
		"jsonata":      {"/half", "", []string{"--timeout", "200ms", "--jsonata", "$"}, "the limit of --timeout"},
		"environment":  {"", "25ms", nil, "the call took longer than 25ms, the limit of EPILOT_TIMEOUT"},
		"file":         {"", "", nil, "config.json"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			program := Process{Env: map[string]string{"HOME": home, "EPILOT_TIMEOUT": test.env}}
			args := append([]string{"access-token", "listAccessTokens", "-t", "SeCrEt", "-s", server.URL + test.path}, test.flags...)
			got := program.Run(t.Context(), args...)
			if got.Status != 3 || !strings.Contains(got.Stderr, test.want) || !strings.Contains(got.Stderr, "--timeout 2m") {
				t.Errorf("status %d: %s", got.Status, got.Stderr)
			}
		})
	}
}

func writeSettings(t *testing.T, home, text string) {
	t.Helper()
	folder := filepath.Join(home, ".config", "epilot")
	if err := os.MkdirAll(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(folder, "config.json"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// TestTimeoutOfAComparison: both calls of a comparison end within one limit.
func TestTimeoutOfAComparison(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		time.Sleep(600 * time.Millisecond)
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write([]byte(`[]`))
	}))
	t.Cleanup(server.Close)
	program, args := prepared(t, server.URL, "a comparison", networkCommands["a comparison"])
	if got := program.Run(t.Context(), append(args, "--timeout", "1s")...); got.Status != 3 || !strings.Contains(got.Stderr, "longer than 1s") {
		t.Errorf("status %d: %s", got.Status, got.Stderr)
	}
}
