//go:build unix

package acceptance

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
)

// pagingDefinition has one list operation per paging style.
const pagingDefinition = `{"openapi":"3.0.0","info":{"title":"Lists","version":"1"},"paths":{
"/offset":{"get":{"operationId":"byOffset","parameters":[
  {"name":"offset","in":"query","schema":{"type":"integer"}},{"name":"limit","in":"query","schema":{"type":"integer"}}],"responses":{"200":{"description":"a page"}}}},
"/page":{"get":{"operationId":"byPage","parameters":[
  {"name":"page","in":"query","schema":{"type":"integer","minimum":1}},{"name":"page_size","in":"query","schema":{"type":"integer"}}],"responses":{"200":{"description":"a page"}}}},
"/cursor":{"get":{"operationId":"byCursor","parameters":[
  {"name":"cursor","in":"query","schema":{"type":"string"}},{"name":"limit","in":"query","schema":{"type":"integer"}}],"responses":{"200":{"description":"a page"}}}},
"/last":{"get":{"operationId":"byLastItem","parameters":[
  {"name":"after_id","in":"query","schema":{"type":"string"}},{"name":"limit","in":"query","schema":{"type":"integer"}}],"responses":{"200":{"description":"a page"}}}},
"/link":{"get":{"operationId":"byLink","responses":{"200":{"description":"a page"}}}}}}`

// listServer has n items in pages of fifty, in every paging style.
type listServer struct {
	*httptest.Server
	mu      sync.Mutex
	pages   int
	left    int // pages until reached is called; 0 for never
	reached func()
}

const listedPage = 50

func newListServer(t *testing.T, n int) *listServer {
	t.Helper()
	s := &listServer{}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		s.pages++
		if s.left--; s.left == 0 {
			s.reached()
		}
		s.mu.Unlock()
		query := r.URL.Query()
		at, more := 0, ""
		switch r.URL.Path {
		case "/offset":
			at, _ = strconv.Atoi(query.Get("offset"))
		case "/page":
			page, _ := strconv.Atoi(query.Get("page"))
			at = max(page-1, 0) * listedPage
		case "/cursor": // of characters that must be escaped in a URL
			at, _ = strconv.Atoi(strings.Trim(query.Get("cursor"), "+/=& "))
			more = fmt.Sprintf(`,"next_cursor":"+/%d=& "`, at+listedPage)
		case "/last":
			if last := query.Get("after_id"); last != "" {
				at, _ = strconv.Atoi(last)
				at++
			}
		case "/link":
			at, _ = strconv.Atoi(query.Get("at"))
			more = fmt.Sprintf(`,"links":{"next":"/link?at=%d"}`, at+listedPage)
		}
		end := min(at+listedPage, n)
		if end == n {
			more = ""
		}
		var items []string
		for i := at; i < end; i++ {
			items = append(items, fmt.Sprintf(`{"_id":"%06d","id":"%06d"}`, i, i))
		}
		fmt.Fprintf(w, `{"total":%d,"has_more":%t,"items":[%s]%s}`, n, end < n, strings.Join(items, ","), more)
	}))
	t.Cleanup(s.Close)
	return s
}

func (s *listServer) after(n int, reached func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.left, s.reached = n, reached
}

// TestExportStylesKilled kills the export of each kind of list at random moments.
// The same command line resumes it each time, and in the end every item is in the
// file once.
func TestExportStylesKilled(t *testing.T) {
	t.Parallel()
	const items, kills = 2_525, 5
	for _, operation := range []string{"byOffset", "byPage", "byCursor", "byLastItem", "byLink"} {
		t.Run(operation, func(t *testing.T) {
			t.Parallel()
			server := newListServer(t, items)
			folder := t.TempDir()
			definition := filepath.Join(folder, "lists.json")
			if err := os.WriteFile(definition, []byte(pagingDefinition), 0o600); err != nil {
				t.Fatal(err)
			}
			file := filepath.Join(folder, "items.ndjson")
			run := func() *exec.Cmd {
				return exec.Command("epilot", "lists", operation, "--definition", definition, "--all", "-o", "ndjson",
					"--journal", filepath.Join(folder, "journal"), "--out-file", file, "-s", server.URL, "-t", "token")
			}
			killed := 0
			for range kills {
				cmd := run()
				if err := cmd.Start(); err != nil {
					t.Fatal(err)
				}
				server.after(1+rand.IntN(items/listedPage/kills), func() { _ = cmd.Process.Kill() })
				if cmd.Wait() != nil {
					killed++
				}
			}
			server.after(0, nil)
			if text, err := stderrOf(run()); err != nil {
				t.Fatalf("%v: %s", err, text)
			}
			checkExported(t, file, items)
			t.Logf("%d runs killed, %d pages sent for %d", killed, server.pages, items/listedPage+1)
			if killed != kills || server.pages > items/listedPage+1+2*kills {
				t.Errorf("%d runs were killed, %d pages were sent", killed, server.pages)
			}
			text, err := stderrOf(run())
			if err != nil || !strings.Contains(text, "the export is complete: 2525 items") {
				t.Errorf("a complete export: %v %s", err, text)
			}
		})
	}
}
