//go:build unix

package acceptance

import (
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"syscall"
	"testing"

	"github.com/epilot-cli/epilot/internal/upgrade/upgradetest"
)

func wrongSignature(t *testing.T, b builds) {
	m := b.machine(t)
	folder, _ := m.release(b, "1.1.0")
	m.files[upgradetest.Latest] = upgradetest.NewSigner(8).Signature(t, m.files[folder+upgradetest.Checksums], "epilot 1.1.0")
	for _, flags := range [][]string{nil, {"--check"}} {
		_, errs := m.runs(3, m.program, append([]string{"upgrade"}, flags...)...)
		has(t, errs, "error: the signature of release 1.1.0 is not valid\n")
	}
	m.unchanged(b)
}

func wrongChecksum(t *testing.T, b builds) {
	m := b.machine(t)
	folder, name := m.release(b, "1.1.0")
	m.files[folder+name] = upgradetest.Tar(t, upgradetest.Entry{Name: "epilot", Text: "#!/bin/sh\necho epilot 1.1.0\n"})
	_, errs := m.runs(3, m.program, "upgrade", "--json")
	has(t, errs, `{"error":{"kind":"network","message":"`+name+` does not match the checksum of the release"`)
	m.unchanged(b)
}

func doesNotRun(t *testing.T, b builds) {
	m := b.machine(t)
	whole := m.read(b.fresh)
	m.files.Publish(t, b.by, "1.1.0", runtime.GOOS, runtime.GOARCH, upgradetest.Tar(t, upgradetest.Entry{Name: "epilot", Text: whole[:len(whole)/2]}))
	_, errs := m.runs(3, m.program, "upgrade")
	has(t, errs, "epilot 1.1.0 does not run here")
	m.unchanged(b)
}

// notReached: without the variable, the feed of the build is used.
func notReached(t *testing.T, b builds) {
	m := b.machine(t)
	m.env = append(m.env, "EPILOT_RELEASES_URL=")
	_, errs := m.runs(3, m.program, "upgrade")
	has(t, errs, "127.0.0.1:1")
	m.unchanged(b)
}

func wrongMirror(t *testing.T, b builds) {
	m := b.machine(t)
	m.env = append(m.env, "EPILOT_RELEASES_URL=http://mirror.example/releases")
	_, errs := m.runs(2, m.program, "upgrade")
	has(t, errs, "not an https URL")
}

// noPermission: root may write everywhere, so another user tries.
func noPermission(t *testing.T, b builds) {
	m := b.machine(t)
	m.release(b, "1.1.0")
	home := filepath.Join(m.dir, "home")
	if err := os.Mkdir(home, 0o777); err != nil {
		t.Fatal(err)
	}
	m.env = append(m.env, "HOME="+home)
	bin := filepath.Dir(m.program)
	if os.Geteuid() == 0 {
		m.user = &syscall.Credential{Uid: 65534, Gid: 65534}
		for _, folder := range []string{home, m.dir, filepath.Dir(m.dir)} {
			if err := os.Chmod(folder, 0o777); err != nil {
				t.Fatal(err)
			}
		}
	} else {
		t.Cleanup(func() { _ = os.Chmod(bin, 0o755) })
	}
	if err := os.Chmod(bin, 0o555); err != nil {
		t.Fatal(err)
	}
	_, errs := m.runs(5, m.program, "upgrade")
	has(t, errs, "error: "+m.program+" cannot be replaced: permission denied\nhint: ")
	m.unchanged(b)
}

// packaged: a program installed by a package manager is reported and left alone.
func packaged(t *testing.T, b builds) {
	m := b.machine(t)
	m.release(b, "1.1.0")
	m.program = m.put(b.old, "Cellar", "epilot", "1.0.0", "bin")
	link := filepath.Join(m.dir, "epilot")
	if err := os.Symlink(m.program, link); err != nil {
		t.Fatal(err)
	}
	_, errs := m.runs(5, link, "upgrade")
	has(t, errs, "belongs to Homebrew")
	has(t, errs, "run: brew upgrade epilot")
	out, _ := m.runs(0, link, "upgrade", "--check")
	has(t, out, "epilot 1.1.0 is available (this is 1.0.0); run: brew upgrade epilot")
	m.unchanged(b)
}

// held: another process holds the lock for longer than the timeout.
func held(t *testing.T, b builds) {
	m := b.machine(t)
	m.release(b, "1.1.0")
	lock := filepath.Join(m.dir, ".local", "state", "epilot", "upgrade.lock")
	if err := os.MkdirAll(filepath.Dir(lock), 0o700); err != nil {
		t.Fatal(err)
	}
	file, err := os.Create(lock)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if err := syscall.Flock(int(file.Fd()), syscall.LOCK_EX); err != nil {
		t.Fatal(err)
	}
	_, errs := m.runs(5, m.program, "upgrade", "--timeout", "3s")
	has(t, errs, "is locked by another process")
	m.unchanged(b)
}

// ends starts an upgrade, sends it the signal during the download, and checks its
// exit status.
func (m *machine) ends(b builds, signal syscall.Signal, want int) {
	m.Helper()
	_, name := m.release(b, "1.1.0")
	begun := make(chan bool, 1)
	slow := m.serve(func(w http.ResponseWriter, r *http.Request) {
		if filepath.Base(r.URL.Path) != name {
			m.answer(w, r)
			return
		}
		_, _ = w.Write([]byte("a part"))
		_ = http.NewResponseController(w).Flush()
		begun <- true
		<-r.Context().Done()
	})
	m.stock()
	cmd := exec.Command(m.program, "upgrade")
	cmd.Env, cmd.Dir = append(m.env, "EPILOT_RELEASES_URL="+slow.URL), m.dir
	if err := cmd.Start(); err != nil {
		m.Fatal(err)
	}
	<-begun
	endWith(m.T, cmd, signal, want)
}

func interrupted(t *testing.T, b builds) {
	m := b.machine(t)
	m.ends(b, syscall.SIGINT, 130)
	m.unchanged(b)
}

// killed: the old program is intact, and the next upgrade works.
func killed(t *testing.T, b builds) {
	m := b.machine(t)
	m.ends(b, syscall.SIGKILL, -1)
	if m.read(m.program) != m.read(b.old) {
		t.Error("the program is another")
	}
	m.runs(0, m.program, "upgrade")
	m.is("1.1.0")
}
