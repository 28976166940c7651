//go:build unix

package acceptance

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/epilot-cli/epilot/internal/prompt/prompttest"
)

// sitting is a user with a home folder.
type sitting struct {
	t   *testing.T
	dir string
	env []string
}

func sit(t *testing.T, env ...string) *sitting {
	t.Helper()
	dir := t.TempDir()
	if err := giveMockKey(filepath.Join(dir, "state")); err != nil {
		t.Fatal(err)
	}
	return &sitting{t: t, dir: dir, env: append([]string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + dir, "XDG_CONFIG_HOME=" + dir + "/config",
		"XDG_STATE_HOME=" + dir + "/state", "XDG_CACHE_HOME=" + dir + "/cache", "TMPDIR=" + dir,
		"EPILOT_CREDENTIAL_STORE=file", "TERM=xterm", "NO_PROXY=*", "PAGER=cat",
	}, env...)}
}

// types runs the program in a terminal of 100 by 30.
func (s *sitting) types(args ...string) *prompttest.Terminal {
	s.t.Helper()
	return prompttest.Start(s.t, s.command(args...), 100, 30)
}

func (s *sitting) command(args ...string) *exec.Cmd {
	cmd := exec.Command("epilot", args...)
	cmd.Env, cmd.Dir = s.env, s.dir
	return cmd
}

// file writes a file in the home and returns its path.
func (s *sitting) file(name, text string, mode os.FileMode) string {
	s.t.Helper()
	path := filepath.Join(s.dir, name)
	if err := os.WriteFile(path, []byte(text), mode); err != nil {
		s.t.Fatal(err)
	}
	return path
}

func exits(t *testing.T, p *prompttest.Terminal, want int) {
	t.Helper()
	if got := p.Exit(); got != want {
		t.Errorf("exit status %d, want %d:\n%s", got, want, p.Text())
	}
}

// requests is a server that records its requests.
type requests struct {
	*httptest.Server
	mutex sync.Mutex
	seen  []string
}

func record(t *testing.T) *requests {
	t.Helper()
	r := &requests{}
	r.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		body, _ := io.ReadAll(req.Body)
		var text bytes.Buffer
		fmt.Fprintf(&text, "%s %s\n", req.Method, req.RequestURI)
		_ = req.Header.Write(&text)
		r.mutex.Lock()
		r.seen = append(r.seen, text.String()+"\n"+string(body))
		r.mutex.Unlock()
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprint(w, `{"ok":true}`)
	}))
	t.Cleanup(r.Close)
	return r
}

func (r *requests) all() []string {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	return append([]string{}, r.seen...)
}

// lastCommand returns the command line that --guided prints.
func lastCommand(t *testing.T, p *prompttest.Terminal) string {
	t.Helper()
	_, line, found := strings.Cut(strings.ReplaceAll(p.Raw(), "\r\n", "\n"), "Equivalent command")
	if !found {
		t.Fatalf("no command is shown:\n%s", p.Text())
	}
	for text := range strings.Lines(line) {
		if strings.HasPrefix(text, "epilot ") {
			return strings.TrimSuffix(text, "\n")
		}
	}
	t.Fatalf("no command in %q", line)
	return ""
}

const things = `openapi: 3.0.3
info: {title: Things, version: "1"}
servers: [{url: "https://things.example"}]
security: []
paths:
  /v1/things/{id}:
    get:
      operationId: getThing
      parameters:
        - {name: id, in: path, required: true, schema: {type: string, format: uuid}}
        - {name: kind, in: query, required: true, schema: {type: string, enum: [small, large]}}
        - {name: since, in: query, required: true, schema: {type: string, format: date}}
        - {name: deep, in: query, required: true, schema: {type: boolean}}
        - {name: tags, in: query, required: true, schema: {type: array, minItems: 1, items: {type: string}}}
        - {name: limit, in: query, schema: {type: integer, minimum: 1, maximum: 9}}
      responses: {"200": {description: ok}}
  /v1/things:
    post:
      operationId: createThing
      requestBody:
        required: true
        content:
          application/json:
            schema:
              type: object
              required: [name, size]
              properties:
                name: {type: string}
                size: {type: number, maximum: 9.5}
                color: {type: string, enum: [red, blue]}
                labels: {type: object, additionalProperties: {type: string}}
                parts: {type: array, items: {type: object, required: [id], properties: {id: {type: integer}}}}
                note: {type: string, nullable: true}
      responses: {"200": {description: ok}}
`
