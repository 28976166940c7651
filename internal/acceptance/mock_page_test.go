//go:build unix

package acceptance

import (
	"net/http"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"
)

// TestMockPageInBrowser checks the mock's page in a real browser.
func TestMockPageInBrowser(t *testing.T) {
	t.Parallel()
	words := strings.Fields(chromium(t))
	_, address := startedMock(t, "--ephemeral")
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address+"/v1/nothing", nil)
	if err != nil {
		t.Fatal(err)
	}
	response, err := (&http.Transport{DisableKeepAlives: true}).RoundTrip(request)
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	browser := exec.CommandContext(t.Context(), words[0], append(words[1:], "--dump-dom", address+"/_ui")...)
	browser.Env = append(os.Environ(), "HOME="+t.TempDir())
	page, err := browser.Output()
	if err != nil {
		t.Fatal(err)
	}
	if !regexp.MustCompile(`(?s)<h1>epilot mock</h1>.*<td>/v1/nothing</td><td>404</td>`).Match(page) {
		t.Errorf("the browser shows %s", page)
	}
}
