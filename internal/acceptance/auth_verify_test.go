package acceptance

import (
	"bufio"
	"encoding/base64"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"
)

// TestVerify verifies tokens with the keys that the mock publishes.
func TestVerify(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := giveMockKey(dir); err != nil {
		t.Fatal(err)
	}
	env := []string{"PATH=" + os.Getenv("PATH"), "XDG_CONFIG_HOME=" + dir, "XDG_STATE_HOME=" + dir, "NO_PROXY=*"}
	epilot := func(want int, args ...string) string {
		t.Helper()
		run := exec.Command("epilot", args...)
		run.Env = env
		out, _ := run.CombinedOutput() // only the status is checked
		if got := run.ProcessState.ExitCode(); got != want {
			t.Fatalf("%q: exit status %d, want %d: %s", args[:2], got, want, out)
		}
		return strings.TrimSpace(string(out))
	}
	create := []string{"access-token", "createAccessToken", "-d", `{"name":"one"}`, "--jsonata", "token"}
	first := epilot(0, append(create, "--server", "mock")...)
	server := startMock(t, env)
	token := epilot(0, append(create, "--server", server, "--token", first)...)
	head, rest, _ := strings.Cut(token, ".")
	claims, signature, _ := strings.Cut(rest, ".")
	_, other, _ := strings.Cut(strings.TrimPrefix(first, head+"."), ".")
	for _, row := range []struct {
		token, want string
		status      int
	}{
		{token, "verified", 0},
		{head + "." + claims + "." + other, "wrong signature", 4},
		{segment(`{"alg":"RS256","kid":"nobody"}`) + "." + claims + "." + signature, "unknown key", 4},
		{jwt(`{"iss":"https://evil.example"}`), "unknown issuer", 4},
		{jwt(`{"iss":"` + server + `/nothing"}`), "", 3},
		{jwt(`{"iss":"http://127.0.0.1:1"}`), "unknown issuer", 4},
		{"SeCrEt-opaque", "", 4},
	} {
		out := epilot(row.status, "auth", "status", "--verify", "--token", row.token, "--server", server)
		if row.want != "" && !regexp.MustCompile(`signature +`+row.want).MatchString(out) {
			t.Errorf("got %s, want %s", out, row.want)
		}
		if strings.Contains(out, row.token) {
			t.Errorf("the token is shown: %s", out)
		}
	}
	if out := epilot(0, "auth", "status", "--verify", "--json", "--token", token, "--server", server); !strings.Contains(out, `"signature":"verified"`) {
		t.Errorf("got %s", out)
	}
}

// startMock runs the mock until the test ends and returns its address.
func startMock(t *testing.T, env []string) string {
	t.Helper()
	mock := exec.Command("epilot", "mock", "--port", "0")
	mock.Env = env
	said, err := mock.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := mock.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = mock.Process.Kill(); _ = mock.Wait() })
	line, err := bufio.NewReader(said).ReadString('\n')
	address := regexp.MustCompile(`http://[\d.:]+`).FindString(line)
	if err != nil || address == "" {
		t.Fatalf("it said %q, %v", line, err)
	}
	return address
}

// segment is a part of a JWT (RFC 7515, section 2).
func segment(text string) string { return base64.RawURLEncoding.EncodeToString([]byte(text)) }

// jwt returns an unsigned token.
func jwt(claims string) string {
	return segment(`{"alg":"RS256"}`) + "." + segment(claims) + ".SeCrEtSeCrEt"
}
