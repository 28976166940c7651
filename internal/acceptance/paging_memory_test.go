//go:build unix

package acceptance

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
)

// TestPagesMemory merges a thousand pages that together exceed the allowed memory of
// the program.
func TestPagesMemory(t *testing.T) {
	needsLoad(t, "moves 100 MB")
	t.Parallel()
	const pages, limit = 1000, 64 << 20
	item := `{"id":"api_5ZugdRXasLfWBypHi93Fk","text":"` + strings.Repeat("x", 900) + `"},`
	items := strings.Repeat(item, 99)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		page, _ := strconv.Atoi(r.URL.Query().Get("page"))
		w.Header().Set("Content-Type", "application/json")
		if page+1 < pages {
			w.Header().Set("Link", fmt.Sprintf(`<?page=%d>; rel="next"`, page+1))
		}
		fmt.Fprintf(w, `[%s{"page":%d}]`, items, page)
	}))
	defer server.Close()
	cmd := measured(t, server.URL, "--all", "--json")
	var counted counter
	cmd.Stdout = &counted
	if err := cmd.Run(); err != nil {
		t.Fatal(err)
	}
	least := counter(pages * len(items))
	if peak := peakMemory(cmd); counted < least || peak > limit {
		t.Errorf("%d bytes at a peak of %d MB, want %d at most %d", counted, peak>>20, least, limit>>20)
	}
}
