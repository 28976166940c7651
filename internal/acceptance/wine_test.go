package acceptance

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// needsUnix matches what a Windows program cannot run: a Unix terminal, login shell,
// device, mode, link or signal, and scripts that expect one particular system.
var needsUnix = regexp.MustCompile(`(?m)^(terminal|symlink|chmod)\b|mkfifo|kill |ulimit|/dev/|/bin/|\[!?(unix|windows|linux)\]|exec (bash|zsh|fish|ln)\b|^env (HOME|SHELL|PATH)=`)

// notInWine are scripts that share state with a mock started as a native program, or
// that show a Unix default.
var notInWine = []string{"config_defaults", "mock_full", "mock_token", "mock_refuses_foreign_hosts", "mock_prefer_success", "whoami_verify_with_the_mock"}

// TestScriptsInWine runs the scripts with the Windows build under Wine.
func TestScriptsInWine(t *testing.T) {
	t.Parallel()
	needsLoad(t, "it starts Wine for each command")
	w := newWine(t)
	var files []string
	all, err := filepath.Glob("testdata/script/*.txtar")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range all {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if needsUnix.Match(text) || slices.Contains(notInWine, strings.TrimSuffix(filepath.Base(name), ".txtar")) {
			continue
		}
		files = append(files, name)
	}
	t.Logf("%d of %d scripts need nothing of Unix", len(files), len(all))
	testscript.RunT(watched{t}, testscript.Params{
		Files: files,
		Setup: func(env *testscript.Env) error {
			if err := prepare(env, false); err != nil {
				return err
			}
			return w.setup(env)
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"serve":     serve,
			"intercept": intercept,
			"mock":      mock,
			"status":    status,
		},
		RequireExplicitExec: true,
	})
}

// wine is the Windows build and the environment that runs it.
type wine struct{ folder string }

// newWine skips the test if Wine is not installed.
func newWine(t *testing.T) *wine {
	const program, compiler, copier = "/usr/lib/wine/wine64", "x86_64-w64-mingw32-gcc", "x86_64-w64-mingw32-objcopy"
	if _, err := os.Stat(program); err != nil {
		t.Skip("wine64 is not installed")
	}
	for _, tool := range []string{compiler, copier, "gcc"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skip(tool, "is not installed")
		}
	}
	w := &wine{t.TempDir()}
	windows := append(os.Environ(), "GOOS=windows", "GOARCH=amd64", "CGO_ENABLED=0")
	w.run(t, windows, "go", "build", "-ldflags=-s -w", "-o", w.folder+"/epilot.exe", "../..")
	// Wine maps sections that start at a page, and reads others: 20 MB at each start.
	w.run(t, os.Environ(), copier, "--file-alignment", "4096", w.folder+"/epilot.exe")
	w.run(t, os.Environ(), compiler, "-shared", "-o", w.folder+"/bcryptprimitives.dll", "testdata/wine/bcryptprimitives.c", "-ladvapi32")
	for _, folder := range []string{"prefix", "bin"} {
		if err := os.Mkdir(filepath.Join(w.folder, folder), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	w.run(t, os.Environ(), "gcc", "-O1", "-Wall", "-Werror", "-o", w.folder+"/bin/epilot", "testdata/wine/epilot.c",
		define("WINE", program), define("PROGRAM", w.folder+"/epilot.exe"), define("TEMPORARY", w.folder))
	server := "/usr/lib/wine/wineserver64" // shared by all programs: its start takes a second
	w.run(t, w.environment(), server, "--persistent")
	t.Cleanup(func() { w.run(t, w.environment(), server, "--kill") })
	w.run(t, w.environment(), program, "wineboot", "-i")
	w.run(t, nil, "/bin/cp", w.folder+"/bcryptprimitives.dll", w.folder+"/prefix/drive_c/windows/system32/")
	return w
}

// environment returns the variables for Wine. Its programs find their server below
// TMPDIR, which is different for each script.
func (w *wine) environment() []string {
	return append(os.Environ(), "WINEPREFIX="+w.folder+"/prefix", "WINEDEBUG=-all", "LC_ALL=C.UTF-8", "TMPDIR="+w.folder)
}

func define(name, text string) string { return fmt.Sprintf("-D%s=%q", name, text) }

func (w *wine) run(t *testing.T, env []string, program string, args ...string) {
	cmd := exec.Command(program, args...) // not a pipe: Wine's server would keep it open
	cmd.Env = env
	if err := cmd.Run(); err != nil {
		t.Fatalf("%s %s: %v", program, strings.Join(args, " "), err)
	}
}

// setup lets a script find the Windows program, and gives its folders Windows names.
func (w *wine) setup(env *testscript.Env) error {
	env.Setenv("PATH", w.folder+"/bin:"+os.Getenv("PATH"))
	env.Setenv("WINEPREFIX", w.folder+"/prefix")
	env.Setenv("WINEDEBUG", "-all")
	env.Setenv("LC_ALL", "C.UTF-8") // the encoding of arguments
	for _, name := range []string{"XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME"} {
		env.Setenv(name, "Z:"+env.Getenv(name)) // Wine's drive for the root file system
	}
	return nil
}
