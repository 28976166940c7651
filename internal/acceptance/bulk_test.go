//go:build unix

package acceptance

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
)

// bulkServer counts the creations per row, and reports when a number of rows have
// arrived.
type bulkServer struct {
	*httptest.Server
	mu      sync.Mutex
	made    map[int]int
	left    int // rows until reached is called; 0 for never
	reached func()
}

func newBulkServer(t *testing.T) *bulkServer {
	t.Helper()
	s := &bulkServer{made: map[int]int{}}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var row struct{ N int }
		if err := json.NewDecoder(r.Body).Decode(&row); err != nil {
			return // cut off by the kill: not created
		}
		s.mu.Lock()
		s.made[row.N]++
		if s.left--; s.left == 0 {
			s.reached()
		}
		s.mu.Unlock()
		w.WriteHeader(http.StatusCreated)
		fmt.Fprint(w, `{"ok":true}`)
	}))
	t.Cleanup(s.Close)
	return s
}

// after calls reached when n more rows have arrived.
func (s *bulkServer) after(n int, reached func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.left, s.reached = n, reached
}

// bulkRows writes a file of n rows.
func bulkRows(t *testing.T, n int) string {
	t.Helper()
	var text bytes.Buffer
	for i := range n {
		fmt.Fprintf(&text, "{\"n\":%d}\n", i+1)
	}
	file := filepath.Join(t.TempDir(), "rows.ndjson")
	if err := os.WriteFile(file, text.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

func bulkCreate(server *bulkServer, file string, flags ...string) *exec.Cmd {
	return exec.Command("epilot", append([]string{"entity", "createEntity", "contact", "--each", file, "-s", server.URL, "-t", "token"}, flags...)...)
}

// TestEachKilled kills a run at ten random moments during 2,000 creations. The same
// command line resumes it each time, and in the end each row is created once, except
// for those in flight, which the program reports as unknown.
func TestEachKilled(t *testing.T) {
	t.Parallel()
	const rows, kills = 2000, 10
	server, file := newBulkServer(t), bulkRows(t, rows)
	journal := filepath.Join(t.TempDir(), "journal")
	for range kills {
		run := bulkCreate(server, file, "--journal", journal)
		if err := run.Start(); err != nil {
			t.Fatal(err)
		}
		server.after(1+rand.IntN(rows/kills), func() { _ = run.Process.Kill() })
		_ = run.Wait()
	}
	server.after(0, nil)
	last := bulkCreate(server, file, "--journal", journal)
	var notes bytes.Buffer
	last.Stderr = &notes
	err := last.Run()
	unknown := 0
	if found := regexp.MustCompile(`(\d+) unknown`).FindStringSubmatch(notes.String()); found != nil {
		unknown, _ = strconv.Atoi(found[1])
	}
	if (err == nil) != (unknown == 0) || unknown > 8*kills {
		t.Errorf("%v, %s", err, notes.String())
	}
	missing := 0
	for n := 1; n <= rows; n++ {
		if server.made[n] > 1 {
			t.Errorf("row %d was made %d times", n, server.made[n])
		}
		if server.made[n] == 0 {
			missing++
		}
	}
	if missing > unknown {
		t.Errorf("%d rows were not made, and only %d are named unknown: %s", missing, unknown, notes.String())
	}
	t.Logf("%d rows unknown after %d kills, %d of them not made", unknown, kills, missing)
}

// TestEachInterrupted: Ctrl-C stops sending rows and waits for those in flight,
// however long that takes.
func TestEachInterrupted(t *testing.T) {
	t.Parallel()
	arrived, release := make(chan struct{}, 8), make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		arrived <- struct{}{}
		<-release
		w.WriteHeader(http.StatusCreated)
	}))
	defer server.Close()
	run := bulkCreate(&bulkServer{Server: server}, bulkRows(t, 100), "--parallel", "8", "-v")
	var out bytes.Buffer
	run.Stdout = &out
	notes, err := run.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := run.Start(); err != nil {
		t.Fatal(err)
	}
	for range 8 {
		<-arrived
	}
	if err := run.Process.Signal(syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	said := make([]byte, len("ending: "))
	if _, err := notes.Read(said); err != nil { // the program has noticed
		t.Fatal(err)
	}
	close(release)
	rest := new(bytes.Buffer)
	_, _ = rest.ReadFrom(notes)
	_ = run.Wait()
	if got := strings.Count(out.String(), `"status":201`); run.ProcessState.ExitCode() != 130 || got != 8 || !strings.Contains(rest.String(), "8 done in ") {
		t.Errorf("status %d, %d rows: %s%s", run.ProcessState.ExitCode(), got, said, rest)
	}
}

// TestEachInterruptedTwice: a second Ctrl-C does not wait.
func TestEachInterruptedTwice(t *testing.T) {
	t.Parallel()
	arrived, release := make(chan struct{}, 8), make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		arrived <- struct{}{}
		<-release
	}))
	defer server.Close()
	defer close(release)
	run := bulkCreate(&bulkServer{Server: server}, bulkRows(t, 10))
	notes, err := run.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := run.Start(); err != nil {
		t.Fatal(err)
	}
	<-arrived
	_ = run.Process.Signal(syscall.SIGINT)
	if _, err := notes.Read(make([]byte, 1)); err != nil {
		t.Fatal(err)
	}
	_ = run.Process.Signal(syscall.SIGINT)
	_ = run.Wait()
	if status, isStatus := run.ProcessState.Sys().(syscall.WaitStatus); !isStatus || status.Signal() != syscall.SIGINT {
		t.Errorf("ended with %v", run.ProcessState)
	}
}

// TestEachMemory: 100,000 rows use at most 10 MB more than 10,000, and those at most
// 80 MB. On a busy machine the garbage collector is late, once: what grows with the rows
// does so each time.
func TestEachMemory(t *testing.T) {
	t.Parallel()
	needsLoad(t, "110,000 calls")
	server := newBulkServer(t)
	peak := func(rows int) int64 {
		run := bulkCreate(server, bulkRows(t, rows), "--parallel", "16", "-q")
		run.Env = append(os.Environ(), peakFile+"="+filepath.Join(t.TempDir(), "peak"))
		if err := run.Run(); err != nil {
			t.Fatal(err)
		}
		size, ok := leftPeak(run)
		if !ok {
			t.Skip("the peak is not known on this system")
		}
		return size
	}
	few, many := peak(10_000), peak(100_000)
	for tries := 1; tries < 3 && many-few > 10<<20; tries++ {
		t.Logf("10,000 rows take %d MB, 100,000 take %d MB: again", few>>20, many>>20)
		many = min(many, peak(100_000))
	}
	t.Logf("10,000 rows take %d MB, 100,000 take %d MB", few>>20, many>>20)
	if few > 80<<20 || many-few > 10<<20 {
		t.Errorf("10,000 rows take %d bytes, 100,000 take %d", few, many)
	}
}
