package emulator_test

import (
	"crypto/rand"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/epilot-cli/epilot/internal/catalog"
	"github.com/epilot-cli/epilot/internal/emulator"
	"github.com/epilot-cli/epilot/internal/openapi"
)

// wholeMock is an emulator of the entire catalog, behind loopback.
type wholeMock struct {
	emulator *emulator.Emulator
	apis     *catalog.Catalog
	url      string
	token    string
	client   *http.Client
}

func newWhole(t testing.TB) *wholeMock {
	t.Helper()
	known := catalog.New(catalog.Options{})
	e, err := emulator.New(emulator.Options{
		APIs: func(name string) (*openapi.API, error) {
			return known.Load(t.Context(), name, "")
		},
		Names: known.Names(), StatePath: stateCopy(t), Issuer: issuer, Now: time.Now, Random: rand.Reader, Access: emulator.Access{Admin: true},
	})
	if err != nil {
		t.Fatal(err)
	}
	token, err := e.BootstrapToken()
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(e)
	t.Cleanup(server.Close)
	client := &http.Client{
		Transport:     &http.Transport{MaxIdleConnsPerHost: 64},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	t.Cleanup(client.CloseIdleConnections)
	return &wholeMock{emulator: e, apis: known, url: server.URL, token: token, client: client}
}

// each runs the test for every operation, with the APIs in parallel.
func (w *wholeMock) each(t *testing.T, test func(*testing.T, *sent)) {
	t.Helper()
	for _, name := range w.apis.Names() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			api, err := w.apis.Load(t.Context(), name, "")
			if err != nil {
				t.Fatal(err)
			}
			for i, op := range api.Operations {
				if i%interval() != 0 {
					continue
				}
				test(t, &sent{wholeMock: w, api: name, op: op.Load()})
			}
		})
	}
}

// send makes the request and returns the reply.
func (w *wholeMock) send(t *testing.T, s *sent) reply {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), s.method(), w.url+"/"+s.api+s.target(), strings.NewReader(s.body))
	if err != nil {
		t.Fatal(err)
	}
	s.fill(request.Header)
	got, err := w.do(request)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

// raw sends a request with the emulator's own token; a body is JSON. A failed
// request has no status. It can be called from any goroutine.
func (w *wholeMock) raw(t testing.TB, method, path, body string) reply {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, w.url+path, strings.NewReader(body))
	if err != nil {
		return reply{body: err.Error()}
	}
	request.Header.Set("Authorization", "Bearer "+w.token)
	if body != "" {
		request.Header.Set("Content-Type", "application/json")
	}
	got, err := w.do(request)
	if err != nil {
		return reply{body: err.Error()}
	}
	return got
}

func (w *wholeMock) do(request *http.Request) (reply, error) {
	response, err := w.client.Do(request)
	if err != nil {
		return reply{}, err
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	return reply{response.StatusCode, response.Header, string(text)}, err
}
