//go:build unix

package acceptance

import "testing"

// TestLossIsAsked: on a terminal, stored data is removed only after confirmation.
func TestLossIsAsked(t *testing.T) {
	t.Parallel()
	s := sit(t)
	exits(t, s.types("profile", "create", "dev", "--no-interactive"), 0)
	p := s.types("profile", "delete", "dev")
	p.Ask(`Delete profile "dev" and its token? This cannot be undone. (y/N)`, "\r")
	exits(t, p, 130)
	p = s.types("profile", "delete", "dev")
	p.Ask("cannot be undone. (y/N)", "y\r")
	p.Wait(`profile "dev" was deleted`)
	exits(t, p, 0)
	exits(t, s.types("profile", "create", "dev", "--no-interactive"), 0)
	exits(t, s.types("profile", "delete", "dev", "-y"), 0)
}
