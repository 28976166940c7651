//go:build unix

package upgrade

import (
	"archive/tar"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/epilot-cli/epilot/internal/failure"
	"github.com/epilot-cli/epilot/internal/upgrade/upgradetest"
)

const (
	oldProgram = "#!/bin/sh\necho epilot 1.0.0\n"
	newProgram = "#!/bin/sh\necho epilot 2.0.0\n"
)

// installed returns an installed program in a separate folder.
func installed(t *testing.T) Installer {
	t.Helper()
	program := filepath.Join(t.TempDir(), "bin", "epilot")
	if err := os.Mkdir(filepath.Dir(program), 0o755); err != nil {
		t.Fatal(err)
	}
	writeProgram(t, program, oldProgram)
	return Installer{
		Program: program, System: system, Machine: machine, Lock: filepath.Join(t.TempDir(), "upgrade"),
		Environ: os.Environ(),
	}
}

// writeProgram prevents the start of other processes meanwhile, like the installer.
func writeProgram(t *testing.T, file, text string) {
	t.Helper()
	syscall.ForkLock.RLock()
	defer syscall.ForkLock.RUnlock()
	if err := os.WriteFile(file, []byte(text), 0o750); err != nil {
		t.Fatal(err)
	}
}

// only checks that the folder contains that program and nothing else.
func (i Installer) only(t *testing.T, want string) {
	t.Helper()
	text, err := os.ReadFile(i.Program)
	if err != nil || string(text) != want {
		t.Errorf("the program is %q, %v", text, err)
	}
	entries, err := os.ReadDir(filepath.Dir(i.Program))
	if err != nil || len(entries) != 1 {
		t.Errorf("beside it: %v, %v", entries, err)
	}
}

func TestInstall(t *testing.T) {
	t.Parallel()
	by, files, i := upgradetest.NewSigner(1), upgradetest.Files{}, installed(t)
	files.Publish(t, by, "2.0.0", system, machine, upgradetest.Tar(t,
		file("README.md", "read me"), file("../epilot", "outside"), file("bin/epilot", "below"),
		entry{Name: "epilot", Text: "/bin/sh", Kind: tar.TypeSymlink}, file("epilot", newProgram),
	))
	link := filepath.Join(t.TempDir(), "epilot")
	if err := os.Symlink(i.Program, link); err != nil {
		t.Fatal(err)
	}
	release := latest(t, by, files)
	linked := i
	linked.Program = link
	if done, err := linked.Install(t.Context(), release); !done || err != nil {
		t.Fatalf("got %v, %v", done, err)
	}
	i.only(t, newProgram)
	if info, err := os.Stat(i.Program); err != nil || info.Mode() != 0o750 {
		t.Errorf("got %v, %v", info.Mode(), err)
	}
	if to, err := os.Readlink(link); err != nil || to != i.Program {
		t.Errorf("the link leads to %q, %v", to, err)
	}
	if done, err := i.Install(t.Context(), release); done || err != nil {
		t.Errorf("again: got %v, %v", done, err)
	}
}

// TestInstallFails: after any failure the old program remains, and nothing else.
func TestInstallFails(t *testing.T) {
	t.Parallel()
	by := upgradetest.NewSigner(1)
	const folder = "/download/v2.0.0/"
	const archive = folder + "epilot_2.0.0_linux_amd64.tar.gz"
	good := []entry{file("epilot", newProgram)}
	for name, row := range map[string]struct {
		entries []entry
		spoil   func(*testing.T, upgradetest.Files)
		want    string
	}{
		"wrong checksum": {good, func(t *testing.T, s upgradetest.Files) {
			s[archive] = upgradetest.Tar(t, file("epilot", newProgram+"rm -r /\n"))
		}, "does not match the checksum"},
		"short archive":     {good, func(_ *testing.T, s upgradetest.Files) { s[archive] = s[archive][:len(s[archive])/2] }, "does not match the checksum"},
		"no archive":        {good, func(_ *testing.T, s upgradetest.Files) { delete(s, archive) }, "the release feed has no " + archive[1:]},
		"outside":           {[]entry{file("../epilot", newProgram)}, nil, "no file epilot in it"},
		"absolute":          {[]entry{file("/epilot", newProgram)}, nil, "no file epilot in it"},
		"a link":            {[]entry{{Name: "epilot", Text: "/bin/sh", Kind: tar.TypeSymlink}}, nil, "no file epilot in it"},
		"a folder":          {[]entry{{Name: "epilot", Text: "", Kind: tar.TypeDir}}, nil, "no file epilot in it"},
		"empty archive":     {nil, nil, "no file epilot in it"},
		"no program":        {[]entry{file("epilot", "\x7fELF what is this")}, nil, "epilot 2.0.0 does not run here: exec format error"},
		"it fails":          {[]entry{file("epilot", "#!/bin/sh\necho epilot 2.0.0; exit 7\n")}, nil, "does not run here: exit status 7"},
		"it says no more":   {[]entry{file("epilot", "#!/bin/sh\n")}, nil, "does not print its version"},
		"another version":   {[]entry{file("epilot", "#!/bin/sh\necho epilot 1.9.0\n")}, nil, `reports version "1.9.0"`},
		"it hangs":          {[]entry{file("epilot", "#!/bin/sh\nexec sleep 60\n")}, nil, "did not print its version within"},
		"only on the bench": {[]entry{file("epilot", "#!/bin/sh\ncase $0 in */.epilot-upgrade-*) echo epilot 2.0.0 ;; *) exit 9 ;; esac\n")}, nil, "does not run here: exit status 9"},
		"not on the bench":  {[]entry{file("epilot", "#!/bin/sh\ncase $0 in */.epilot-upgrade-*) exit 9 ;; *) echo epilot 2.0.0 ;; esac\n")}, nil, "does not run here: exit status 9"},
		"no gzip": {good, func(t *testing.T, s upgradetest.Files) {
			s.Publish(t, by, "2.0.0", system, machine, []byte("no gzip"))
		}, "cannot be unpacked: unexpected EOF"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			files, i := upgradetest.Files{}, installed(t)
			files.Publish(t, by, "2.0.0", system, machine, upgradetest.Tar(t, row.entries...))
			if row.spoil != nil {
				row.spoil(t, files)
			}
			if strings.HasPrefix(name, "it hangs") {
				i.Timeout = 50 * time.Millisecond
			}
			release := latest(t, by, files)
			done, err := i.Install(t.Context(), release)
			if done || err == nil || failure.Of(err).Kind != failure.Network || !strings.Contains(err.Error(), row.want) {
				t.Errorf("got %v, %v", done, err)
			}
			i.only(t, oldProgram)
		})
	}
}
