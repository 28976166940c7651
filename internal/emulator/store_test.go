package emulator_test

import (
	"bytes"
	"context"
	"fmt"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"runtime/debug"
	"strings"
	"sync"
	"testing"
	"time"

	bolt "go.etcd.io/bbolt"

	"github.com/epilot-cli/epilot/internal/emulator"
	"github.com/epilot-cli/epilot/internal/failure"
)

const childState = "EMULATOR_TEST_STATE"

// TestMain makes the test binary its own second process: with a state path in the
// environment, it creates tokens there and exits. Many small mocks at once have little
// to collect, but the collector looks at all embedded definitions each time.
func TestMain(m *testing.M) {
	debug.SetGCPercent(400)
	if state := os.Getenv(childState); state != "" {
		os.Exit(createTokens(state, 5))
	}
	os.Exit(m.Run())
}

func createTokens(state string, count int) int {
	e, err := emulator.New(options(state, time.Now))
	if err != nil {
		return 1
	}
	token, err := e.BootstrapToken()
	if err != nil {
		return 2
	}
	for range count {
		w := httptest.NewRecorder()
		r := httptest.NewRequest("POST", "http://localhost"+collection, strings.NewReader(`{"name":"n"}`))
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set("Authorization", "Bearer "+token)
		if e.ServeHTTP(w, r); w.Code != 201 {
			return 3
		}
	}
	return 0
}

func TestSeveralProcessesShareOneState(t *testing.T) {
	t.Parallel()
	state := filepath.Join(t.TempDir(), "new", "state")
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	var group sync.WaitGroup
	for range 4 { // without a state file: they also race to create the file and the keys
		group.Go(func() {
			child := exec.CommandContext(t.Context(), self)
			child.Env = append(os.Environ(), childState+"="+state)
			if out, err := child.CombinedOutput(); err != nil {
				t.Errorf("%v: %s", err, out)
			}
		})
	}
	for range 4 {
		group.Go(func() {
			if code := createTokens(state, 5); code != 0 {
				t.Errorf("in this process: %d", code)
			}
		})
	}
	group.Wait()
	b := newBenchAt(t, state)
	if got := b.as(b.token, "GET", collection, ""); strings.Count(got.body, `"id":`) != 40 {
		t.Errorf("%d tokens, want 40", strings.Count(got.body, `"id":`))
	}
}

func TestStateIsPrivate(t *testing.T) {
	t.Parallel()
	state := filepath.Join(t.TempDir(), "new", "epilot", "state")
	newBenchAt(t, state)
	for path, want := range map[string]os.FileMode{state: 0o600, filepath.Dir(state): 0o700 | os.ModeDir} {
		if info, err := os.Stat(path); err != nil || info.Mode() != want {
			t.Errorf("%s: %v %v", path, info.Mode(), err)
		}
	}
}

func TestDamagedState(t *testing.T) {
	t.Parallel()
	whole, err := os.ReadFile(stateCopy(t))
	if err != nil {
		t.Fatal(err)
	}
	noise := bytes.Repeat([]byte("noise "), len(whole)/6)
	for name, damaged := range map[string][]byte{
		"not a state file": []byte("hello"),
		"noise":            noise,
		"zeros":            make([]byte, len(whole)),
		"cut in the head":  whole[:100],
		"cut in half":      whole[:8192],
		"noise after head": append(bytes.Clone(whole[:8192]), noise[8192:]...),
	} {
		path := filepath.Join(t.TempDir(), "state")
		if err := os.WriteFile(path, damaged, 0o600); err != nil {
			t.Fatal(err)
		}
		e, err := emulator.New(options(path, time.Now))
		if err != nil {
			t.Fatal(err)
		}
		for range 2 { // the second time, the first must have released the lock
			if _, err = e.BootstrapToken(); err == nil {
				t.Errorf("%s: accepted", name)
				continue
			}
			failed := failure.Of(err)
			if failed.Kind != failure.File || !strings.Contains(failed.Message, path) || !strings.Contains(failed.Hint, "mock reset") {
				t.Errorf("%s: %+v", name, failed)
			}
		}
		if after, err := os.ReadFile(path); err != nil || !bytes.Equal(after, damaged) {
			t.Errorf("%s: the file was changed", name)
		}
	}
}

// TestEveryDamagedPage: a page of noise either is unused, or causes an error that
// names the file, for a reader and for a writer. It never crashes the process.
func TestEveryDamagedPage(t *testing.T) {
	t.Parallel()
	whole, err := os.ReadFile(stateCopy(t))
	if err != nil {
		t.Fatal(err)
	}
	const page = 4096
	for at := 0; at+page <= len(whole); at += page {
		damaged := bytes.Clone(whole)
		copy(damaged[at:at+page], bytes.Repeat([]byte{0xa5, 0x5a, 1, 0}, page/4))
		path := filepath.Join(t.TempDir(), "state")
		if err := os.WriteFile(path, damaged, 0o600); err != nil {
			t.Fatal(err)
		}
		e, err := emulator.New(options(path, time.Now))
		if err != nil {
			t.Fatal(err)
		}
		for range 2 {
			_, err := e.BootstrapToken()
			if err != nil && (failure.Of(err).Kind != failure.File || !strings.Contains(err.Error(), path)) {
				t.Errorf("page %d: %v", at/page, err)
			}
		}
	}
}

func TestStateThatCannotBeOpened(t *testing.T) {
	t.Parallel()
	blocked := filepath.Join(stateCopy(t), "state") // a file in place of the directory
	e, err := emulator.New(options(blocked, time.Now))
	if err != nil {
		t.Fatal(err)
	}
	_, err = e.BootstrapToken()
	if failed := failure.Of(err); err == nil || failed.Kind != failure.File || !strings.Contains(failed.Message, "cannot be opened") {
		t.Errorf("got %v", err)
	}
}

func TestWaitingForTheLockEndsWithTheRequest(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	holder, err := bolt.Open(b.state, 0o600, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer holder.Close()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	w := httptest.NewRecorder()
	r := httptest.NewRequestWithContext(ctx, "GET", "http://localhost"+collection, nil)
	r.Header.Set("Authorization", "Bearer "+b.token)
	b.emulator.ServeHTTP(w, r)
	reply{status: w.Code, body: w.Body.String()}.want(t, 500, fmt.Sprint(context.Canceled))
}

// TestReady: an unusable file is reported before a request needs it, and files of
// other programs are not changed.
func TestReady(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	notes := filepath.Join(dir, "notes.txt")
	if err := os.WriteFile(notes, []byte("hello"), 0o600); err != nil {
		t.Fatal(err)
	}
	for path, says := range map[string]string{
		notes: "is not a state file", dir: "is not a regular file", filepath.Join(notes, "state"): "cannot be opened",
	} {
		err := readyAt(t, path)
		if err == nil || failure.Of(err).Kind != failure.File || !strings.Contains(err.Error(), says) || failure.Of(err).Hint == "" {
			t.Errorf("%s: %v", path, err)
		}
	}
	if left, err := os.ReadFile(notes); err != nil || string(left) != "hello" {
		t.Errorf("a person's file is %q now: %v", left, err)
	}
	for range 2 {
		if err := readyAt(t, filepath.Join(dir, "new", "state")); err != nil {
			t.Error(err)
		}
	}
}

func readyAt(t *testing.T, path string) error {
	t.Helper()
	e, err := emulator.New(options(path, time.Now))
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	return e.Ready(t.Context())
}
