//go:build unix

package acceptance

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestKilledWhileWriting kills writers at random moments, more often while they use
// the folder: the file is completely old or completely new, and files of a killed
// writer are gone after the next write.
func TestKilledWhileWriting(t *testing.T) {
	t.Parallel()
	needsLoad(t, "kills many programs")
	rounds := 20
	if withLoad() {
		rounds = 100
	}
	home := t.TempDir()
	text := fmt.Sprintf(`{"filler":%q,"profiles":{"dev":{"headers":{"X-Round":"0"}}}}`, strings.Repeat("x", 1<<20))
	if err := os.MkdirAll(filepath.Dir(profilesFile(home)), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(profilesFile(home), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	set(t, home, 0, nil)
	life := time.Since(began) // of a writer that is not killed
	killed, old := 0, 0
	for round := 1; round <= rounds; round++ {
		if set(t, home, round, moment(home, life, round)) {
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
	set(t, home, rounds+1, nil)
	left, err := filepath.Glob(filepath.Join(filepath.Dir(profilesFile(home)), ".*"))
	if err != nil || len(left) > 0 {
		t.Errorf("dead writers left %q, %v", left, err)
	}
}

// moment returns a function that waits for the moment to kill: any time in the
// writer's life in one round of four, else soon after the folder has changed.
func moment(home string, life time.Duration, round int) func(done <-chan struct{}) {
	before := snapshot(home)
	return func(done <-chan struct{}) {
		wait := time.Duration(rand.Int64N(int64(life)))
		if round%4 != 0 {
			for snapshot(home) == before && !isClosed(done) {
			}
			wait = time.Duration(rand.Int64N(int64(2 * time.Millisecond)))
		}
		select {
		case <-time.After(wait):
		case <-done:
		}
	}
}

func isClosed(done <-chan struct{}) bool {
	select {
	case <-done:
		return true
	default:
		return false
	}
}

// snapshot returns the names and sizes in the folder.
func snapshot(home string) string {
	var held strings.Builder
	entries, err := os.ReadDir(filepath.Dir(profilesFile(home)))
	if err != nil {
		return err.Error()
	}
	for _, entry := range entries {
		if info, err := entry.Info(); err == nil {
			fmt.Fprintln(&held, entry.Name(), info.Size())
		}
	}
	return held.String()
}

// set writes the round into the profile. It is killed after the wait, if there is
// one and it is still running.
func set(t *testing.T, home string, round int, wait func(<-chan struct{})) (killed bool) {
	t.Helper()
	writer := epilotIn(t, home, "profile", "set", "dev", "--header", fmt.Sprintf("X-Round: %d", round))
	if err := writer.Start(); err != nil {
		t.Fatal(err)
	}
	done, over := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(over)
		if wait != nil {
			wait(done)
			_ = writer.Process.Kill()
		}
	}()
	err := writer.Wait()
	close(done)
	<-over
	if err != nil && wait == nil {
		t.Fatal(err)
	}
	return err != nil
}
