package acceptance

import (
	"bufio"
	"bytes"
	"encoding/json"
	"hash/fnv"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/epilot-cli/epilot/internal/catalog"
	"github.com/epilot-cli/epilot/internal/emulator"
	"github.com/epilot-cli/epilot/internal/openapi"
)

// local is a mock with a fixed clock and randomness that depends only on the method
// and path of a request: two mocks with the same initial state return the same
// responses.
type local struct {
	url, token string
	emulator   *emulator.Emulator

	mu     sync.Mutex
	random *rand.ChaCha8
}

func newLocal(t *testing.T, known *catalog.Catalog, state []byte) *local {
	t.Helper()
	l := openLocal(t, known, filepath.Join(t.TempDir(), "state"), state)
	server := httptest.NewServer(l)
	t.Cleanup(server.Close)
	l.url = server.URL
	return l
}

func openLocal(t *testing.T, known *catalog.Catalog, path string, state []byte) *local {
	t.Helper()
	if err := os.WriteFile(path, state, 0o600); err != nil {
		t.Fatal(err)
	}
	l := &local{random: rand.NewChaCha8([32]byte{})}
	var err error
	l.emulator, err = emulator.New(emulator.Options{
		APIs:  func(name string) (*openapi.API, error) { return known.Load(t.Context(), name, "") },
		Names: known.Names(), StatePath: path, Issuer: "http://127.0.0.1:4010",
		Now: func() time.Time { return time.Unix(1_800_000_000, 0) }, Random: l,
	})
	if err != nil {
		t.Fatal(err)
	}
	if l.token, err = l.emulator.BootstrapToken(); err != nil {
		t.Fatal(err)
	}
	return l
}

// firstState returns a state with every key pair and the bootstrap token.
func firstState(t *testing.T, known *catalog.Catalog) []byte {
	t.Helper()
	path := filepath.Join(t.TempDir(), "state")
	l := openLocal(t, known, path, nil)
	api, err := known.Load(t.Context(), "access-token", "")
	if err != nil {
		t.Fatal(err)
	}
	for _, op := range api.Operations {
		if op.Load().Security == openapi.Public {
			l.emulator.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(op.Method, "http://localhost"+op.Path, nil))
		}
	}
	state, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return state
}

func (l *local) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	hash := fnv.New64a()
	_, _ = hash.Write([]byte(r.Method + " " + r.URL.Path)) // never fails
	var seed [32]byte
	copy(seed[:], hash.Sum(nil))
	l.mu.Lock()
	l.random.Seed(seed)
	l.mu.Unlock()
	l.emulator.ServeHTTP(w, r)
}

func (l *local) Read(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.random.Read(p)
}

// answer returns the output of a call, as JSON if it is JSON, with the addresses of
// all mocks made equal.
func (l *local) answer(printed string) any {
	return meaning(strings.TrimSpace(strings.ReplaceAll(printed, l.url, "http://local")))
}

// flags returns the flags that send the call to the mock. The path names the API,
// because two have the same path.
func (l *local) flags(c *plannedCall) []string {
	return []string{"--token", l.token, "--server", l.url + "/" + c.args[0], "--json"}
}

// outcome is the result of a call of the official CLI.
type outcome struct {
	Status   int
	Out, Err string
}

// runAll runs the command lines one by one in a single process.
func (o officialCLI) runAll(t *testing.T, lines [][]string) []outcome {
	t.Helper()
	var text bytes.Buffer
	for _, words := range lines {
		if err := json.NewEncoder(&text).Encode(words); err != nil {
			t.Fatal(err)
		}
	}
	file := filepath.Join(t.TempDir(), "calls")
	if err := os.WriteFile(file, text.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	driver, err := filepath.Abs("testdata/official.mjs")
	if err != nil {
		t.Fatal(err)
	}
	program := exec.CommandContext(t.Context(), o.node, driver, o.script, file)
	program.Dir, program.Stderr = o.home, os.Stderr
	program.Env = []string{"HOME=" + o.home, "NO_PROXY=*", "PATH=" + os.Getenv("PATH")}
	out, err := program.Output()
	if err != nil {
		t.Fatal(err)
	}
	var found []outcome
	scanner := bufio.NewScanner(bytes.NewReader(out))
	scanner.Buffer(nil, 1<<30)
	for scanner.Scan() {
		var one outcome
		if err := json.Unmarshal(scanner.Bytes(), &one); err != nil {
			t.Fatalf("the driver printed %.200q: %v", scanner.Text(), err)
		}
		found = append(found, one)
	}
	if len(found) != len(lines) {
		t.Fatalf("the official CLI ran %d of %d command lines", len(found), len(lines))
	}
	return found
}
