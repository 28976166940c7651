package client

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/epilot-cli/epilot/internal/failure"
)

func TestPresignedURL(t *testing.T) {
	t.Parallel()
	for text, ok := range map[string]bool{
		"https://s3.example/a?X-Amz-Signature=1": true, "http://127.0.0.1:9/a": true, "http://[::1]/a": true, "http://localhost/a": true,
		"http://s3.example/a?X-Amz-Signature=SeCrEt": false, "file:///etc/passwd": false, "": false, "/a": false,
		"https://user@s3.example/": false, "http://127.0.0.1.example/": false, "https://a\x00b?SeCrEt": false,
		"https://example.com": false, "https://example.com.invalid/a": false, "https://example.com:443/1?SeCrEt": false, "https://s3.example.com/a": true,
	} {
		_, err := PresignedURL(text, false)
		if (err == nil) != ok {
			t.Errorf("%q: %v", text, err)
		}
		if err != nil && (failure.Of(err).Kind != failure.Network || strings.Contains(err.Error(), "SeCrEt")) {
			t.Errorf("%q: %v", text, err)
		}
	}
	if _, err := PresignedURL("http://s3.example/a", true); err != nil {
		t.Errorf("--allow-http: %v", err)
	}
}

func file(text string) File {
	return File{Name: "a.pdf", MediaType: "application/pdf", Size: int64(len(text)), Open: func() (io.ReadCloser, error) {
		return io.NopCloser(strings.NewReader(text)), nil
	}}
}

func TestPut(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"content", ""} {
		var seen string
		server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			body, _ := io.ReadAll(r.Body)
			seen = fmt.Sprintf("%s %s %d %v %s %s", r.Method, r.RequestURI, r.ContentLength, r.TransferEncoding, r.Header.Get("Content-Type"), body)
		}))
		to, _ := PresignedURL(server.URL+"/k?X-Amz-Signature=1", false)
		err := Upload(t.Context(), http.DefaultTransport, to, file(text))
		server.Close()
		if want := fmt.Sprintf("PUT /k?X-Amz-Signature=1 %d [] application/pdf %s", len(text), text); err != nil || seen != want {
			t.Errorf("%v, got %s, want %s", err, seen, want)
		}
	}
}

func TestRefused(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusForbidden)
		fmt.Fprint(w, "<Error><Message>Request has\nexpired</Message></Error>")
	}))
	defer server.Close()
	to, _ := PresignedURL(server.URL+"/k?X-Amz-Signature=SeCrEt", false)
	err := Upload(t.Context(), http.DefaultTransport, to, file("x"))
	if err == nil || err.Error() != "the file storage returned 403 Forbidden for a.pdf: Request has expired" || failure.ExitStatus(err) != 1 {
		t.Errorf("%v", err)
	}
}
