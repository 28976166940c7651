//go:build unix

package cmd_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestKilledWhileWriting kills writers at random moments of their life: the
// file is the old one or the new one, whole, and what a dead writer left is
// gone after the next write. The file is large, so that writing takes a while.
func TestKilledWhileWriting(t *testing.T) {
	t.Parallel()
	const enough, most = 5 * time.Second, 150
	home := t.TempDir()
	filler := strings.Repeat("x", 4<<20)
	text := fmt.Sprintf(`{"filler":%q,"profiles":{"dev":{"headers":{"X-Round":"0"}}}}`, filler)
	if err := os.MkdirAll(filepath.Dir(profilesFile(home)), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(profilesFile(home), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	set(t, home, 0, 0)
	life := time.Since(began) // of a writer that is left alone
	killed, old := 0, 0
	for round := 1; round <= most && time.Since(began) < enough; round++ {
		if set(t, home, round, time.Duration(rand.Int64N(int64(life)))) {
			killed++
		}
		found := readStored(t, home).Profiles["dev"].Headers["X-Round"]
		if found != fmt.Sprint(round) && found != fmt.Sprint(old) {
			t.Fatalf("round %d: the file is of round %s, and was of %d", round, found, old)
		}
		if found == fmt.Sprint(round) {
			old = round
		}
	}
	if killed == 0 {
		t.Error("no writer was killed")
	}
	set(t, home, most+1, 0)
	left, err := filepath.Glob(filepath.Join(filepath.Dir(profilesFile(home)), ".*"))
	if err != nil || len(left) > 0 {
		t.Errorf("dead writers left %q, %v", left, err)
	}
}

// set writes the round into the profile, and is killed after the time, if that
// is not zero and it lives as long.
func set(t *testing.T, home string, round int, after time.Duration) (killed bool) {
	t.Helper()
	writer := epilotIn(t, home, "profile", "set", "dev", "--header", fmt.Sprintf("X-Round: %d", round))
	if err := writer.Start(); err != nil {
		t.Fatal(err)
	}
	if after > 0 {
		alarm := time.AfterFunc(after, func() { _ = writer.Process.Kill() })
		defer alarm.Stop()
	}
	err := writer.Wait()
	if err != nil && after == 0 {
		t.Fatal(err)
	}
	return err != nil
}
