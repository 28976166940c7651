//go:build unix

package acceptance

import (
	"os/exec"
	"strings"
	"testing"

	"github.com/epilot-cli/epilot/internal/prompt/prompttest"
)

func TestPicker(t *testing.T) {
	t.Parallel()
	p := sit(t).types("access-token", "--server", "mock")
	p.Wait("access-token: which operation")
	p.Wait("> POST   createAccessToken")
	p.Type("list")
	p.Wait("> GET    listAccessTokens")
	p.Wait("List") // the description of the operation
	p.Gone("createAccessToken")
	p.Type("\r")
	p.Wait("200 OK")
	exits(t, p, 0)
}

// TestPickerLargest types into the longest list.
func TestPickerLargest(t *testing.T) {
	t.Parallel()
	s := sit(t)
	p := s.types("customer-portal")
	p.Wait("1/173")
	if rows := strings.Count(p.Text(), " /v"); rows != 20 {
		t.Errorf("%d rows, want 20:\n%s", rows, p.Text())
	}
	p.Type("\x1b[A")
	p.Wait("173/173")
	p.Type("no such words here")
	p.Wait("No matches. Press Backspace")
	p.Type("\r\x03")
	exits(t, p, 130)
}

func TestPickerColours(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		env  string
		want bool
	}{{"NO_COLOR=1", false}, {"NO_COLOR=", true}} {
		p := sit(t, row.env).types("access-token")
		p.Ask("which operation", "revoke")
		p.Wait("> DELETE revokeAccessToken")
		p.Type("\x04")
		exits(t, p, 130)
		if got := strings.Contains(p.Raw(), "\x1b[38;5;131mDELETE"); got != row.want {
			t.Errorf("%s: coloured %v, want %v", row.env, got, row.want)
		}
	}
}

func TestMissingParameters(t *testing.T) {
	t.Parallel()
	s, server := sit(t), record(t)
	s.file("things.yaml", things, 0o600)
	call := func() *prompttest.Terminal {
		return s.types("things", "getThing", "--definition", "things.yaml", "--server", server.URL)
	}
	p := call()
	p.Ask("? id", "7\r")
	p.Ask("! must be a UUID", "\x15123e4567-e89b-12d3-a456-426614174000\r")
	p.Ask("? kind", "large\r")
	p.Ask("? since", "yesterday\r")
	p.Ask("! must be a date", "\x152024-01-31\r")
	p.Ask("? deep (y/N)", "y\r")
	p.Ask("? tags[0]", "a b\r")
	p.Ask("Add an item to tags (1 so far)? (y/N)", "y\r")
	p.Ask("? tags[1]", "ü\r")
	p.Ask("Add an item to tags (2 so far)? (y/N)", "\r")
	p.Wait(`"ok": true`)
	exits(t, p, 0)

	p = call() // the answers are offered
	p.Ask("? id [123e4567-e89b-12d3-a456", "\r")
	p.Ask("> large", "\r")
	p.Ask("? since [2024-01-31]", "\r")
	p.Ask("? deep (Y/n)", "\r")
	p.Ask("? tags[0] [a b]", "\r")
	p.Ask("(1 so far)? (Y/n)", "\r")
	p.Ask("? tags[1] [ü]", "\r")
	p.Ask("(2 so far)? (y/N)", "\r")
	exits(t, p, 0)

	all := server.all()
	want := "GET /v1/things/123e4567-e89b-12d3-a456-426614174000?kind=large&since=2024-01-31&deep=true&tags=a%20b&tags=%C3%BC\n"
	if len(all) != 2 || !strings.HasPrefix(all[0], want) || all[0] != all[1] {
		t.Errorf("sent %q, want twice %q", all, want)
	}
}

// TestNearestNames asks whether the closest name was intended.
func TestNearestNames(t *testing.T) {
	t.Parallel()
	p := sit(t).types("acces-token", "listAccesTokens", "--token-type", "api", "--server", "mock")
	p.Ask("Unknown command or API \"acces-token\". Use access-token?", "\r")
	p.Ask("Unknown operation \"listAccesTokens\" in API access-token. Use listAccessTokens?", "y\r")
	p.Wait("200 OK")
	exits(t, p, 0)
	// Enter alone must not confirm a call that changes something.
	p = sit(t).types("entity", "createEntityy", "contact", "-d", "{}", "--server", "mock")
	p.Ask("Use createEntity", "\r")
	p.Wait("did you mean createEntity?")
	exits(t, p, 2)
	p = sit(t).types("acces-token", "--no-interactive")
	p.Wait("did you mean access-token?")
	exits(t, p, 2)
}

