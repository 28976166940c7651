package acceptance

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
)

// epilotIn returns the program as a process with the folder as its home.
func epilotIn(t *testing.T, home string, args ...string) *exec.Cmd {
	t.Helper()
	program := exec.CommandContext(t.Context(), "epilot", args...)
	program.Dir = home
	program.Env = []string{"HOME=" + home, "PATH=" + os.Getenv("PATH"), "NO_PROXY=*", "EPILOT_CREDENTIAL_STORE=file"}
	return program
}

func profilesFile(home string) string {
	return filepath.Join(home, ".config", "epilot", "profiles.json")
}

// stored is profiles.json as other programs read it.
type stored struct {
	Profiles map[string]struct {
		Token   string            `json:"token"`
		Headers map[string]string `json:"headers"`
	} `json:"profiles"`
}

func readStored(t *testing.T, home string) stored {
	t.Helper()
	text, err := os.ReadFile(profilesFile(home))
	if err != nil {
		t.Fatal(err)
	}
	var found stored
	if err := json.Unmarshal(text, &found); err != nil {
		t.Fatalf("%v in %d bytes that begin with %.100q", err, len(text), text)
	}
	return found
}

// TestFiftyAtOnce: 50 processes concurrently create one profile each.
func TestFiftyAtOnce(t *testing.T) {
	t.Parallel()
	const processes = 50
	home := t.TempDir()
	var running []*exec.Cmd
	for i := range processes {
		program := epilotIn(t, home, "profile", "create", fmt.Sprintf("p%d", i), "--token", fmt.Sprintf("SeCrEt-token-%d", i))
		if err := program.Start(); err != nil {
			t.Fatal(err)
		}
		running = append(running, program)
	}
	for i, program := range running {
		if err := program.Wait(); err != nil {
			t.Errorf("process %d: %v", i, err)
		}
	}
	found := readStored(t, home)
	for i := range processes {
		if got, want := found.Profiles[fmt.Sprintf("p%d", i)].Token, fmt.Sprintf("SeCrEt-token-%d", i); got != want {
			t.Errorf("profile %d has token %q", i, got)
		}
	}
}

// TestReadersAndWriters runs 100 writers and 100 readers concurrently: no reader
// sees a partial file, and no update is lost.
func TestReadersAndWriters(t *testing.T) {
	t.Parallel()
	const pairs = 100
	home := t.TempDir()
	program := Process{Env: map[string]string{"HOME": home}}
	if made := program.Run(t.Context(), "profile", "create", "shared"); made.Status != 0 {
		t.Fatal(made.Stderr)
	}
	var all sync.WaitGroup
	for i := range pairs {
		all.Go(func() {
			header := fmt.Sprintf("X-%d: %d", i, i)
			if wrote := program.Run(t.Context(), "profile", "set", "shared", "--header", header); wrote.Status != 0 {
				t.Errorf("writer %d: %s", i, wrote.Stderr)
			}
		})
		all.Go(func() {
			seen := program.Run(t.Context(), "profile", "show", "shared", "--json")
			if seen.Status != 0 || !json.Valid([]byte(seen.Stdout)) {
				t.Errorf("reader %d: %s %s", i, seen.Stdout, seen.Stderr)
			}
		})
	}
	all.Wait()
	headers := readStored(t, home).Profiles["shared"].Headers
	for i := range pairs {
		if headers[fmt.Sprintf("X-%d", i)] != fmt.Sprint(i) {
			t.Errorf("the update of writer %d is lost", i)
		}
	}
}
