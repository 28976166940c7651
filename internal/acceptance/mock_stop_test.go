//go:build unix

package acceptance

import (
	"bufio"
	"io"
	"net/http"
	"os"
	"os/exec"
	"regexp"
	"syscall"
	"testing"
)

// TestMockStops: on SIGINT or SIGTERM the mock exits with 0, even during a response
// that takes a minute.
func TestMockStops(t *testing.T) {
	t.Parallel()
	for _, signal := range []syscall.Signal{syscall.SIGINT, syscall.SIGTERM} {
		t.Run(signal.String(), func(t *testing.T) {
			t.Parallel()
			run, address := startedMock(t, "--fault", "kind=slow,over=60s")
			request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address+"/v1/access-tokens/.well-known/jwks.json", nil)
			if err != nil {
				t.Fatal(err)
			}
			response, err := (&http.Transport{}).RoundTrip(request)
			if err != nil {
				t.Fatal(err)
			}
			defer response.Body.Close()
			if err := run.Process.Signal(signal); err != nil {
				t.Fatal(err)
			}
			if err := run.Wait(); err != nil {
				t.Errorf("ends with %v", err)
			}
			if _, err := io.ReadAll(response.Body); err == nil {
				t.Error("the answer came whole")
			}
		})
	}
}

// startedMock starts a mock process on a free port.
func startedMock(t *testing.T, flags ...string) (run *exec.Cmd, address string) {
	t.Helper()
	dir := t.TempDir()
	if err := giveMockKey(dir); err != nil {
		t.Fatal(err)
	}
	run = exec.Command("epilot", append([]string{"mock", "--port", "0"}, flags...)...)
	run.Env = []string{"PATH=" + os.Getenv("PATH"), "GORACE=" + os.Getenv("GORACE"), "XDG_CONFIG_HOME=" + dir, "XDG_STATE_HOME=" + dir}
	said, err := run.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := run.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = run.Process.Kill() })
	lines := bufio.NewScanner(said)
	for lines.Scan() {
		if found := regexp.MustCompile(`listens on (\S+)`).FindStringSubmatch(lines.Text()); found != nil {
			go func() { _, _ = io.Copy(io.Discard, said) }()
			return run, found[1]
		}
	}
	t.Fatalf("it says nothing: %v", lines.Err())
	return nil, ""
}
