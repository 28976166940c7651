//go:build unix

package acceptance

import (
	"strings"
	"testing"
)

// TestResetAsks: the user is asked before the mock is reset.
func TestResetAsks(t *testing.T) {
	t.Parallel()
	s := sit(t)
	contacts := func() string {
		out, err := s.command("entity", "searchEntities", "-d", `{"q":"*"}`, "--jsonata", "hits", "--server", "mock", "--no-interactive").Output()
		if err != nil {
			t.Fatal(err)
		}
		return strings.TrimSpace(string(out))
	}
	seed := s.command("mock", "seed", "-")
	seed.Stdin = strings.NewReader(`{"entity":{"contact":{"first_name":"Ada"}}}`)
	if out, err := seed.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	for _, row := range []struct {
		answer string
		flags  []string
		exit   int
		left   string
	}{{"\r", nil, 130, "1"}, {"n\r", []string{"--keep-tokens"}, 130, "1"}, {"y\r", nil, 0, "0"}, {"", []string{"--yes"}, 0, "0"}} {
		p := s.types(append([]string{"mock", "reset"}, row.flags...)...)
		if row.answer != "" {
			p.Ask("(y/N)", row.answer)
		}
		exits(t, p, row.exit)
		if got := contacts(); got != row.left {
			t.Errorf("%q %q: %s contacts, want %s", row.answer, row.flags, got, row.left)
		}
	}
}
