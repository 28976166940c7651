//go:build unix

package acceptance

import (
	"strings"
	"testing"
)

// TestStoppedPrompt: a token typed after Ctrl-Z and fg is hidden like one typed
// before, and the shell gets its terminal in between.
func TestStoppedPrompt(t *testing.T) {
	t.Parallel()
	for _, line := range []string{"epilot auth token", "ACCESSIBLE=1 epilot auth token"} {
		s := sit(t)
		p := s.shell("bash", "--norc", "--noprofile", "-i")
		p.Type("PS1='READY> '; set -m\n")
		p.Wait("READY>")
		p.Type(line + "\n")
		p.Wait("Token:")
		p.Type("\x1a")
		p.Wait("Stopped")
		p.Type("echo shell-$((40+2))\n")
		p.Wait("shell-42")
		p.Type("fg\n")
		p.Sent(line + "\r\nToken: ")
		p.Type("SeCrEt-typed-token\n")
		p.Wait("is stored in credentials.json")
		p.Type("exit\n")
		p.Exit()
		if strings.Contains(p.Raw(), "SeCrEt") {
			t.Errorf("%s: the token is shown:\n%s", line, p.Raw())
		}
	}
}

// TestLongPastedToken: a long pasted token is stored completely.
func TestLongPastedToken(t *testing.T) {
	t.Parallel()
	s := onScreen(t, "auth", "token")
	s.await("Token: ")
	token := "SeCrEt-" + strings.Repeat("x", 9000)
	s.typeIn(token + "\n")
	s.await("is stored in credentials.json")
	s.end(0)
	if !strings.Contains(s.stored(), token) {
		t.Errorf("stored %d bytes", len(s.stored()))
	}
}
