package acceptance

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// TestCompleteIDsOfASilentServer: completion does not wait for a silent server.
func TestCompleteIDsOfASilentServer(t *testing.T) {
	t.Parallel()
	asked, done := make(chan bool, 1), make(chan bool)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		asked <- true
		w.WriteHeader(http.StatusOK)
		_, _ = w.Write([]byte(`[{"id":`))
		w.(http.Flusher).Flush()
		<-done
	}))
	defer server.Close()
	defer close(done)
	process := Process{Env: map[string]string{
		"HOME": t.TempDir(), "EPILOT_COMPLETE_IDS": "on", "EPILOT_TOKEN": "SeCrEt", "EPILOT_SERVER": server.URL,
	}}
	began := time.Now()
	result := process.Run(t.Context(), "__complete", "access-token", "revokeAccessToken", "")
	if !strings.HasPrefix(result.Stdout, "_activeHelp_") || result.Stderr != "" || result.Status != 0 {
		t.Errorf("%+v", result)
	}
	select {
	case <-asked:
	default:
		t.Error("the server was not asked")
	}
	if time.Since(began) > 30*time.Second { // without the limit it would wait a minute
		t.Errorf("took %s", time.Since(began))
	}
}
