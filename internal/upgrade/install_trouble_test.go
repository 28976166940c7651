//go:build unix

package upgrade

import (
	"context"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/epilot-cli/epilot/internal/failure"
	"github.com/epilot-cli/epilot/internal/upgrade/upgradetest"
)

// TestInstallFromAFeedThatBreaks: an archive that is truncated, that stalls, or that
// claims to be larger than allowed.
func TestInstallFromAFeedThatBreaks(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		answer func(http.ResponseWriter, *http.Request)
		want   string
	}{
		"cut off": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "1000")
			_, _ = w.Write([]byte("a part"))
		}, "is incomplete: the response ended early"},
		"hangs": {func(w http.ResponseWriter, r *http.Request) {
			_, _ = w.Write([]byte("a part"))
			_ = http.NewResponseController(w).Flush()
			<-r.Context().Done()
		}, "sent no data of download/v2.0.0/epilot_2.0.0_linux_amd64.tar.gz for 100ms"},
		"never begins": {func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }, "sent no data of"},
		"huge": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "999999999999")
			w.WriteHeader(http.StatusOK)
		}, "is too long"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			by, i := upgradetest.NewSigner(1), installed(t)
			files := published(t, by, "2.0.0", file("epilot", newProgram))
			f := open(t, by, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if strings.HasSuffix(r.URL.Path, ".gz") {
					row.answer(w, r)
					return
				}
				files.ServeHTTP(w, r)
			}))
			release, err := f.Latest(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			f.stall = 100 * time.Millisecond
			done, err := i.Install(t.Context(), release)
			if done || err == nil || failure.Of(err).Kind != failure.Network || !strings.Contains(err.Error(), row.want) {
				t.Errorf("got %v, %v", done, err)
			}
			i.only(t, oldProgram)
		})
	}
}

// TestInstallFromASlowFeed: a slow download is not limited as long as data arrives.
func TestInstallFromASlowFeed(t *testing.T) {
	t.Parallel()
	by, i := upgradetest.NewSigner(1), installed(t)
	files := published(t, by, "2.0.0", file("epilot", newProgram))
	const pieces, pause = 9, 250 * time.Millisecond
	f := open(t, by, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		text := files[r.URL.Path]
		if !strings.HasSuffix(r.URL.Path, ".gz") {
			_, _ = w.Write(text)
			return
		}
		tick := time.NewTicker(pause)
		defer tick.Stop()
		for piece := range slices.Chunk(text, len(text)/pieces) {
			<-tick.C
			_, _ = w.Write(piece)
			_ = http.NewResponseController(w).Flush()
		}
	}))
	f.stall = pieces * pause * 9 / 10
	release, err := f.Latest(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if done, err := i.Install(t.Context(), release); !done || err != nil {
		t.Errorf("got %v, %v", done, err)
	}
	i.only(t, newProgram)
}

// TestInstallIsInterrupted while the new program is tried in place: the old one is
// restored.
func TestInstallIsInterrupted(t *testing.T) {
	t.Parallel()
	by, i := upgradetest.NewSigner(1), installed(t)
	reached := filepath.Join(t.TempDir(), "reached")
	if err := syscall.Mkfifo(reached, 0o600); err != nil {
		t.Fatal(err)
	}
	files := published(t, by, "2.0.0", file("epilot", "#!/bin/sh\ncase $0 in */.epilot-upgrade-*) echo epilot 2.0.0 ;; *) echo >'"+reached+"'; exec sleep 60 ;; esac\n"))
	release := latest(t, by, files)
	ctx, cancel := context.WithCancelCause(t.Context())
	go func() {
		if _, err := os.ReadFile(reached); err == nil { // wait for the program to write
			cancel(failure.New(failure.Interrupted, "interrupted"))
		}
	}()
	done, err := i.Install(ctx, release)
	cancel(nil)
	if done || failure.Of(err).Kind != failure.Interrupted {
		t.Errorf("got %v, %v", done, err)
	}
	i.only(t, oldProgram)
}

// TestInstallersTakeTurns: of several concurrent installers, one does the work.
func TestInstallersTakeTurns(t *testing.T) {
	t.Parallel()
	by, i := upgradetest.NewSigner(1), installed(t)
	files := published(t, by, "2.0.0", file("epilot", newProgram))
	release := latest(t, by, files)
	type outcome struct {
		done bool
		err  error
	}
	outcomes := make(chan outcome)
	for range 4 {
		go func() {
			done, err := i.Install(t.Context(), release)
			outcomes <- outcome{done, err}
		}()
	}
	count := 0
	for range 4 {
		got := <-outcomes
		if got.err != nil {
			t.Error(got.err)
		}
		if got.done {
			count++
		}
	}
	if count != 1 {
		t.Errorf("%d did the work", count)
	}
	i.only(t, newProgram)
}

// TestInstallSweeps: files of a killed upgrade are removed, those possibly in use
// are kept.
func TestInstallSweeps(t *testing.T) {
	t.Parallel()
	by, i := upgradetest.NewSigner(1), installed(t)
	files := published(t, by, "2.0.0", file("epilot", newProgram))
	release := latest(t, by, files)
	before := time.Now().Add(-2 * time.Hour)
	killed, busy := filepath.Join(filepath.Dir(i.Program), workspacePrefix+"1"), filepath.Join(filepath.Dir(i.Program), workspacePrefix+"2")
	for _, folder := range []string{killed, busy} {
		if err := os.Mkdir(folder, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	writeProgram(t, filepath.Join(killed, "old-epilot"), oldProgram)
	if err := os.Chtimes(killed, before, before); err != nil {
		t.Fatal(err)
	}
	if done, err := i.Install(t.Context(), release); !done || err != nil {
		t.Fatalf("got %v, %v", done, err)
	}
	if _, err := os.Stat(killed); err == nil {
		t.Error("what was left is still there")
	}
	if err := os.Remove(busy); err != nil {
		t.Error(err)
	}
	i.only(t, newProgram)
}

// TestInstallWhereNothingCanBe: no file can be created in the place, even as root.
func TestInstallWhereNothingCanBe(t *testing.T) {
	t.Parallel()
	by, files := upgradetest.NewSigner(1), upgradetest.Files{}
	files.Publish(t, by, "2.0.0", system, machine, upgradetest.Tar(t, file("epilot", newProgram)))
	release := latest(t, by, files)
	for _, program := range []string{"/proc/self/status", filepath.Join(t.TempDir(), "none")} {
		i := Installer{Program: program, System: system, Machine: machine, Lock: filepath.Join(t.TempDir(), "upgrade")}
		done, err := i.Install(t.Context(), release)
		if done || err == nil || failure.Of(err).Kind != failure.File || !strings.Contains(err.Error(), "cannot be replaced") {
			t.Errorf("%s: got %v, %v", program, done, err)
		}
	}
}
