package cmd_test

import (
	"os"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/epilot-cli/epilot/cmd"
)

// TestMain lets the test binary be the program: scripts run "epilot" as a
// process of its own, with its own streams, environment and exit status.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"epilot": func() { os.Exit(cmd.Main()) },
	})
}

// TestScripts runs testdata/script, the main suite and the documentation of
// the behaviour. CONTRIBUTING.md lists the commands that scripts have beside
// testscript's own.
func TestScripts(t *testing.T) {
	t.Parallel()
	testscript.Run(t, testscript.Params{
		Dir:   "testdata/script",
		Setup: setup,
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"serve":    serve,
			"status":   status,
			"terminal": terminal,
		},
		RequireExplicitExec: true,
	})
}

// setup gives each script an empty home of its own and no proxy.
func setup(env *testscript.Env) error {
	env.Setenv("HOME", env.WorkDir+"/home")
	env.Setenv("XDG_CONFIG_HOME", env.WorkDir+"/config")
	env.Setenv("XDG_STATE_HOME", env.WorkDir+"/state")
	env.Setenv("XDG_CACHE_HOME", env.WorkDir+"/cache")
	env.Setenv("NO_PROXY", "*")
	return os.MkdirAll(env.WorkDir+"/home", 0o700)
}
