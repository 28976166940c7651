package syserror

import (
	"io/fs"
	"net"
	"os"
	"testing"
)

// TestClosedPipe: as this system tells it.
func TestClosedPipe(t *testing.T) {
	t.Parallel()
	reader, writer, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer writer.Close()
	reader.Close()
	_, err = writer.WriteString("x")
	if err == nil || !ClosedPipe(err) || Reset(err) {
		t.Errorf("writing to a closed pipe fails with %v", err)
	}
	if ClosedPipe(fs.ErrNotExist) || ClosedPipe(nil) {
		t.Error("another error is taken for that of a closed pipe")
	}
}

// TestReset: a connection that is closed without lingering is reset.
func TestReset(t *testing.T) {
	t.Parallel()
	listener, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	client, err := net.Dial("tcp4", listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	server, err := listener.Accept()
	if err != nil {
		t.Fatal(err)
	}
	if err := server.(*net.TCPConn).SetLinger(0); err != nil {
		t.Fatal(err)
	}
	server.Close()
	_, err = client.Read(make([]byte, 1))
	if err == nil || !Reset(err) || ClosedPipe(err) {
		t.Errorf("reading from a connection that was reset fails with %v", err)
	}
}
