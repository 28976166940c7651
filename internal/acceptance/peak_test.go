package acceptance

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// peakFile names the file to which a test process writes its peak memory.
const peakFile = "EPILOT_TEST_PEAK"

// measured returns a call of listAccessTokens whose peak memory is recorded.
func measured(t *testing.T, server string, flags ...string) *exec.Cmd {
	t.Helper()
	cmd := exec.Command("epilot", append([]string{"access-token", "listAccessTokens", "-s", server, "-t", "token"}, flags...)...)
	cmd.Env = append(os.Environ(), peakFile+"="+filepath.Join(t.TempDir(), "peak"))
	return cmd
}

// leavePeak writes the peak resident set of this process, in bytes. getrusage is not
// suitable: on Linux it includes the memory of the parent when it started the
// process (execve keeps the peak of the memory it replaces).
func leavePeak() {
	if file, wanted := os.LookupEnv(peakFile); wanted {
		notePeak(file, "self")
	}
}

// notePeak writes the peak of a running process to its file.
func notePeak(file, pid string) {
	status, err := os.ReadFile("/proc/" + pid + "/status")
	if err != nil {
		return // not on Linux
	}
	for line := range strings.Lines(string(status)) {
		var size int64
		if n, _ := fmt.Sscanf(line, "VmHWM: %d kB", &size); n == 1 {
			_ = os.WriteFile(file, fmt.Append(nil, size<<10), 0o600)
		}
	}
}

// notePeakOf is for a process that will be killed and then leaves nothing.
func notePeakOf(cmd *exec.Cmd) {
	if file, found := peakFileOf(cmd); found {
		notePeak(file, strconv.Itoa(cmd.Process.Pid))
	}
}

func peakFileOf(cmd *exec.Cmd) (file string, found bool) {
	for _, pair := range cmd.Env {
		if file, found := strings.CutPrefix(pair, peakFile+"="); found {
			return file, true
		}
	}
	return "", false
}

// leftPeak returns the recorded peak of an ended process.
func leftPeak(cmd *exec.Cmd) (size int64, ok bool) {
	file, found := peakFileOf(cmd)
	if !found {
		return 0, false
	}
	text, err := os.ReadFile(file)
	n, _ := fmt.Sscan(string(text), &size)
	return size, err == nil && n == 1
}
