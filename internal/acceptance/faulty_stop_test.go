//go:build unix

package acceptance

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"
)

func listing(server string, flags ...string) *exec.Cmd {
	return exec.Command("epilot", append([]string{"access-token", "listAccessTokens", "-s", server, "-t", "token"}, flags...)...)
}

// TestSignalWhereItHurts: a signal ends the program within a second, whatever it
// waits for.
func TestSignalWhereItHurts(t *testing.T) {
	t.Parallel()
	later := sends(jsonHead(503, "Retry-After: 50\r\n"))
	for name, test := range map[string]struct {
		server func(net.Conn)
		ready  string // output to wait for before the signal
		flags  []string
		signal syscall.Signal
		want   int
	}{
		"waiting to retry":  {later, "retry 1 of 2 in 50", []string{"-v"}, syscall.SIGINT, 130},
		"and terminated":    {later, "retry 1 of 2 in 50", []string{"-v"}, syscall.SIGTERM, 143},
		"a byte and a byte": {drips(jsonHead(200, "")+`["begun",`, time.Millisecond), "begun", []string{"--json"}, syscall.SIGINT, 130},
		"nobody reads":      {floods, "begun", nil, syscall.SIGINT, 130},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cmd := listing(faulty(t, test.server), test.flags...)
			out, in, err := os.Pipe()
			if err != nil {
				t.Fatal(err)
			}
			defer out.Close()
			cmd.Stdout, cmd.Stderr = in, in
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			in.Close()
			readUntil(t, out, test.ready)
			endWith(t, cmd, test.signal, test.want)
		})
	}
}

// floods sends an endless array.
func floods(conn net.Conn) {
	_, _ = io.WriteString(conn, jsonHead(200, "")+`["begun"`)
	block := strings.Repeat(`,"more"`, 10_000)
	for {
		if _, err := io.WriteString(conn, block); err != nil {
			return
		}
	}
}

func readUntil(t *testing.T, from io.Reader, want string) {
	t.Helper()
	var seen []byte
	for letter := make([]byte, 1); !strings.Contains(string(seen), want); {
		if _, err := from.Read(letter); err != nil {
			t.Fatalf("%v after %q", err, seen)
		}
		seen = append(seen, letter[0])
	}
}

// TestOutputThatEnds: a closed reader is not an error, a full disk is.
func TestOutputThatEnds(t *testing.T) {
	t.Parallel()
	for _, flags := range [][]string{nil, {"--json"}, {"--jsonata", "$"}} {
		server := faulty(t, floods)
		if flags != nil && flags[0] == "--jsonata" {
			server = sendsJSON(t, "["+strings.Repeat(`"more",`, 100_000)+"1]")
		}
		t.Run(fmt.Sprint("closed pipe ", flags), func(t *testing.T) {
			t.Parallel()
			cmd := listing(server, flags...)
			var errs bytes.Buffer
			cmd.Stderr = &errs
			out, err := cmd.StdoutPipe()
			if err != nil {
				t.Fatal(err)
			}
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			readUntil(t, out, `"more"`)
			out.Close()
			err = cmd.Wait()
			ended := cmd.ProcessState.Sys().(syscall.WaitStatus)
			if err != nil && ended.Signal() != syscall.SIGPIPE || errs.Len() > 0 { // like cat
				t.Errorf("%v: %s", err, errs.Bytes())
			}
		})
		t.Run(fmt.Sprint("full disk ", flags), func(t *testing.T) {
			t.Parallel()
			full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
			if err != nil {
				t.Skip(err)
			}
			defer full.Close()
			cmd := listing(server, flags...)
			var errs bytes.Buffer
			cmd.Stdout, cmd.Stderr = full, &errs
			_ = cmd.Run() // only the status is checked
			if got := cmd.ProcessState.ExitCode(); got != 5 || !strings.Contains(errs.String(), "no space left on device") {
				t.Errorf("status %d: %s", got, errs.Bytes())
			}
		})
	}
}

// TestFullDisk: a failed write exits with status 5. Root can mount a disk that no
// other process sees.
func TestFullDisk(t *testing.T) {
	t.Parallel()
	const full, mayNotMount = `mount -t tmpfs -o size=64k none . 2>/dev/null || exit 99
cd "$PWD" && ! cat /dev/zero >fill 2>/dev/null && export HOME="$PWD" XDG_STATE_HOME= XDG_CONFIG_HOME= && exec "$@"`, 99
	server := sendsJSON(t, `["some"]`)
	for _, line := range []string{
		"access-token listAccessTokens --server mock",
		"entity createEntity contact --server mock -d {}",
		"mock reset",
		"config set stage dev",
		"access-token listAccessTokens -t token --out-file tokens.json -s " + server,
	} {
		t.Run(line, func(t *testing.T) {
			t.Parallel()
			cmd := exec.Command("unshare", append([]string{"--mount", "sh", "-c", full, "sh", "epilot"}, strings.Fields(line)...)...)
			cmd.Dir = t.TempDir()
			out, err := cmd.CombinedOutput()
			var ended *exec.ExitError
			if !errors.As(err, &ended) {
				t.Skip(err) // unshare is missing
			}
			switch status := ended.ExitCode(); {
			case status == mayNotMount, status == 1 && bytes.HasPrefix(out, []byte("unshare:")):
				t.Skip("only root can mount a disk")
			case status != 5 || !bytes.Contains(out, []byte("no space left on device")):
				t.Errorf("status %d: %s", status, out)
			}
		})
	}
}
