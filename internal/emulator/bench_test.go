package emulator_test

import (
	"crypto/rand"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/epilot-cli/epilot/internal/emulator"
)

const issuer = "http://127.0.0.1:4010"

// bench is an emulator behind a real loopback server, with an adjustable clock.
type bench struct {
	*testing.T
	url      string
	state    string
	emulator *emulator.Emulator
	token    string // the bootstrap token

	mu  sync.Mutex
	now time.Time
}

func newBench(t *testing.T) *bench {
	t.Helper()
	return newBenchAt(t, stateCopy(t))
}

func newBenchAt(t *testing.T, state string) *bench {
	t.Helper()
	b := &bench{T: t, state: state, now: time.Date(2026, 2, 24, 12, 0, 0, 123e6, time.UTC)}
	var err error
	if b.emulator, err = emulator.New(options(state, b.clock)); err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(b.emulator)
	t.Cleanup(server.Close)
	b.url = server.URL
	if b.token, err = b.emulator.BootstrapToken(); err != nil {
		t.Fatal(err)
	}
	return b
}

func options(state string, now func() time.Time) emulator.Options {
	return emulator.Options{
		APIs: apis, Names: []string{"tokens", "shop", "styles", "forms"}, StatePath: state,
		Issuer: issuer, Now: now, Random: rand.Reader,
	}
}

func (b *bench) clock() time.Time {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.now
}

func (b *bench) pass(d time.Duration) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.now = b.now.Add(d)
}

// firstState is a state file with both key pairs, created once: keys are slow.
var firstState = sync.OnceValues(func() ([]byte, error) {
	dir, err := os.MkdirTemp("", "emulator")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "state")
	e, err := emulator.New(options(path, time.Now))
	if err != nil {
		return nil, err
	}
	for _, set := range []string{"/v1/access-tokens/.well-known/jwks.json", "/v1/access-tokens/public/.well-known/jwks.json"} {
		r := httptest.NewRequest(http.MethodGet, "http://localhost"+set, nil)
		e.ServeHTTP(httptest.NewRecorder(), r)
	}
	return os.ReadFile(path)
})

func stateCopy(t testing.TB) string {
	t.Helper()
	state, err := firstState()
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "state")
	if err := os.WriteFile(path, state, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// reply is a response with its body.
type reply struct {
	status int
	header http.Header
	body   string
}

// do sends one request. A body is sent as JSON; headers are "Key: Value".
func (b *bench) do(method, path, body string, headers ...string) reply {
	b.Helper()
	request, err := http.NewRequestWithContext(b.Context(), method, b.url+path, strings.NewReader(body))
	if err != nil {
		b.Fatal(err)
	}
	if body != "" {
		request.Header.Set("Content-Type", "application/json")
	}
	for _, header := range headers {
		key, value, _ := strings.Cut(header, ": ")
		request.Header.Set(key, value)
	}
	if host := request.Header.Get("Host"); host != "" {
		request.Host = host
	}
	response, err := (&http.Transport{DisableKeepAlives: true}).RoundTrip(request)
	if err != nil {
		b.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		b.Fatal(err)
	}
	return reply{response.StatusCode, response.Header, string(text)}
}

// as sends a request with a bearer token.
func (b *bench) as(token, method, path, body string) reply {
	b.Helper()
	return b.do(method, path, body, "Authorization: Bearer "+token)
}

// want fails the test unless the reply has the status and its body contains the string.
func (r reply) want(t *testing.T, status int, contains string) {
	t.Helper()
	if r.status != status || !strings.Contains(r.body, contains) {
		t.Errorf("got %d %s\nwant %d with %q", r.status, r.body, status, contains)
	}
}

// made is the response of a creation.
type made struct {
	Token, ID string
	Name      string
	CreatedAt string `json:"created_at"`
	TokenType string `json:"token_type"`
}

func (b *bench) create(body string) made {
	b.Helper()
	r := b.as(b.token, "POST", "/v1/access-tokens", body)
	r.want(b.T, 201, `{"token":"`)
	var m made
	if err := json.Unmarshal([]byte(r.body), &m); err != nil {
		b.Fatal(err)
	}
	return m
}

// BenchmarkListSchemas repeatedly gets one list.
func BenchmarkListSchemas(b *testing.B) {
	w := newWhole(b)
	for range b.N {
		if got := w.raw(b, http.MethodGet, "/v1/entity/schemas", ""); got.status != http.StatusOK {
			b.Fatal(got)
		}
	}
}
