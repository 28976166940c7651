package tokencommand

import (
	"context"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/epilot-cli/epilot/internal/failure"
)

// TestMain lets the test binary act as a token command.
func TestMain(m *testing.M) {
	if len(os.Args) == 3 && os.Args[1] == "be a program" {
		os.Exit(be(os.Args[2]))
	}
	os.Exit(m.Run())
}

func be(what string) int {
	switch what {
	case "good":
		os.Stdout.WriteString("\n SeCrEt-good \r\n")
	case "env":
		os.Stdout.WriteString("token:" + os.Getenv("EPILOT_TOKEN") + ",other:" + os.Getenv("OTHER"))
	case "fails":
		os.Stdout.WriteString("SeCrEt-half")
		os.Stderr.WriteString("line 1\nno SeCrEt-half " + strings.Repeat("x", 1000) + " the end\n")
		return 3
	case "silent":
		os.Stderr.WriteString("not signed in\n")
	case "floods":
		os.Stdout.WriteString(strings.Repeat("x", 1<<20))
	case "hangs":
		os.Stderr.WriteString("starting")
		never := make(chan os.Signal, 1)
		signal.Notify(never) // a process that listens for signals is not a deadlock
		<-never
	}
	return 0
}

func command(t *testing.T, what string) Program {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	return Program{
		Argv: []string{self, "be a program", what}, Name: `profile "dev"`,
		Env: append(os.Environ(), "EPILOT_TOKEN=SeCrEt-env", "OTHER=1"),
		Redact: func(text string, secrets ...string) string {
			for _, secret := range secrets {
				if secret != "" {
					text = strings.ReplaceAll(text, secret, "***")
				}
			}
			return text
		},
	}
}

func TestToken(t *testing.T) {
	t.Parallel()
	for what, want := range map[string]string{"good": "SeCrEt-good", "env": "token:,other:1"} {
		if got, err := command(t, what).Token(t.Context()); got != want || err != nil {
			t.Errorf("%s: got %q, %v", what, got, err)
		}
	}
}

func TestFailures(t *testing.T) {
	t.Parallel()
	hangs := command(t, "hangs")
	hangs.Limit = 50 * time.Millisecond
	gone, relative, empty := command(t, ""), command(t, ""), command(t, "")
	gone.Argv, relative.Argv, empty.Argv = []string{"no-such-program-here"}, []string{"./here"}, nil
	for want, p := range map[string]Program{
		"exit status 3: …":                         command(t, "fails"),
		"printed nothing: not signed in":           command(t, "silent"),
		"printed more than a token":                command(t, "floods"),
		"did not end within 50ms":                  hangs,
		`"no-such-program-here" was not found`:     gone,
		`"./here" is a relative path`:              relative,
		`the token command of profile "dev" is em`: empty,
	} {
		token, err := p.Token(t.Context())
		if token != "" || err == nil {
			t.Errorf("%s: got %q, %v", want, token, err)
			continue
		}
		failed := failure.Of(err)
		if failed.Kind != failure.Credentials || !strings.Contains(failed.Message, want) || failed.Hint == "" {
			t.Errorf("got  %v (%s)\nwant %s", failed, failed.Hint, want)
		}
		if strings.Contains(failed.Message, "SeCrEt") || len(failed.Message) > 500 || strings.Contains(failed.Message, "\n") {
			t.Errorf("the message is not fit to be shown: %s", failed.Message)
		}
	}
}

func TestInterrupted(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(failure.New(failure.Interrupted, "interrupted"))
	_, err := command(t, "hangs").Token(ctx)
	if failure.Of(err).Kind != failure.Interrupted {
		t.Errorf("got %v", err)
	}
}

// TestStderrIsShown checks that the user sees the program's instructions while it
// waits, and no token.
func TestStderrIsShown(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("the programs are shell scripts")
	}
	shown := make(chan string, 10)
	p := Program{
		Name: "profile", Stderr: sendTo(shown),
		Redact: func(text string, secrets ...string) string {
			for _, secret := range secrets {
				if secret != "" {
					text = strings.ReplaceAll(text, secret, "***")
				}
			}
			return text
		},
	}
	fifo := filepath.Join(t.TempDir(), "touch")
	if err := exec.Command("mkfifo", fifo).Run(); err != nil {
		t.Fatal(err)
	}
	p.Argv = []string{"sh", "-c", `echo SeCrEt-early-token; echo "Touch your YubiKey, not SeCrEt-early-token" >&2; read -r line <"$0"`, fifo}
	ended := make(chan error)
	go func() {
		_, err := p.Token(t.Context())
		ended <- err
	}()
	if got := <-shown; got != "Touch your YubiKey, not ***\n" {
		t.Errorf("shown while it waits: %q", got)
	}
	if err := os.WriteFile(fifo, []byte("x\n"), 0); err != nil {
		t.Fatal(err)
	}
	if err := <-ended; err != nil {
		t.Error(err)
	}
	p.Argv = []string{"sh", "-c", `echo SeCrEt-half; echo SeCrEt-half >&2; exit 3`}
	if _, err := p.Token(t.Context()); err == nil || strings.Contains(err.Error(), "SeCrEt") || len(shown) > 0 {
		t.Errorf("got %v, shown %d", err, len(shown))
	}
}

type sendTo chan string

func (s sendTo) Write(p []byte) (int, error) {
	s <- string(p)
	return len(p), nil
}
