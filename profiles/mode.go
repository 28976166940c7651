package profiles

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"sync"
)

const (
	fileMode fs.FileMode = 0o600
	dirMode  fs.FileMode = 0o700
)

// guard takes from others what they may do to the files: the official CLI
// leaves its directory open to read.
type guard struct {
	warn  func(string)
	looks bool // and repairs nothing
	mu    sync.Mutex
}

// check repairs the modes of a file and of its directory where they are wider
// than they may be. That it cannot is a warning: who may read the file can work
// with it.
func (g *guard) check(path string) {
	if g.looks || runtime.GOOS == "windows" { // which has no such modes
		return
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	g.narrow(filepath.Dir(path), dirMode)
	g.narrow(path, fileMode)
}

func (g *guard) narrow(path string, most fs.FileMode) {
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm()&^most == 0 {
		return
	}
	was := info.Mode().Perm()
	now := was & most
	if err := os.Chmod(path, now); err != nil {
		g.say("%s has mode %04o and is open to other users: chmod %04o it", path, was, most)
		return
	}
	g.say("%s had mode %04o and was open to other users; it has mode %04o now", path, was, now)
}

func (g *guard) say(format string, args ...any) {
	if g.warn != nil {
		g.warn(fmt.Sprintf(format, args...))
	}
}
