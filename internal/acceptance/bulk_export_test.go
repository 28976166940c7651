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
	"strings"
	"sync"
	"testing"
)

// exportServer is a search over n items that follows search_after, with pages of a
// hundred.
type exportServer struct {
	*httptest.Server
	mu      sync.Mutex
	pages   int
	left    int // pages until reached is called; 0 for never
	reached func()
	lie     func(after int) (int, bool) // returns a different position for a page; may be nil
}

func newExportServer(t *testing.T, n int) *exportServer {
	t.Helper()
	s := &exportServer{}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var query struct {
			Size  int
			After []int `json:"search_after"`
		}
		if json.NewDecoder(r.Body).Decode(&query) != nil {
			return
		}
		at := 0
		if len(query.After) > 0 {
			at = query.After[0]
		}
		s.mu.Lock()
		defer s.mu.Unlock()
		s.pages++
		if s.left--; s.left == 0 {
			s.reached()
		}
		if s.lie != nil {
			if other, lies := s.lie(at); lies {
				at = other
			}
		}
		fmt.Fprintf(w, `{"hits":%d,"results":[`, n)
		for i := at; i < min(at+query.Size, n); i++ {
			if i > at {
				fmt.Fprint(w, ",")
			}
			fmt.Fprintf(w, `{"_id":"%06d","text":%q,"sort":[%d]}`, i, strings.Repeat("x", 200), i+1)
		}
		fmt.Fprint(w, "]}")
	}))
	t.Cleanup(s.Close)
	return s
}

func (s *exportServer) after(n int, reached func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.left, s.reached = n, reached
}

func (s *exportServer) lieBy(lie func(after int) (int, bool)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.lie = lie
}

func exportOf(server *httptest.Server, journal string, flags ...string) *exec.Cmd {
	return exec.Command("epilot", append([]string{
		"entity", "searchEntities", "-d", `{"q":"_schema:contact"}`, "--all", "-o", "ndjson",
		"--journal", journal, "-s", server.URL, "-t", "token",
	}, flags...)...)
}

// checkExported checks that each of n items is in the file once, in order.
func checkExported(t *testing.T, file string, n int) {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	lines := bytes.Split(bytes.TrimSuffix(text, []byte("\n")), []byte("\n"))
	if len(lines) != n {
		t.Errorf("%d lines, want %d", len(lines), n)
	}
	for i, line := range lines {
		var item struct {
			ID string `json:"_id"`
		}
		if err := json.Unmarshal(line, &item); err != nil || item.ID != fmt.Sprintf("%06d", i) {
			t.Fatalf("line %d is %s", i+1, line)
		}
	}
}

// TestExportKilled kills an export of 12,000 items at ten random moments. The same
// command line resumes it each time, and in the end every item is in the file once.
func TestExportKilled(t *testing.T) {
	t.Parallel()
	const items, kills = 12_000, 10
	for _, how := range []string{"append", "out-file"} {
		t.Run(how, func(t *testing.T) {
			t.Parallel()
			server := newExportServer(t, items)
			folder := t.TempDir()
			file, journal := filepath.Join(folder, "items.ndjson"), filepath.Join(folder, "journal")
			run := func() *exec.Cmd {
				if how == "out-file" {
					return exportOf(server.Server, journal, "--out-file", file)
				}
				out, err := os.OpenFile(file, os.O_APPEND|os.O_WRONLY|os.O_CREATE, 0o600)
				if err != nil {
					t.Fatal(err)
				}
				t.Cleanup(func() { _ = out.Close() })
				cmd := exportOf(server.Server, journal)
				cmd.Stdout = out
				return cmd
			}
			killed := 0
			for range kills {
				cmd := run()
				if err := cmd.Start(); err != nil {
					t.Fatal(err)
				}
				server.after(1+rand.IntN(items/100/kills), func() { _ = cmd.Process.Kill() })
				if cmd.Wait() != nil {
					killed++
				}
			}
			server.after(0, nil)
			last := run()
			if text, err := stderrOf(last); err != nil {
				t.Fatalf("%v: %s", err, text)
			}
			checkExported(t, file, items)
			t.Logf("%d runs killed, %d pages sent for %d", killed, server.pages, items/100)
			if killed != kills || server.pages > items/100+1+kills {
				t.Errorf("%d runs were killed, %d pages were sent", killed, server.pages)
			}
		})
	}
}

// stderrOf runs a command and returns its stderr.
func stderrOf(cmd *exec.Cmd) (string, error) {
	var notes bytes.Buffer
	cmd.Stderr = &notes
	err := cmd.Run()
	return notes.String(), err
}

// killedExport returns an export of 1,000 items into a file with previous content,
// killed at its fifth page.
func killedExport(t *testing.T, before string) (server *exportServer, file, journal string) {
	t.Helper()
	server = newExportServer(t, 1000)
	folder := t.TempDir()
	file, journal = filepath.Join(folder, "items.ndjson"), filepath.Join(folder, "journal")
	if err := os.WriteFile(file, []byte(before), 0o600); err != nil {
		t.Fatal(err)
	}
	run := exportOf(server.Server, journal, "--out-file", file)
	reached, killed := make(chan struct{}), make(chan struct{})
	server.after(5, func() {
		close(reached)
		<-killed
	})
	if err := run.Start(); err != nil {
		t.Fatal(err)
	}
	<-reached
	_ = run.Process.Kill()
	_ = run.Wait()
	close(killed)
	server.after(0, nil)
	return server, file, journal
}

