//go:build unix

package acceptance

import (
	"bytes"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/creack/pty"
	"github.com/rogpeppe/go-internal/testscript"
)

// handedOn are the variables of a script passed to a program in a terminal.
var handedOn = []string{
	"HOME", "PATH", "XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME", "EPILOT_TOKEN", "EPILOT_CREDENTIAL_STORE", "EPILOT_SERVER", "EPILOT_DEFINITIONS_URL", "EPILOT_RELEASES_URL",
	"EPILOT_PAGER", "PAGER", "LESS", "CI", "NO_COLOR", "TERM", "NO_PROXY",
}

// terminal PROGRAM ARG… runs a program with all three streams in a terminal of 80 by
// 24 and writes the screen output to the file "screen".
func terminal(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) == 0 {
		ts.Fatalf("usage: terminal PROGRAM ARG…")
	}
	cmd := &exec.Cmd{Path: find(ts, args[0]), Args: args, Dir: ts.MkAbs(".")}
	for _, name := range handedOn {
		if value := ts.Getenv(name); value != "" {
			cmd.Env = append(cmd.Env, name+"="+value)
		}
	}
	screen, err := pty.StartWithSize(cmd, &pty.Winsize{Rows: 24, Cols: 80})
	ts.Check(err)
	defer screen.Close()
	var shown bytes.Buffer
	_, err = io.Copy(&shown, screen)
	if err != nil && !errors.Is(err, syscall.EIO) { // the end of a terminal
		ts.Fatalf("%v", err)
	}
	failed := cmd.Wait()
	ts.Check(os.WriteFile(ts.MkAbs("screen"), bytes.ReplaceAll(shown.Bytes(), []byte("\r\n"), []byte("\n")), 0o600))
	ts.Logf("%s", shown.String())
	if (failed != nil) != neg {
		ts.Fatalf("%v: %v", args, failed)
	}
}

func find(ts *testscript.TestScript, program string) string {
	for _, dir := range strings.Split(ts.Getenv("PATH"), string(os.PathListSeparator)) {
		path := filepath.Join(dir, program)
		if _, err := os.Stat(path); err == nil {
			return path
		}
	}
	ts.Fatalf("no program %s", program)
	return ""
}
