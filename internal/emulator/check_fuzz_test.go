package emulator_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/epilot-cli/epilot/internal/emulator"
)

// FuzzRequest sends any string as a parameter of every style, and as a body of
// every type: each is accepted or rejected, and none crashes the emulator.
func FuzzRequest(f *testing.F) {
	for _, seed := range []string{"", "1,2", ".1.2", ";v=1;v=2", "R,100,G,200", "v[R]=1&v[0]=2", "v=%7B%22R%22%3A1%7D", "v[]=\x00", "--x\r\nContent-Disposition: form-data; name=\"tags\"\r\n\r\n1\r\n--x--\r\n", "name=a&tags=1"} {
		f.Add(seed)
	}
	e, err := emulator.New(options(filepath.Join(f.TempDir(), "state"), time.Now))
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, text string) {
		for i, s := range styles() {
			r := httptest.NewRequest(http.MethodGet, fmt.Sprintf("http://localhost/v1/styles/%d", i), nil)
			switch s.in {
			case "path":
				r.URL.Path += "/" + text
			case "query":
				r.URL.RawQuery = text
			case "header":
				r.Header.Set("v", text)
			case "cookie":
				r.Header.Set("Cookie", "v="+text)
			}
			answered(t, e, r)
		}
		for _, mediaType := range []string{"multipart/form-data; boundary=x", "application/x-www-form-urlencoded", "text/plain", text} {
			r := httptest.NewRequest(http.MethodPost, "http://localhost/v1/forms", strings.NewReader(text))
			r.Header.Set("Content-Type", mediaType)
			answered(t, e, r)
		}
	})
}

func answered(t *testing.T, e *emulator.Emulator, r *http.Request) {
	t.Helper()
	w := httptest.NewRecorder()
	e.ServeHTTP(w, r)
	switch w.Code {
	case http.StatusOK, http.StatusBadRequest, http.StatusNotFound, http.StatusUnsupportedMediaType:
	default:
		t.Errorf("%s %s: %d %s", r.Method, r.URL, w.Code, w.Body)
	}
}