func TestMaskedToken(t *testing.T) {
	t.Parallel()
	s, server := sit(t), record(t)
	p := s.types("access-token", "listAccessTokens", "--server", server.URL)
	p.Ask("Token for 127.0.0.1", "SeCrEt-token\r")
	p.Ask("Store it for later calls? (y/N)", "y\r")
	p.Wait("200 OK")
	exits(t, p, 0)
	if strings.Contains(p.Raw(), "SeCrEt") {
		t.Errorf("the token is shown:\n%s", p.Text())
	}
	p = s.types("access-token", "listAccessTokens", "--server", server.URL)
	exits(t, p, 0)
	for _, request := range server.all() {
		if !strings.Contains(request, "Authorization: Bearer SeCrEt-token\r\n") {
			t.Errorf("sent %q", request)
		}
	}
	if len(server.all()) != 2 {
		t.Errorf("%d requests", len(server.all()))
	}
}

// TestImplausibleToken: a token typed into the prompt of a call is stored only if it
// looks like one, or after a second yes.
func TestImplausibleToken(t *testing.T) {
	t.Parallel()
	s, server := sit(t), record(t)
	call := []string{"access-token", "listAccessTokens", "--server", server.URL}
	p := s.types(call...)
	p.Ask("Token for 127.0.0.1", "SeCrEt\r")
	p.Ask("Store it for later calls? (y/N)", "y\r")
	p.Ask("This does not look like a token. Store it? (y/N)", "\r")
	p.Wait("does not look like a token: it is too short")
	exits(t, p, 2)
	p = s.types(call...)
	p.Ask("Token for 127.0.0.1", "SeCrEt\r")
	p.Ask("Store it for later calls? (y/N)", "y\r")
	p.Ask("This does not look like a token. Store it? (y/N)", "y\r")
	p.Wait("200 OK")
	exits(t, p, 0)
	if len(server.all()) != 1 {
		t.Errorf("sent %q", server.all())
	}
}

// TestWhoIsNotAsked: scripts never see a prompt.
func TestWhoIsNotAsked(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		env  string
		args []string
		want int
	}{
		{"CI=true", []string{"access-token", "revokeAccessToken"}, 2},
		{"EPILOT_NO_INTERACTIVE=1", []string{"access-token", "revokeAccessToken"}, 2},
		{"CI=", []string{"access-token", "revokeAccessToken", "--no-interactive"}, 2},
		{"CI=1", []string{"access-token", "createAccessToken", "--server", "mock"}, 1},
		{"CI=1", []string{"access-token", "listAccessTokens"}, 4},
		{"CI=1", []string{"access-token"}, 0},
		{"CI=1", []string{"access-token", "--guided", "--no-interactive"}, 2},
		{"CI=1", []string{"access-token", "revokeAccessToken", "x", "--server", "mock"}, 1},
	} {
		p := sit(t, row.env).types(row.args...)
		exits(t, p, row.want)
		if strings.Contains(p.Raw(), "\x1b[?2004h") {
			t.Errorf("%s %q was asked:\n%s", row.env, row.args, p.Text())
		}
	}
	s := sit(t)
	out, err := s.command("access-token", "listAccessTokens", "--guided").CombinedOutput()
	if err == nil || !strings.Contains(string(out), "--guided needs a terminal") {
		t.Errorf("--guided without a terminal: %s", out)
	}
}

