//go:build unix

package acceptance

import (
	"bytes"
	"errors"
	"io/fs"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/epilot-cli/epilot/internal/upgrade/upgradetest"
)

// machine is a computer with a real epilot 1.0.0 and its own release feed.
type machine struct {
	*testing.T
	dir     string
	program string // dir/bin/epilot
	feed    *httptest.Server
	files   upgradetest.Files
	served  atomic.Pointer[upgradetest.Files] // a copy of the files when a program started
	env     []string
	user    *syscall.Credential // nil for the user who runs the test
}

// builds are two versions of the real program, built once.
type builds struct {
	old, fresh string // paths of the programs
	packed     []byte // the archive of the new one
	by         *upgradetest.Signer
}

func build(t *testing.T) builds {
	t.Helper()
	b := builds{by: upgradetest.NewSigner(7)}
	b.old = b.make(t, "1.0.0")
	b.fresh = b.make(t, "1.1.0")
	text, err := os.ReadFile(b.fresh)
	if err != nil {
		t.Fatal(err)
	}
	b.packed = upgradetest.Tar(t, upgradetest.Entry{Name: "epilot", Text: string(text)})
	return b
}

func (b builds) make(t *testing.T, version string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "epilot")
	const module = "github.com/epilot-cli/epilot"
	const variable = " -X " + module + "/cmd."
	made := exec.Command("go", "build", "-o", file, "-ldflags", "-s -w"+
		variable+"version="+version+variable+"feed=http://127.0.0.1:1/releases"+variable+"feedKey="+b.by.Public(), module)
	if out, err := made.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return file
}

func (b builds) machine(t *testing.T) *machine {
	t.Helper()
	m := &machine{T: t, dir: t.TempDir(), files: upgradetest.Files{}}
	m.feed = m.serve(m.answer)
	m.program = m.put(b.old, "bin")
	m.env = []string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + m.dir, "NO_PROXY=*", "TERM=xterm",
		"EPILOT_RELEASES_URL=" + m.feed.URL, "EPILOT_TOKEN=SeCrEt",
	}
	return m
}

// serve returns a feed that also checks the rest of the request: it must not contain
// the user's data.
func (m *machine) serve(answer http.HandlerFunc) *httptest.Server {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if len(r.Header) != 2 || !strings.HasPrefix(r.UserAgent(), "epilot-cli/") || r.Header.Get("Accept-Encoding") != "identity" {
			m.Errorf("the feed was sent %v", r.Header)
		}
		answer(w, r)
	}))
	m.Cleanup(server.Close)
	return server
}

// stock updates the files of the feed.
func (m *machine) stock() {
	files := maps.Clone(m.files)
	m.served.Store(&files)
}

func (m *machine) answer(w http.ResponseWriter, r *http.Request) { m.served.Load().ServeHTTP(w, r) }

// put links the program into a folder: an upgrade replaces the link and leaves this
// file unchanged.
func (m *machine) put(program string, folder ...string) string {
	m.Helper()
	to := filepath.Join(append([]string{m.dir}, append(folder, "epilot")...)...)
	if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
		m.Fatal(err)
	}
	if err := os.Link(program, to); err != nil {
		m.Fatal(err)
	}
	return to
}

// release publishes a program; anything but "1.1.0" is a script.
func (m *machine) release(b builds, version string) (folder, name string) {
	m.Helper()
	packed := b.packed
	if version != "1.1.0" {
		packed = upgradetest.Tar(m, upgradetest.Entry{Name: "epilot", Text: "#!/bin/sh\necho epilot " + version + "\n"})
	}
	return m.files.Publish(m, b.by, version, runtime.GOOS, runtime.GOARCH, packed)
}

func (m *machine) read(file string) string {
	m.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		m.Fatal(err)
	}
	return string(text)
}

// runs runs a program and returns stdout and stderr.
func (m *machine) runs(want int, program string, args ...string) (stdout, stderr string) {
	m.Helper()
	m.stock()
	var out, errs bytes.Buffer
	cmd := exec.Command(program, args...)
	cmd.Env, cmd.Dir, cmd.Stdout, cmd.Stderr = m.env, m.dir, &out, &errs
	if m.user != nil {
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: m.user}
	}
	err := cmd.Run()
	if m.user != nil && errors.Is(err, fs.ErrPermission) {
		m.Skip("another user cannot run a program from " + m.dir)
	}
	if exit := (*exec.ExitError)(nil); err != nil && !errors.As(err, &exit) {
		m.Fatal(err)
	}
	if got := cmd.ProcessState.ExitCode(); got != want {
		m.Errorf("%v: exit status %d, want %d: %s", args, got, want, errs.String())
	}
	return out.String(), errs.String()
}

// is checks the version of the program.
func (m *machine) is(version string) {
	m.Helper()
	if out, _ := m.runs(0, m.program, "--version"); out != "epilot "+version+"\n" {
		m.Errorf("got %q", out)
	}
}

// unchanged checks that the program's folder contains only the original program.
func (m *machine) unchanged(b builds) {
	m.Helper()
	if m.read(m.program) != m.read(b.old) {
		m.Error("the program is another")
	}
	if entries, err := os.ReadDir(filepath.Dir(m.program)); err != nil || len(entries) != 1 {
		m.Errorf("beside it: %v, %v", entries, err)
	}
}

func has(t *testing.T, text, want string) {
	t.Helper()
	if !strings.Contains(text, want) {
		t.Errorf("%q is not in %q", want, text)
	}
}
