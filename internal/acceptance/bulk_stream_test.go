//go:build unix

package acceptance

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"sync"
	"testing"
	"time"
)

// TestExportStreams: a search piped into --each patches its first items before the
// second page is sent; the server waits for that.
func TestExportStreams(t *testing.T) {
	t.Parallel()
	const id = "00000000-0000-4000-8000-00000000000"
	patched := make(chan struct{})
	var once sync.Once
	pages, patches := 0, 0
	var mu sync.Mutex
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		if r.Method == http.MethodPatch {
			patches++
			once.Do(func() { close(patched) })
			fmt.Fprint(w, `{}`)
			return
		}
		if pages++; pages == 2 {
			mu.Unlock()
			select {
			case <-patched:
			case <-time.After(30 * time.Second):
				t.Error("no patch was sent before the export ended")
			}
			mu.Lock()
		}
		if pages > 2 {
			fmt.Fprint(w, `{"results":[]}`)
			return
		}
		fmt.Fprintf(w, `{"results":[{"_schema":"contact","_id":"%s%d","sort":[%d]}]}`, id, pages, pages)
	}))
	defer server.Close()
	at := []string{"-s", server.URL, "-t", "token"}
	search := exec.Command("epilot", append([]string{"entity", "searchEntities", "-d", `{"q":"_schema:contact"}`, "--all", "-o", "ndjson"}, at...)...)
	patch := exec.Command("epilot", append([]string{
		"entity", "patchEntity", "--each", "-",
		"--row", `{"params":{"slug":_schema,"id":_id},"body":{"n":1}}`,
	}, at...)...)
	var err error
	if patch.Stdin, err = search.StdoutPipe(); err != nil {
		t.Fatal(err)
	}
	if err := search.Start(); err != nil {
		t.Fatal(err)
	}
	if text, err := stderrOf(patch); err != nil {
		t.Errorf("%v: %s", err, text)
	}
	if err := search.Wait(); err != nil {
		t.Error(err)
	}
	if patches != 2 {
		t.Errorf("%d patches", patches)
	}
}
