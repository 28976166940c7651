package acceptance

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

const bytesDefinition = `{"openapi":"3.0.0","info":{"title":"Bytes","version":"1"},"paths":{"/bytes":{"get":{
"operationId":"get","responses":{"200":{"description":"ok","content":{"application/octet-stream":{}}}}}}}}`

// partial serves a file and cuts off the first responses.
type partial struct {
	file   []byte
	etag   string
	cuts   int
	status int  // of the next response, if it should fail
	wrong  bool // the next response is a different part than requested
	asked  []string
}

func (p *partial) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	p.asked = append(p.asked, r.Header.Get("Range")+" "+r.Header.Get("If-Range"))
	if p.status != 0 {
		w.WriteHeader(p.status)
		p.status = 0
		return
	}
	if p.wrong {
		p.wrong = false
		r.Header.Set("Range", "bytes=5-9")
		r.Header.Del("If-Range")
	}
	w.Header().Set("Content-Type", "application/octet-stream")
	w.Header().Set("ETag", p.etag)
	if p.cuts > 0 {
		p.cuts--
		w = &cutting{ResponseWriter: w, room: 1000}
	}
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(p.file))
}

// cutting ends the connection after some bytes.
type cutting struct {
	http.ResponseWriter
	room int
}

func (c *cutting) Write(p []byte) (int, error) {
	n, _ := c.ResponseWriter.Write(p[:min(len(p), c.room)])
	if c.room -= n; c.room == 0 {
		_ = http.NewResponseController(c.ResponseWriter).Flush()
		panic(http.ErrAbortHandler)
	}
	return n, nil
}

type resumer struct {
	t      *testing.T
	server *partial
	url    string
	folder string
	state  string // state folder
}

func newResumer(t *testing.T, p *partial) *resumer {
	t.Helper()
	for i := range 5000 {
		p.file = append(p.file, byte(i), byte(i>>8), 0)
	}
	server := httptest.NewServer(p)
	t.Cleanup(server.Close)
	folder := t.TempDir()
	if err := os.WriteFile(filepath.Join(folder, "bytes.json"), []byte(bytesDefinition), 0o600); err != nil {
		t.Fatal(err)
	}
	return &resumer{t: t, server: p, url: server.URL, folder: folder, state: t.TempDir()}
}

// partName matches a part's name, which contains part of a hash of the URL.
var partName = regexp.MustCompile(`\.[0-9a-f]{8}\.part$`)

// run downloads once and checks the remaining files.
func (r *resumer) run(status int, left ...string) Result {
	r.t.Helper()
	got := Process{Env: map[string]string{"XDG_STATE_HOME": r.state}}.Run(r.t.Context(), "bytes", "get", "--definition", filepath.Join(r.folder, "bytes.json"),
		"-s", r.url, "-t", "token", "--retry", "0", "--out-file", filepath.Join(r.folder, "file"))
	if got.Status != status {
		r.t.Fatalf("status %d, want %d: %s", got.Status, status, got.Stderr)
	}
	entries, _ := os.ReadDir(r.folder)
	var names []string
	for _, entry := range entries {
		names = append(names, partName.ReplaceAllString(entry.Name(), ".part"))
	}
	if want := strings.Join(append(left, "bytes.json"), " "); !sameWords(strings.Join(names, " "), want) {
		r.t.Errorf("the folder holds %q, want %q", names, want)
	}
	return got
}

func sameWords(a, b string) bool {
	count := map[string]int{}
	for _, word := range strings.Fields(a) {
		count[word]++
	}
	for _, word := range strings.Fields(b) {
		count[word]--
	}
	for _, n := range count {
		if n != 0 {
			return false
		}
	}
	return true
}

func (r *resumer) whole() {
	r.t.Helper()
	text, err := os.ReadFile(filepath.Join(r.folder, "file"))
	if err != nil || !bytes.Equal(text, r.server.file) {
		r.t.Errorf("%d bytes, not the %d of the server: %v", len(text), len(r.server.file), err)
	}
}

func (r *resumer) asked(want ...string) {
	r.t.Helper()
	if got := strings.Join(r.server.asked, "|"); got != strings.Join(want, "|") {
		r.t.Errorf("asked %q, want %q", got, want)
	}
}

// TestResume: three cut responses make one file, and an error in between loses
// nothing.
func TestResume(t *testing.T) {
	t.Parallel()
	r := newResumer(t, &partial{etag: `"v1"`, cuts: 2})
	if got := r.run(3, ".file.part"); !strings.Contains(got.Stderr, "1.0 kB were saved") {
		t.Errorf("it is not told that something is kept: %s", got.Stderr)
	}
	r.server.status = http.StatusServiceUnavailable
	r.run(1, ".file.part")
	r.run(3, ".file.part")
	r.run(0, "file")
	r.whole()
	r.asked(" ", `bytes=1000- "v1"`, `bytes=1000- "v1"`, `bytes=2000- "v1"`)
}

// TestResumeOfAnotherFile starts over because the file has changed.
func TestResumeOfAnotherFile(t *testing.T) {
	t.Parallel()
	r := newResumer(t, &partial{etag: `"v1"`, cuts: 1})
	r.run(3, ".file.part")
	r.server.etag, r.server.file = `"v2"`, bytes.Repeat([]byte("new\x00"), 3000)
	r.run(0, "file")
	r.whole()
}

// TestResumeNeedsAStrongTag: without one, it is unknown whether the parts match.
func TestResumeNeedsAStrongTag(t *testing.T) {
	t.Parallel()
	for _, tag := range []string{`W/"v1"`, ""} {
		r := newResumer(t, &partial{etag: tag, cuts: 1})
		r.run(3)
		r.run(0, "file")
		r.whole()
		r.asked(" ", " ")
	}
}

// TestResumeRefusesAWrongPart: a server that sends a different part than requested.
func TestResumeRefusesAWrongPart(t *testing.T) {
	t.Parallel()
	r := newResumer(t, &partial{etag: `"v1"`, cuts: 1})
	r.run(3, ".file.part")
	r.server.wrong = true
	r.run(3)
	r.run(0, "file")
	r.whole()
}

// TestResumeKnowsTheURL: a part of one URL is not used for another.
func TestResumeKnowsTheURL(t *testing.T) {
	t.Parallel()
	r := newResumer(t, &partial{etag: `"v1"`, cuts: 1})
	r.run(3, ".file.part")
	other := newResumer(t, &partial{etag: `"v1"`})
	r.url = other.url
	r.run(0, "file", ".file.part")
	other.asked(" ")
}

// TestResumeTrustsNoFolder: a file or link that somebody else put in place of a part
// is neither read nor written.
func TestResumeTrustsNoFolder(t *testing.T) {
	t.Parallel()
	r := newResumer(t, &partial{etag: `"v1"`, cuts: 1})
	victim := filepath.Join(t.TempDir(), "authorized_keys")
	if err := os.WriteFile(victim, bytes.Repeat([]byte("k"), 1000), 0o600); err != nil {
		t.Fatal(err)
	}
	r.run(3, ".file.part")
	entries, err := filepath.Glob(filepath.Join(r.folder, ".file.*.part"))
	if err != nil || len(entries) != 1 {
		t.Fatal(entries, err)
	}
	if err := os.Remove(entries[0]); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(victim, entries[0]); err != nil {
		t.Skip("no symbolic links here:", err)
	}
	r.run(0, "file")
	r.whole()
	if text, err := os.ReadFile(victim); err != nil || len(text) != 1000 || strings.Trim(string(text), "k") != "" {
		t.Errorf("the link was written through: %d bytes, %v", len(text), err)
	}
	r.asked(" ", " ")
}
