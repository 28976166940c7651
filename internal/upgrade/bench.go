package upgrade

import (
	"os"
	"path/filepath"
	"strings"
	"time"
)

const (
	benchPrefix = ".epilot-upgrade-"
	longAgo     = time.Hour
)

// bench is a folder beside the program, for the time of an upgrade: a rename
// from there stays on one file system.
type bench struct {
	folder string
	name   string // of the program in the archive
	fresh  string // the new program
	old    string // the old one, while the new one has to prove itself
	kept   bool   // the old one could not be put back: it must not go
}

// makeBench also clears away what a killed upgrade or a program that was still
// running left behind.
func (i Installer) makeBench() (*bench, error) {
	folder := filepath.Dir(i.Program)
	made, err := os.MkdirTemp(folder, benchPrefix)
	if err != nil {
		return nil, err
	}
	b := &bench{folder: made, name: "epilot"}
	if i.System == "windows" {
		b.name = "epilot.exe"
	}
	b.fresh, b.old = b.file(b.name), b.file("old-"+b.name)
	b.sweep()
	return b, nil
}

func (b *bench) file(name string) string { return filepath.Join(b.folder, name) }

// clear removes the bench. A system that keeps a running program's file keeps
// it too, until the next upgrade.
func (b *bench) clear() {
	if !b.kept {
		_ = os.RemoveAll(b.folder)
	}
}

// sweep removes older benches. Another user's upgrade may be at work in one:
// what is younger than an hour stays.
func (b *bench) sweep() {
	now, err := os.Stat(b.folder)
	if err != nil {
		return
	}
	beside := filepath.Dir(b.folder)
	entries, _ := os.ReadDir(beside) // what cannot be listed is not swept
	for _, entry := range entries {
		info, err := entry.Info()
		if err != nil || !entry.IsDir() || !strings.HasPrefix(entry.Name(), benchPrefix) {
			continue
		}
		if now.ModTime().Sub(info.ModTime()) > longAgo {
			_ = os.RemoveAll(filepath.Join(beside, entry.Name()))
		}
	}
}
