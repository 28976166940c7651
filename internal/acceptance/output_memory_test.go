//go:build unix

package acceptance

import (
	"bufio"
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
)

// TestItemMemory sends 100 MB through every format that streams items: the program's
// memory must not grow with the size.
func TestItemMemory(t *testing.T) {
	needsLoad(t, "moves 600 MB")
	t.Parallel()
	const size, limit = 100 << 20, 64 << 20
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		out := bufio.NewWriterSize(w, 64<<10)
		defer out.Flush()
		fmt.Fprint(out, `{"total":1,"hits":{"max":1,"hits":[`)
		writeItems(out, size)
		fmt.Fprint(out, `]},"more":[`)
		writeItems(out, size/4)
		fmt.Fprint(out, `]}`)
	}))
	defer server.Close()
	file := filepath.Join(t.TempDir(), "file")
	for _, line := range []string{"-o ndjson", "-o lines", "-o csv --columns id,n", "-o table", "-o yaml", "-o raw", "--out-file " + file} {
		cmd := measured(t, server.URL, strings.Fields(line)...)
		var counted counter
		cmd.Stdout = &counted
		if err := cmd.Run(); err != nil {
			t.Fatal(line, err)
		}
		if counted < 10<<20 && !strings.Contains(line, file) {
			t.Errorf("%s: only %d bytes came out", line, counted)
		}
		if peak := peakMemory(cmd); peak > limit {
			t.Errorf("%s: %d MB at its peak, want at most %d", line, peak>>20, limit>>20)
		}
	}
}

// writeItems writes at least size bytes of a list, without its brackets.
func writeItems(out *bufio.Writer, size int) {
	const item = `{"id":"api_5ZugdRXasLfWBypHi93Fk","name":"Zoë","n":12345678901234567890,"list":[1,2.50,null,true]}`
	fmt.Fprint(out, item)
	for sent := 0; sent < size; sent += len(item) + 1 {
		if _, err := out.WriteString("," + item); err != nil {
			return
		}
	}
}