func TestCareful(t *testing.T) {
	t.Parallel()
	s, server := sit(t, "EPILOT_TOKEN=SeCrEt-token"), record(t)
	for _, row := range []struct {
		answer string
		flags  []string
		exit   int
		sent   int
	}{{"\r", nil, 130, 0}, {"n\r", nil, 130, 0}, {"y\r", nil, 0, 1}, {"", []string{"--yes"}, 0, 2}, {"", []string{"-y"}, 0, 3}} {
		p := s.types(append([]string{"access-token", "revokeAccessToken", "a b", "--server", server.URL}, row.flags...)...)
		if row.answer != "" {
			p.Wait("/v1/access-tokens/a%20b")
			p.Wait("so that it stops working immediately: a b")
			p.Ask("This cannot be undone. Send it? (y/N)", row.answer)
		}
		exits(t, p, row.exit)
		if n := len(withoutLookUps(server.all())); n != row.sent {
			t.Errorf("%q %q: %d requests, want %d", row.answer, row.flags, n, row.sent)
		}
	}
}

// TestDestroying: before many objects are destroyed, confirmation is required, and
// nothing is sent without a terminal to prompt on.
func TestDestroying(t *testing.T) {
	t.Parallel()
	s, server := sit(t, "EPILOT_TOKEN=SeCrEt-token"), record(t)
	call := []string{"entity", "wipeAllEntities", "-d", "{}", "--server", server.URL}
	p := s.types(call...)
	p.Ask("wipeAllEntities destroys many objects or an account. Send it? (y/N)", "\r")
	exits(t, p, 130)
	p = s.types(append(call, "--no-interactive")...)
	p.Wait("needs --yes")
	exits(t, p, 2)
	if n := len(server.all()); n != 0 {
		t.Errorf("%d requests", n)
	}
	p = s.types(call...)
	p.Ask("Send it? (y/N)", "y\r")
	exits(t, p, 0)
	if n := len(server.all()); n != 1 {
		t.Errorf("%d requests after a yes", n)
	}
}

func TestLeavingEachPrompt(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name string
		wait string
		args []string
	}{
		{"picker", "which operation", []string{"access-token"}},
		{"parameter", "? id", []string{"access-token", "revokeAccessToken"}},
		{"token", "Token for", []string{"access-token", "listAccessTokens"}},
		{"confirm", "Send it?", []string{"access-token", "revokeAccessToken", "x", "--server", "mock"}},
		{"variant", "body: which", []string{"access-token", "createAccessToken", "--guided", "--server", "mock", "-p", "x=y", "--no-validate"}},
	} {
		for _, key := range []string{"\x03", "\x04"} {
			t.Run(row.name, func(t *testing.T) {
				t.Parallel()
				p := sit(t).types(row.args...)
				if row.name == "variant" {
					p.Ask("request body", "\r")
				}
				p.Ask(row.wait, key)
				exits(t, p, 130)
				p.Wait("cancelled")
			})
		}
	}
}

func TestNarrowTerminal(t *testing.T) {
	t.Parallel()
	s := sit(t)
	p := prompttest.Start(t, s.command("access-token", "createAccessToken", "--guided", "--dry-run", "--server", "mock"), 40, 12)
	p.Ask("body", "\r")
	p.Ask("which", "portal_pre")
	p.Wait("> PortalPreviewTokenParameters")
	p.Type("\r")
	p.Ask("name", "日本語の長い名前日本語の長い名前日本語の長い名前")
	p.Wait("長い名前")
	for line := range strings.Lines(p.Text()) {
		if n := len([]rune(strings.TrimRight(line, "\n"))); n > 40 {
			t.Errorf("%d characters in %q", n, line)
		}
	}
	p.Type("\x03")
	exits(t, p, 130)
}

func TestAccessible(t *testing.T) {
	t.Parallel()
	p := sit(t, "ACCESSIBLE=1").types("access-token", "--server", "mock")
	p.Wait("1. POST createAccessToken /v1/access-tokens")
	p.Wait("2. GET listAccessTokens /v1/access-tokens")
	p.Ask("which operation, its number:", "2\n")
	p.Wait("200 OK")
	exits(t, p, 0)
	if strings.Contains(p.Raw(), "\x1b[?") || strings.Contains(p.Raw(), "\x1b[2K") {
		t.Errorf("drawn: %q", p.Raw())
	}
}

// run runs a shell line in the home and returns its stdout.
func (s *sitting) run(line string) string {
	s.t.Helper()
	cmd := exec.Command("sh", "-c", line)
	cmd.Env, cmd.Dir = s.env, s.dir
	out, err := cmd.Output()
	if err != nil {
		s.t.Errorf("%s: %v", line, err)
	}
	return string(out)
}
