// Package acceptance tests the program from the outside: the real binary, real
// files, real HTTP on loopback. Its scripts document the behavior.
package acceptance

import (
	"flag"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/epilot-cli/epilot/cmd"
)

// TestMain lets the test binary act as the program: scripts run "epilot" as a
// separate process, with its own streams, environment and exit status.
//
// Most tests wait for another process or for a time limit, so that two of them share
// a processor, unless -parallel says otherwise.
func TestMain(m *testing.M) {
	if err := flag.Set("test.parallel", strconv.Itoa(2*runtime.GOMAXPROCS(0))); err != nil {
		panic(err)
	}
	testscript.Main(m, map[string]func(){
		"epilot": func() {
			status := cmd.Main()
			leavePeak()
			os.Exit(status)
		},
	})
}

// TestScripts runs testdata/script, the main suite and the documentation of the
// behavior. CONTRIBUTING.md lists the script commands in addition to those of
// testscript.
func TestScripts(t *testing.T) {
	t.Parallel()
	_ = os.Getenv("EPILOT_TEST_PROGRAMS") // go test repeats the suite if what a test has read is different
	files, err := filepath.Glob("testdata/script/*.txtar")
	if err != nil {
		t.Fatal(err)
	}
	testscript.RunT(watched{t}, testscript.Params{
		Files: slices.DeleteFunc(files, func(file string) bool { return testing.Short() && isSequential(t, file) }),
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

// hasGoroutines matches what starts goroutines in the program: mocks, terminals,
// bodies from stdin, bulk calls, pages, polling, retries, transfers and downloads.
var hasGoroutines = regexp.MustCompile(`(?m)^(terminal|mock|stdin) |--server[= ]mock|--(each|all|journal|until|retry|map|out-file|timeout|revoke)\b|` +
	`epilot (mock|file|diff|upgrade|auth login|definitions update|__complete)|complete_ids|^jsonata`)

// isSequential reports whether the race detector has nothing to find in a script:
// -short leaves it out.
func isSequential(t *testing.T, file string) bool {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return !hasGoroutines.Match(append([]byte(filepath.Base(file)+"\n"), text...))
}

// setup gives each script an empty home, no proxy, no keyring, the mock's key if it
// starts a mock, and the file every-byte, which contains each byte once. The files
// that the script leaves are searched for tokens.
func setup(env *testscript.Env) error { return prepare(env, runtime.GOOS != "windows") }

// prepare is setup for a program with or without file modes.
func prepare(env *testscript.Env, hasModes bool) error {
	env.Setenv("HOME", env.WorkDir+"/home")
	env.Setenv("XDG_CONFIG_HOME", env.WorkDir+"/config")
	env.Setenv("XDG_STATE_HOME", env.WorkDir+"/state")
	env.Setenv("XDG_CACHE_HOME", env.WorkDir+"/cache")
	env.Setenv("NO_PROXY", "*")
	env.Setenv("GORACE", os.Getenv("GORACE")) // without it, programs built with the race detector take a second to exit
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
	if err := os.MkdirAll(env.WorkDir+"/home", 0o700); err != nil || !usesMock(env.T().(watched)) {
		return err
	}
	return giveMockKey(env.WorkDir + "/state")
}

// usesMock reports whether a script starts a mock: other scripts may check that
// there is no state folder.
func usesMock(script watched) bool {
	text, err := os.ReadFile(filepath.Join("testdata", "script", path.Base(script.Name())+".txtar"))
	return err == nil && regexp.MustCompile(`(?m)^mock |--server[ =]mock|epilot mock`).Match(text)
}
