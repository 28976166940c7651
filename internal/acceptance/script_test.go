package acceptance

import (
	"os"
	"runtime"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/epilot-cli/epilot/cmd"
)

// TestMain lets the test binary be the program: scripts run "epilot" as a
// process of its own, with its own streams, environment and exit status.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"epilot": func() {
			status := cmd.Main()
			leavePeak()
			os.Exit(status)
		},
	})
}

// TestScripts runs testdata/script, the main suite and the documentation of
// the behaviour. CONTRIBUTING.md lists the commands that scripts have beside
// testscript's own.
func TestScripts(t *testing.T) {
	t.Parallel()
	testscript.RunT(watched{t}, testscript.Params{
		Dir:   "testdata/script",
		Setup: setup,
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"serve":     serve,
			"intercept": intercept,
			"mock":      mock,
			"status":    status,
			"terminal":  terminal,
		},
		RequireExplicitExec: true,
	})
}

// setup gives each script an empty home of its own, no proxy, no keyring, and
// the file every-byte, which holds each byte once. What the script leaves behind
// is searched for tokens.
func setup(env *testscript.Env) error { return prepare(env, runtime.GOOS != "windows") }

// prepare is setup for a program that knows the modes of files, or does not.
func prepare(env *testscript.Env, hasModes bool) error {
	env.Setenv("HOME", env.WorkDir+"/home")
	env.Setenv("XDG_CONFIG_HOME", env.WorkDir+"/config")
	env.Setenv("XDG_STATE_HOME", env.WorkDir+"/state")
	env.Setenv("XDG_CACHE_HOME", env.WorkDir+"/cache")
	env.Setenv("NO_PROXY", "*")
	env.Setenv("GORACE", os.Getenv("GORACE")) // without it a program of the race detector takes a second to end
	env.Setenv("EPILOT_CREDENTIAL_STORE", "file")
	env.Values["test"] = env.T()
	env.Defer(func() { searchFiles(env.T().(watched), env.WorkDir, hasModes) })
	every := make([]byte, 256)
	for i := range every {
		every[i] = byte(i)
	}
	if err := os.WriteFile(env.WorkDir+"/every-byte", every, 0o600); err != nil {
		return err
	}
	return os.MkdirAll(env.WorkDir+"/home", 0o700)
}
