//go:build unix

package acceptance

import (
	"bytes"
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"syscall"
	"testing"
)

// TestGzipBomb: 10 MB that decompress to 10 GB use no memory and can be interrupted.
func TestGzipBomb(t *testing.T) {
	needsLoad(t, "unpacks 1 GB")
	t.Parallel()
	const enough, limit = 1 << 30, 64 << 20
	server := httptest.NewServer(http.HandlerFunc(bomb))
	defer server.Close()
	cmd := measured(t, server.URL, "--json")
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if _, err := io.CopyN(io.Discard, out, enough); err != nil {
		t.Fatal(err)
	}
	notePeakOf(cmd)
	endWith(t, cmd, syscall.SIGINT, 130)
	if peak := peakMemory(cmd); peak > limit {
		t.Errorf("%d MB at its peak, want at most %d", peak>>20, limit>>20)
	}
}

// bomb sends a text of 10 GB, compressed to 10 MB. A gzip file may have many members
// (RFC 1952 section 2.2), so that only 10 MB are compressed once.
func bomb(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Content-Encoding", "gzip")
	var member bytes.Buffer
	zip, _ := gzip.NewWriterLevel(&member, gzip.BestCompression)
	_, _ = zip.Write(bytes.Repeat([]byte("a"), 10<<20))
	_ = zip.Close()
	_, _ = io.WriteString(w, zipped(`["`))
	for range 1000 {
		if _, err := w.Write(member.Bytes()); err != nil {
			return
		}
	}
	_, _ = io.WriteString(w, zipped(`"]`))
}

// TestLongText: a string of 100 MB is streamed, and a query receives all of it.
func TestLongText(t *testing.T) {
	needsLoad(t, "moves 300 MB")
	t.Parallel()
	const size, limit = 100 << 20, 64 << 20
	text := `{"v":"` + strings.Repeat("a", size) + `"}`
	server := sendsJSON(t, text)
	for _, flags := range [][]string{{"--json"}, nil} {
		cmd := measured(t, server, flags...)
		var counted counter
		cmd.Stdout = &counted
		if err := cmd.Run(); err != nil {
			t.Fatal(err)
		}
		if peak := peakMemory(cmd); counted < counter(len(text)) || counted > counter(len(text)+10) || peak > limit {
			t.Errorf("%v: %d bytes at a peak of %d MB", flags, counted, peak>>20)
		}
	}
	out, err := measured(t, server, "--jsonata", "$length(v)").Output()
	if err != nil || string(out) != "104857600\n" {
		t.Errorf("%.100q: %v", out, err)
	}
}
