package acceptance

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"net"
	"net/http"
	"testing"
	"time"
)

// faulty is a loopback server that handles each connection with the step of its
// number, repeating the last one. The steps write raw bytes, because a well-behaved
// HTTP server cannot send these responses. It reads one request per connection.
func faulty(t *testing.T, steps ...func(net.Conn)) (url string) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
	go func() {
		for n := 0; ; n++ {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go speak(conn, steps[min(n, len(steps)-1)])
		}
	}()
	return "http://" + listener.Addr().String()
}

func speak(conn net.Conn, step func(net.Conn)) {
	defer conn.Close()
	req, err := http.ReadRequest(bufio.NewReader(conn))
	if err != nil {
		return
	}
	_, _ = io.Copy(io.Discard, req.Body)
	step(conn)
}

// jsonHead returns the head of a response; each field ends in CRLF.
func jsonHead(status int, fields string) string {
	return fmt.Sprintf("HTTP/1.1 %d x\r\nContent-Type: application/json\r\nConnection: close\r\n%s\r\n", status, fields)
}

func sends(text string) func(net.Conn) {
	return func(conn net.Conn) { _, _ = io.WriteString(conn, text) }
}

// breaks sends the text and ends with RST.
func breaks(text string) func(net.Conn) {
	return func(conn net.Conn) {
		_, _ = io.WriteString(conn, text)
		_ = conn.(*net.TCPConn).SetLinger(0)
	}
}

// drips sends one byte at a time as long as anybody reads.
func drips(text string, pause time.Duration) func(net.Conn) {
	return func(conn net.Conn) {
		_, _ = io.WriteString(conn, text)
		tick := time.NewTicker(pause)
		defer tick.Stop()
		for range tick.C {
			if _, err := io.WriteString(conn, " "); err != nil {
				return
			}
		}
	}
}

// silent sends nothing until the peer disconnects.
func silent(conn net.Conn) { _, _ = io.Copy(io.Discard, conn) }

func zipped(text string) string {
	var packed bytes.Buffer
	zip := gzip.NewWriter(&packed)
	_, _ = io.WriteString(zip, text)
	_ = zip.Close()
	return packed.String()
}
