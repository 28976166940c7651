//go:build unix

package acceptance

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"runtime"
	"syscall"
	"testing"
)

// TestMemory sends 600 MB of JSON through the program: its memory must not grow with
// the size.
func TestMemory(t *testing.T) {
	needsLoad(t, "moves 600 MB")
	t.Parallel()
	const size, limit = 600 << 20, 64 << 20
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { stream(w, size) }))
	defer server.Close()
	for _, flag := range []string{"--json", "--verbose"} {
		cmd := measured(t, server.URL, flag)
		var counted counter
		cmd.Stdout = &counted
		if err := cmd.Run(); err != nil {
			t.Fatal(err)
		}
		if counted < size {
			t.Errorf("%s: %d bytes came out of %d", flag, counted, size)
		}
		if peak := peakMemory(cmd); peak > limit {
			t.Errorf("%s: %d MB at its peak, want at most %d", flag, peak>>20, limit>>20)
		}
	}
}

// TestUnpackedMemory does the same with a small response that decompresses to 400
// MB.
func TestUnpackedMemory(t *testing.T) {
	needsLoad(t, "moves 400 MB")
	t.Parallel()
	const size, limit = 400 << 20, 64 << 20
	var packed bytes.Buffer
	zip, _ := gzip.NewWriterLevel(&packed, gzip.BestSpeed)
	block := bytes.Repeat([]byte("0,"), 32<<10)
	fmt.Fprint(zip, "[")
	for range size / len(block) {
		zip.Write(block)
	}
	fmt.Fprint(zip, "0]")
	zip.Close()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Content-Encoding", "gzip")
		w.Write(packed.Bytes())
	}))
	defer server.Close()
	cmd := measured(t, server.URL, "--json")
	var counted counter
	cmd.Stdout = &counted
	if err := cmd.Run(); err != nil {
		t.Fatal(err)
	}
	if peak := peakMemory(cmd); counted < size || peak > limit {
		t.Errorf("%d bytes at a peak of %d MB, want %d at most %d", counted, peak>>20, size, limit>>20)
	}
}

// peakMemory returns the peak resident set of an ended process, in bytes.
func peakMemory(cmd *exec.Cmd) int64 {
	if peak, ok := leftPeak(cmd); ok {
		return peak
	}
	usage := cmd.ProcessState.SysUsage().(*syscall.Rusage)
	if runtime.GOOS == "darwin" {
		return usage.Maxrss
	}
	return usage.Maxrss << 10
}

// stream writes an array of at least size bytes.
func stream(w http.ResponseWriter, size int) {
	w.Header().Set("Content-Type", "application/json")
	out := bufio.NewWriterSize(w, 64<<10)
	defer out.Flush()
	item := `{"id":"api_5ZugdRXasLfWBypHi93Fk","name":"Zoë","n":12345678901234567890,"list":[1,2.50,null,true]}`
	fmt.Fprint(out, "[", item)
	for sent := 0; sent < size; sent += len(item) + 1 {
		if _, err := io.WriteString(out, ","+item); err != nil {
			return
		}
	}
	fmt.Fprint(out, "]")
}

type counter int64

func (c *counter) Write(p []byte) (int, error) {
	*c += counter(len(p))
	return len(p), nil
}
