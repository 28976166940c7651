package paging_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strconv"
	"strings"
	"testing"

	"github.com/epilot-cli/epilot/internal/client/paging"
	"github.com/epilot-cli/epilot/internal/failure"
	"github.com/epilot-cli/epilot/internal/openapi"
)

// TestBrokenPage checks that a failed page is not taken for the end: incomplete
// output must not look complete.
func TestBrokenPage(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, second, err string
		status            int
	}{
		{"refused", "429|slow\ndown", "page 2 of list returned 429 Too Many Requests: down", 1},
		{"no list", `{"error":1}`, "page 2 of list is not the list", 3},
		{"no JSON", `<html>`, "page 2 of list is not the list", 3},
		{"cut short", `[2`, "page 2 of list is not the list", 3},
		{"another server", "200|<http://192.0.2.1/l>; rel=next\n[2]", "leads to another server, 192.0.2.1", 3},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			server := &script{answers: map[string]string{"GET /l": `[1]`, "GET /l?from=1": tt.second}}
			got := follow(t, server, lists("GET", "from:integer"), "/l", "", paging.Options{})
			if got.err == nil || !strings.Contains(got.err.Error(), tt.err) || failure.ExitStatus(got.err) != tt.status || failure.Of(got.err).Hint == "" {
				t.Errorf("got %v, want %s", got.err, tt.err)
			}
			if !strings.HasPrefix(got.text, "[1") || strings.HasSuffix(got.text, "]") {
				t.Errorf("written %q", got.text)
			}
		})
	}
}

func TestRefused(t *testing.T) {
	t.Parallel()
	for _, op := range []*openapi.Operation{lists("POST", "size:integer"), lists("DELETE"), lists("PUT")} {
		if got := follow(t, &script{}, op, "/l", "", paging.Options{}); failure.ExitStatus(got.err) != 2 || got.text != "" {
			t.Errorf("%s: %v", op.Method, got.err)
		}
	}
	if got := follow(t, &script{}, lists("GET", "cursor:string"), "/l", "", paging.Options{PageSize: 9}); failure.ExitStatus(got.err) != 2 {
		t.Errorf("--page-size: %v", got.err)
	}
}

// thousand serves 1,000 pages of 20 kB.
func thousand(w http.ResponseWriter, r *http.Request) {
	page, _ := strconv.Atoi(r.URL.Query().Get("page"))
	page = max(page, 1)
	items := `[]`
	if page <= 1000 {
		items = fmt.Sprintf(`[{"id":%d,"text":%q}]`, page, strings.Repeat("x", 20_000))
	}
	fmt.Fprintf(w, `{"results":%s}`, items)
}

// TestThousandPages checks that memory does not grow with the number of pages.
func TestThousandPages(t *testing.T) {
	host := httptest.NewServer(http.HandlerFunc(thousand))
	defer host.Close()
	op := lists("GET", "page:integer")
	pages, err := paging.New(paging.Options{Operation: op, Send: host.Client().Do})
	if err != nil {
		t.Fatal(err)
	}
	req, _ := http.NewRequestWithContext(t.Context(), "GET", host.URL, nil)
	resp, err := paging.Merge(pages.Pages(req), false)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	var read, most uint64
	buffer := make([]byte, 1<<20)
	for err == nil {
		var n int
		n, err = resp.Body.Read(buffer)
		if before := read; (before >> 20) != ((before + uint64(n)) >> 20) {
			runtime.GC()
			var memory runtime.MemStats
			runtime.ReadMemStats(&memory)
			most = max(most, memory.HeapAlloc)
		}
		read += uint64(n)
	}
	if err != io.EOF || read < 1000*20_000 || most > 8<<20 {
		t.Errorf("%v after %d bytes, %d bytes of heap at most", err, read, most)
	}
}

// FuzzPages checks that, whatever a server sends, a list ends, no request leaves the
// origin, and output without an error is a single JSON document.
func FuzzPages(f *testing.F) {
	for _, text := range []string{
		`{"results":[1],"next_cursor":"a"}`, `[1,{"a":[2]}]`, `{"hits":{"hits":[1]}}`, `{"a":1}`, "[1", `{"data":{"items":[]},"next":{}}`,
		`{"links":{"next":"//b/"},"data":[1],"has_more":true}`, `{"data":[],"_links":{"next":{"href":"?p"}},"meta":{"total":3,"cursor":"b"}}`,
	} {
		f.Add(text, text, `</l?a,b>; rel="next"`)
		f.Add(text, `{"data":[2]}`, "")
	}
	f.Fuzz(func(t *testing.T, one, two, link string) {
		calls := 0
		send := func(req *http.Request) (*http.Response, error) {
			calls++
			if req.URL.Host != "127.0.0.1" || req.URL.Scheme != "http" {
				t.Errorf("sent to %s", req.URL)
			}
			text := two
			if calls == 1 {
				text = one
			}
			return &http.Response{StatusCode: 200, Header: http.Header{"Link": {link}}, Body: io.NopCloser(strings.NewReader(text))}, nil
		}
		pages, err := paging.New(paging.Options{Operation: lists("GET", "cursor:string", "page:integer"), Send: send})
		if err != nil {
			t.Fatal(err)
		}
		req, _ := http.NewRequestWithContext(t.Context(), "GET", "http://127.0.0.1/", nil)
		resp, err := paging.Merge(pages.Pages(req), false)
		if err != nil {
			return
		}
		defer resp.Body.Close()
		listed := resp.Header.Get("Link") == ""
		text, err := io.ReadAll(resp.Body)
		if err == nil && listed && json.Valid([]byte(one)) && json.Valid([]byte(two)) && !json.Valid(text) {
			t.Errorf("%q and %q became %q", one, two, text)
		}
		if calls > 200 {
			t.Errorf("%d calls", calls)
		}
	})
}
