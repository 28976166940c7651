//go:build unix

package acceptance

import "testing"

// TestInterruptInPager: Ctrl-C belongs to the pager and must not leave it alone with
// the terminal.
func TestInterruptInPager(t *testing.T) {
	t.Parallel()
	s := sit(t)
	pager := s.file("pager", `trap 'echo "<interrupted>"; came=1' INT
cat >/dev/null
echo "<all read>"
while [ -z "$came" ]; do sleep 0.1; done
read -r line </dev/tty
echo "<left>"
`, 0o600)
	for _, line := range [][]string{
		{"help", "environment"}, // only prints
		{"entity", "listSchemas", "--server", "mock"},
	} {
		p := sit(t, "EPILOT_PAGER=sh "+pager).types(line...)
		p.Wait("<all read>")
		p.Type("\x03")
		p.Wait("<interrupted>")
		p.Type("\n")
		p.Wait("<left>")
		exits(t, p, 0)
	}
}
