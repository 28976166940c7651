//go:build unix

package acceptance

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/epilot-cli/epilot/internal/prompt/prompttest"
)

// TestEachAsksOnce: a destructive run shows its first three requests and the number
// of requests, and asks once, with no as the default.
func TestEachAsksOnce(t *testing.T) {
	t.Parallel()
	const id = "00000000-0000-4000-8000-00000000000"
	var rows strings.Builder
	rows.WriteString("slug,id\n")
	for i := range 5 {
		fmt.Fprintf(&rows, "contact,%s%d\n", id, i)
	}
	for keys, want := range map[string]struct{ status, sent int }{"\r": {130, 0}, "n\r": {130, 0}, "y\r": {0, 5}, "\x03": {130, 0}} {
		t.Run(fmt.Sprintf("%q", keys), func(t *testing.T) {
			t.Parallel()
			server := record(t)
			s := sit(t, "EPILOT_TOKEN=SeCrEt", "EPILOT_SERVER="+server.URL)
			s.file("rows.csv", rows.String(), 0o600)
			p := s.types("entity", "deleteEntity", "--each", "rows.csv")
			p.Wait("Send 5 requests")
			for _, shown := range []string{id + "0", id + "1", id + "2", "and 2 more"} {
				if !strings.Contains(p.Text(), shown) {
					t.Errorf("%s is not shown:\n%s", shown, p.Text())
				}
			}
			if strings.Contains(p.Text(), "cannot be undone") {
				t.Errorf("a deletion that restoreEntity undoes:\n%s", p.Text())
			}
			if strings.Contains(p.Text(), id+"3") {
				t.Errorf("a fourth request is shown:\n%s", p.Text())
			}
			p.Type(keys)
			exits(t, p, want.status)
			if got := len(server.all()); got != want.sent {
				t.Errorf("%d requests, want %d:\n%s", got, want.sent, p.Text())
			}
		})
	}
}

// TestEachCtrlC types Ctrl-C in a terminal: after the first, the rows in flight
// finish and the summary counts them; the second exits immediately.
func TestEachCtrlC(t *testing.T) {
	t.Parallel()
	for _, times := range []int{1, 2} {
		t.Run(fmt.Sprint(times), func(t *testing.T) {
			t.Parallel()
			arrived, release := make(chan struct{}, 100), make(chan struct{})
			free := sync.OnceFunc(func() { close(release) })
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				arrived <- struct{}{}
				<-release
				w.WriteHeader(http.StatusCreated)
			}))
			defer server.Close()
			defer free()
			s := sit(t, "EPILOT_TOKEN=SeCrEt", "EPILOT_SERVER="+server.URL)
			s.file("rows.ndjson", strings.Repeat("{\"n\":1}\n", 50), 0o600)
			out, err := os.Create(filepath.Join(s.dir, "out"))
			if err != nil {
				t.Fatal(err)
			}
			defer out.Close()
			cmd := s.command("entity", "createEntity", "contact", "--each", "rows.ndjson", "--parallel", "4")
			cmd.Stdout = out
			p := prompttest.Start(t, cmd, 100, 30)
			for range 4 {
				<-arrived
			}
			p.Type("\x03")
			p.Sent("Ctrl-C again stops")
			if times == 1 {
				free()
				p.Sent("4 done in ")
				exits(t, p, 130)
			} else {
				p.Type("\x03")
				p.Exit() // while the server blocks all rows
			}
			if len(arrived) > 0 {
				t.Errorf("%d rows were sent after Ctrl-C", len(arrived))
			}
			if text, _ := os.ReadFile(out.Name()); strings.Count(string(text), `"status":201`) != map[int]int{1: 4, 2: 0}[times] {
				t.Errorf("the results are %s", text)
			}
		})
	}
}
