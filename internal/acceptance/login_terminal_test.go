//go:build unix

package acceptance

import (
	"bytes"
	"io"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/creack/pty"
	"golang.org/x/term"
)

// screen is a program in a terminal and its output.
type screen struct {
	*testing.T
	cmd      *exec.Cmd
	terminal *os.File // the test's end of it
	tty      *os.File // the program's end
	before   *term.State
	config   string
	mu       sync.Mutex
	grew     *sync.Cond
	shown    bytes.Buffer
	over     bool
}

func onScreen(t *testing.T, args ...string) *screen {
	t.Helper()
	s := &screen{T: t, config: filepath.Join(t.TempDir(), "config")}
	s.grew = sync.NewCond(&s.mu)
	s.cmd = exec.Command("epilot", args...)
	s.cmd.Env = []string{
		"PATH=" + os.Getenv("PATH"), "XDG_CONFIG_HOME=" + s.config, "HOME=" + s.config,
		"EPILOT_CREDENTIAL_STORE=file", "TERM=xterm", "EPILOT_PORTAL_URL=http://127.0.0.1:1",
	}
	var err error
	if s.terminal, s.tty, err = pty.Open(); err != nil {
		t.Fatal(err)
	}
	if s.before, err = term.GetState(int(s.tty.Fd())); err != nil {
		t.Fatal(err)
	}
	s.cmd.Stdin, s.cmd.Stdout, s.cmd.Stderr = s.tty, s.tty, s.tty
	if err := s.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.cmd.Process.Kill(); s.tty.Close(); s.terminal.Close() })
	go s.watch()
	return s
}

func (s *screen) watch() {
	buffer := make([]byte, 4096)
	for {
		n, err := s.terminal.Read(buffer)
		s.mu.Lock()
		s.shown.Write(buffer[:n])
		s.over = err != nil // a terminal ends with EIO
		s.grew.Broadcast()
		s.mu.Unlock()
		if err != nil {
			return
		}
	}
}

// await waits until the terminal shows the pattern, and returns the match. After
// two minutes without it, the test fails.
func (s *screen) await(pattern string) []string {
	s.Helper()
	find := regexp.MustCompile(pattern)
	late := time.Now().Add(2 * time.Minute)
	defer time.AfterFunc(time.Until(late), s.grew.Broadcast).Stop()
	s.mu.Lock()
	defer s.mu.Unlock()
	for {
		if match := find.FindStringSubmatch(s.shown.String()); match != nil {
			return match
		}
		if s.over || !time.Now().Before(late) {
			s.Fatalf("the terminal never showed %s:\n%s", pattern, s.shown.String())
		}
		s.grew.Wait()
	}
}

func (s *screen) typeIn(text string) {
	s.Helper()
	if _, err := io.WriteString(s.terminal, text); err != nil {
		s.Fatal(err)
	}
}

// end waits for the program, and checks that the screen shows no token and that echo
// is on again.
func (s *screen) end(want int) {
	s.Helper()
	_ = s.cmd.Wait() // only the status is checked
	after, err := term.GetState(int(s.tty.Fd()))
	if err != nil || *after != *s.before {
		s.Errorf("the terminal was left in another state (%v)", err)
	}
	s.tty.Close() // this ends the reads
	s.mu.Lock()
	defer s.mu.Unlock()
	for !s.over {
		s.grew.Wait()
	}
	if got := s.cmd.ProcessState.ExitCode(); got != want {
		s.Errorf("exit status %d, want %d:\n%s", got, want, s.shown.String())
	}
	if strings.Contains(s.shown.String(), "SeCrEt") {
		s.Errorf("the terminal shows a token:\n%s", s.shown.String())
	}
}

func (s *screen) stored() string {
	text, err := os.ReadFile(filepath.Join(s.config, "epilot", "credentials.json"))
	if err != nil {
		return ""
	}
	return string(text)
}

// callback returns the callback address of the portal.
func (s *screen) callback() string {
	s.Helper()
	found := s.await(`cli_callback=([^&\s]+)`)[1]
	s.await(`waiting \d:\d\d for the browser`)
	address, err := url.QueryUnescape(found)
	if err != nil {
		s.Fatal(err)
	}
	return address
}

func TestPastedToken(t *testing.T) {
	t.Parallel()
	s := onScreen(t, "auth", "login", "--no-browser")
	s.callback()
	s.typeIn("SeCrEt-but-no-JWT\n")
	s.await("not a valid JSON Web Token")
	s.typeIn("\n" + jwt(`{"token_name":"Pasted","org_id":"9"}`) + "\n")
	s.await(`signed in as Pasted \(organization 9\)`)
	s.end(0)
	if !strings.Contains(s.stored(), "SeCrEtSeCrEt") {
		t.Errorf("stored %s", s.stored())
	}
}

func TestMaskedPrompt(t *testing.T) {
	t.Parallel()
	s := onScreen(t, "auth", "token")
	s.await("Token: ")
	s.typeIn("SeCrEt-typed-token\n")
	s.await("…oken is stored in credentials.json")
	s.end(0)
	if !strings.Contains(s.stored(), "SeCrEt-typed-token") {
		t.Errorf("stored %s", s.stored())
	}
}

// TestInterruptedPrompt: after Ctrl-C the terminal echoes again.
func TestInterruptedPrompt(t *testing.T) {
	t.Parallel()
	for _, row := range [][]string{{"auth", "token"}, {"auth", "login", "--no-browser"}} {
		s := onScreen(t, row...)
		s.await("Token: |press Enter: ")
		if err := s.cmd.Process.Signal(syscall.SIGINT); err != nil {
			t.Fatal(err)
		}
		s.end(130)
		if s.stored() != "" {
			t.Errorf("%v: stored %s", row, s.stored())
		}
	}
}
