package acceptance

import (
	"bufio"
	"io"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// login is an "epilot auth login" process that waits for its callback.
type login struct {
	*testing.T
	cmd      *exec.Cmd
	config   string   // XDG_CONFIG_HOME
	page     *url.URL // the address where the user would sign in
	callback *url.URL
	state    string
	code     string // as shown on the terminal
	rest     *bufio.Reader
}

// startLogin starts the program with its own configuration, and reads its output
// until it waits.
func startLogin(t *testing.T, env []string, args ...string) *login {
	t.Helper()
	l := &login{T: t, config: filepath.Join(t.TempDir(), "config")}
	l.cmd = exec.Command("epilot", append([]string{"auth", "login"}, args...)...)
	l.cmd.Env = append([]string{
		"PATH=" + os.Getenv("PATH"), "XDG_CONFIG_HOME=" + l.config, "HOME=" + l.config, "EPILOT_CREDENTIAL_STORE=file",
	}, env...)
	said, err := l.cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := l.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.cmd.Process.Kill() })
	l.rest = bufio.NewReader(said)
	l.readPage()
	return l
}

func (l *login) readPage() {
	l.Helper()
	code := regexp.MustCompile(`code is ([0-9A-F]{6}):`)
	for l.code == "" {
		line, err := l.rest.ReadString('\n')
		if err != nil {
			l.Fatalf("the login said no code: %v", err)
		}
		if address, found := strings.CutPrefix(strings.TrimSpace(line), "http"); found {
			l.page, err = url.Parse("http" + address)
			if err != nil {
				l.Fatal(err)
			}
		}
		if match := code.FindStringSubmatch(line); match != nil {
			l.code = match[1]
		}
	}
	var err error
	if l.callback, err = url.Parse(l.page.Query().Get("cli_callback")); err != nil {
		l.Fatal(err)
	}
	l.state = l.page.Query().Get("state")
}

// end waits for the process and returns its exit status and last output.
func (l *login) end() (status int, said string) {
	l.Helper()
	text, err := io.ReadAll(l.rest)
	if err != nil {
		l.Fatal(err)
	}
	_ = l.cmd.Wait() // only the status is checked
	return l.cmd.ProcessState.ExitCode(), string(text)
}

// stored returns the content of a configuration file, or "".
func (l *login) stored(name string) string {
	text, err := os.ReadFile(filepath.Join(l.config, "epilot", name))
	if err != nil {
		return ""
	}
	return string(text)
}

func TestLoginPages(t *testing.T) {
	t.Parallel()
	for want, row := range map[string]struct{ env, args []string }{
		"https://portal.epilot.cloud/login":                           {},
		"https://portal.dev.epilot.cloud/login":                       {args: []string{"--use-dev"}},
		"https://portal.staging.epilot.cloud/login":                   {env: []string{"EPILOT_STAGE=staging"}},
		"http://127.0.0.1:1/base/login":                               {env: []string{"EPILOT_PORTAL_URL=http://127.0.0.1:1/base/"}},
		"https://portal.epilot.cloud/login readonly=true":             {args: []string{"--readonly"}},
		"https://portal.epilot.cloud/login anonymize=true":            {args: []string{"--anonymize"}},
		"https://own.example/login readonly=true anonymize=true both": {env: []string{"EPILOT_PORTAL_URL=https://own.example"}, args: []string{"--readonly", "--anonymize"}},
	} {
		l := startLogin(t, row.env, append(row.args, "--no-browser")...)
		words := strings.Fields(want)
		if got := l.page.Scheme + "://" + l.page.Host + l.page.Path; got != words[0] {
			t.Errorf("got %s, want %s", got, words[0])
		}
		for _, wish := range []string{"readonly=true", "anonymize=true"} {
			if strings.Contains(want, wish) != strings.Contains(l.page.RawQuery, wish) {
				t.Errorf("%s: got %s", want, l.page.RawQuery)
			}
		}
		if l.page.Query().Get("code") != l.code || l.callback.Hostname() != "localhost" || l.callback.Path != "/callback" {
			t.Errorf("got %s", l.page)
		}
	}
}

// TestLoginWithoutPrompts: with --no-browser a program can answer the callback where
// prompts are disabled.
func TestLoginWithoutPrompts(t *testing.T) {
	t.Parallel()
	for _, row := range []struct{ env, args []string }{
		{[]string{"CI=1"}, []string{"--no-browser"}},
		{nil, []string{"--no-browser", "--no-interactive"}},
	} {
		if l := startLogin(t, row.env, row.args...); l.page.Host != "portal.epilot.cloud" {
			t.Errorf("%v: got %s", row, l.page)
		}
	}
}