// TestExportAppends: the content of a file before the export is kept, even if the
// run is killed and resumed.
func TestExportAppends(t *testing.T) {
	t.Parallel()
	const before = "the user's own line\n"
	server, file, journal := killedExport(t, before)
	if text, err := stderrOf(exportOf(server.Server, journal, "--out-file", file)); err != nil {
		t.Fatalf("%v: %s", err, text)
	}
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	items, kept := bytes.CutPrefix(text, []byte(before))
	if !kept {
		t.Fatalf("the file begins with %.80q", text)
	}
	if err := os.WriteFile(file, items, 0o600); err != nil {
		t.Fatal(err)
	}
	checkExported(t, file, 1000)
}

// TestExportHalfLine: a partial page of a killed run is truncated, and a file not
// written by the journal's run is left alone.
func TestExportHalfLine(t *testing.T) {
	t.Parallel()
	const items = 1000
	server, file, journal := killedExport(t, "")
	appendTo(t, journal, "{\"writing\":22000}\n{\"wri")
	appendTo(t, file, `{"_id":"0004`)
	if text, err := stderrOf(exportOf(server.Server, journal, "--out-file", file)); err != nil {
		t.Fatalf("%v: %s", err, text)
	}
	checkExported(t, file, items)

	appendTo(t, file, "something else\n")
	for _, flags := range [][]string{{"--page-size", "50"}, {"-d", `{"q":"other"}`}, {"--jsonata", "_id"}, {"-s", "http://127.0.0.1:1"}} {
		args := append([]string{"--out-file", file}, flags...)
		cmd := exportOf(server.Server, journal, args...)
		if flags[0] == "-d" {
			cmd.Args[4] = flags[1]
			cmd.Args = cmd.Args[:len(cmd.Args)-2]
		}
		if flags[0] == "-s" {
			cmd.Args = cmd.Args[:len(cmd.Args)-2]
			cmd.Args[11] = flags[1]
		}
		text, _ := stderrOf(cmd)
		if cmd.ProcessState.ExitCode() != 2 || !strings.Contains(text, "belongs to another") {
			t.Errorf("%v: status %d, %s", flags, cmd.ProcessState.ExitCode(), text)
		}
	}
}

func appendTo(t *testing.T, file, text string) {
	t.Helper()
	out, err := os.OpenFile(file, os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	if _, err := out.WriteString(text); err != nil {
		t.Fatal(err)
	}
}

// TestExportForeignFile: a file that is longer or shorter than the journal says is
// not the export's, and is not truncated.
func TestExportForeignFile(t *testing.T) {
	t.Parallel()
	server, file, journal := killedExport(t, "")
	for _, content := range []string{"short", strings.Repeat("long\n", 1<<20)} {
		if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		cmd := exportOf(server.Server, journal, "--out-file", file)
		text, _ := stderrOf(cmd)
		left, _ := os.ReadFile(file)
		if cmd.ProcessState.ExitCode() != 2 || string(left) != content || !strings.Contains(text, "the output has") {
			t.Errorf("status %d, %d bytes left: %s", cmd.ProcessState.ExitCode(), len(left), text)
		}
	}
}

// TestExportLies: if a server pages in a circle after a resume, the pages of the
// earlier run reveal it, and no item is written twice.
func TestExportLies(t *testing.T) {
	t.Parallel()
	server, file, journal := killedExport(t, "")
	server.lieBy(func(after int) (int, bool) { return 100, after == 700 })
	cmd := exportOf(server.Server, journal, "--out-file", file)
	text, _ := stderrOf(cmd)
	if cmd.ProcessState.ExitCode() != 3 || !strings.Contains(text, "repeats page 2") {
		t.Errorf("status %d: %s", cmd.ProcessState.ExitCode(), text)
	}
	checkExported(t, file, 700)
	server.lieBy(nil)
	if text, err := stderrOf(exportOf(server.Server, journal, "--out-file", file)); err != nil {
		t.Fatalf("%v: %s", err, text)
	}
	checkExported(t, file, 1000)
}

// TestExportMemory: an export of 25,000 items, beyond the 10,000 that an offset
// reaches, uses at most 80 MB.
func TestExportMemory(t *testing.T) {
	t.Parallel()
	needsLoad(t, "an export of 25,000 items")
	const items = 25_000
	server := newExportServer(t, items)
	folder := t.TempDir()
	file := filepath.Join(folder, "items.ndjson")
	run := exportOf(server.Server, filepath.Join(folder, "journal"), "--out-file", file)
	run.Env = append(os.Environ(), peakFile+"="+filepath.Join(folder, "peak"))
	if text, err := stderrOf(run); err != nil {
		t.Fatalf("%v: %s", err, text)
	}
	checkExported(t, file, items)
	size, known := leftPeak(run)
	t.Logf("%d items take %d MB", items, size>>20)
	if known && size > 80<<20 {
		t.Errorf("%d bytes of memory", size)
	}
}
