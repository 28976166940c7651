//go:build unix

package acceptance

import (
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"syscall"
	"testing"
)

// TestSignals: a signal ends a request that waits for its response, or for the body,
// with the status that shells expect.
func TestSignals(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		signal syscall.Signal
		want   int
	}{
		"SIGINT":  {syscall.SIGINT, 130},
		"SIGTERM": {syscall.SIGTERM, 143},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			arrived, release := make(chan struct{}), make(chan struct{})
			server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
				close(arrived)
				<-release
			}))
			defer server.Close()
			defer close(release)
			cmd := exec.Command("epilot", "access-token", "listAccessTokens", "-s", server.URL, "-t", "token")
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			<-arrived
			endWith(t, cmd, row.signal, row.want)
		})
	}
}

// TestSignalWhileWaitingForStdin: the pipe stays open and silent.
func TestSignalWhileWaitingForStdin(t *testing.T) {
	t.Parallel()
	cmd := exec.Command("epilot", "access-token", "createAccessToken", "-s", "http://127.0.0.1:1", "-t", "token")
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	notice, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if _, err := notice.Read(make([]byte, 1)); err != nil { // it reports that it waits
		t.Fatal(err)
	}
	endWith(t, cmd, syscall.SIGINT, 130)
}

func endWith(t *testing.T, cmd *exec.Cmd, signal os.Signal, want int) {
	t.Helper()
	if err := cmd.Process.Signal(signal); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait() // only the status is checked
	if got := cmd.ProcessState.ExitCode(); got != want {
		t.Errorf("exit status %d, want %d", got, want)
	}
}
