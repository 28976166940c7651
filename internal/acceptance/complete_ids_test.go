package acceptance

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// TestCompleteIDsOfASilentServer: completion does not wait for a silent server, but
// disconnects before the server sends the rest of the response.
func TestCompleteIDsOfASilentServer(t *testing.T) {
	t.Parallel()
	const silence = 30 * time.Second // half of what a call accepts
	asked, left := make(chan bool, 1), make(chan bool, 1)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked <- true
		_, _ = w.Write([]byte(`[{"id":`))
		w.(http.Flusher).Flush()
		select {
		case <-r.Context().Done():
			left <- true
		case <-time.After(silence):
			left <- false
			_, _ = w.Write([]byte(`"api_1"}]`))
		}
	}))
	defer server.Close()
	process := Process{Env: map[string]string{
		"HOME": t.TempDir(), "EPILOT_COMPLETE_IDS": "on", "EPILOT_TOKEN": "SeCrEt", "EPILOT_SERVER": server.URL,
	}}
	result := process.Run(t.Context(), "__complete", "access-token", "revokeAccessToken", "")
	if !strings.HasPrefix(result.Stdout, "_activeHelp_") || result.Stderr != "" || result.Status != 0 {
		t.Errorf("%+v", result)
	}
	select {
	case <-asked:
	default:
		t.Fatal("the server was not asked")
	}
	if !<-left {
		t.Error("the program waited for the response")
	}
}
