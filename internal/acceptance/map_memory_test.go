//go:build unix

package acceptance

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// TestMapMemory: each API is released once written. The map uses 24 MB this way, and
// 37 MB if all are kept in memory.
func TestMapMemory(t *testing.T) {
	needsLoad(t, "measures memory")
	t.Parallel()
	const limit = 32 << 20
	cmd := exec.Command("epilot", "--map", "--json")
	cmd.Env = append(os.Environ(), peakFile+"="+filepath.Join(t.TempDir(), "peak"))
	var counted counter
	cmd.Stdout = &counted
	if err := cmd.Run(); err != nil {
		t.Fatal(err)
	}
	if peak := peakMemory(cmd); counted < 500_000 || peak > limit {
		t.Errorf("%d bytes at a peak of %d MB, want at most %d", counted, peak>>20, limit>>20)
	}
}
