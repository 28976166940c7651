package acceptance

import (
	"encoding/pem"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"os"

	"github.com/rogpeppe/go-internal/testscript"
)

// intercept NAME puts a proxy between the script and the network: it receives every
// request that does not go to loopback and records it in NAME.requests. A TLS
// connection is recorded as "CONNECT host:port"; for a host below example.com the
// proxy also responds, and records the request like serve.
func intercept(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: intercept NAME")
	}
	s := &recorder{ts: ts, file: ts.MkAbs(args[0] + ".requests")}
	ts.Check(os.WriteFile(s.file, nil, 0o600))
	world := httptest.NewUnstartedServer(s)
	world.Config.ErrorLog = log.New(io.Discard, "", 0) // clients reject the certificate, as they should
	world.StartTLS()
	ts.Defer(world.Close)
	certificate := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: world.Certificate().Raw})
	ts.Check(os.WriteFile(ts.MkAbs(args[0]+".pem"), certificate, 0o600))
	proxy := httptest.NewServer(&tunnel{recorder: s, to: world.Listener.Addr().String()})
	ts.Defer(proxy.Close)
	ts.Setenv("NO_PROXY", "")
	ts.Setenv("HTTP_PROXY", proxy.URL)
	ts.Setenv("HTTPS_PROXY", proxy.URL)
	ts.Setenv("SSL_CERT_FILE", ts.MkAbs(args[0]+".pem"))
}

// tunnel sends every TLS connection to one server.
type tunnel struct {
	*recorder
	to string
}

func (t *tunnel) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodConnect {
		t.recorder.ServeHTTP(w, r)
		return
	}
	t.append(fmt.Appendf(nil, "CONNECT %s\n", r.RequestURI))
	server, err := net.Dial("tcp", t.to)
	if err != nil {
		w.WriteHeader(http.StatusBadGateway)
		return
	}
	defer server.Close()
	client, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return
	}
	defer client.Close()
	fmt.Fprint(client, "HTTP/1.1 200 OK\r\n\r\n")
	go func() { _, _ = io.Copy(server, client); server.Close() }()
	_, _ = io.Copy(client, server)
}
