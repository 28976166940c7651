package acceptance

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/epilot-cli/epilot/internal/catalog"
)

// sampleStep draws every eighth operation; EPILOT_TEST_ALL takes them all.
const sampleStep = 8

// TestOfficial gives the same command line to the official CLI and to ours,
// and compares what arrives. EPILOT_OFFICIAL_CLI names the script of the npm
// package @epilot/cli 0.1.11: node_modules/@epilot/cli/dist/bin/epilot.js.
// Both follow the same documents; the official CLI's own are older.
func TestOfficial(t *testing.T) {
	t.Parallel()
	official := findOfficial(t)
	known := catalog.New(catalog.Options{})
	server := newReceiver(t)
	number := 0
	for _, name := range known.Names() {
		api, err := known.Load(t.Context(), name, "")
		if err != nil {
			t.Fatal(err)
		}
		promised := promises(t, api)
		for _, op := range api.Operations {
			if number++; number%sampleStep != 1 && !everything() {
				continue
			}
			t.Run(name+"/"+op.ID, func(t *testing.T) {
				t.Parallel()
				official.compare(t, server, planShared(name, op.Load(), promised[op.ID]))
			})
		}
	}
}

// officialCLI runs the official program, in an empty home.
type officialCLI struct{ node, script, home string }

func findOfficial(t *testing.T) officialCLI {
	t.Helper()
	script := os.Getenv("EPILOT_OFFICIAL_CLI")
	node, err := exec.LookPath("node")
	switch {
	case script == "" || sdkDefinitions() == "":
		t.Skip("EPILOT_OFFICIAL_CLI and EPILOT_SDK_DEFINITIONS do not name the npm packages @epilot/cli and @epilot/sdk")
	case err != nil:
		t.Skip("node is not installed")
	}
	return officialCLI{node: node, script: script, home: t.TempDir()}
}

// run returns the program's exit status and what it printed.
func (o officialCLI) run(t *testing.T, args []string) (int, string) {
	t.Helper()
	return o.plain(t, o.words(args))
}

// plain runs the program with the arguments as they are.
func (o officialCLI) plain(t *testing.T, args []string) (int, string) {
	t.Helper()
	program := exec.CommandContext(t.Context(), o.node, append([]string{o.script}, args...)...)
	program.Dir = o.home
	program.Env = []string{"HOME=" + o.home, "NO_PROXY=*", "PATH=" + os.Getenv("PATH")}
	printed, err := program.CombinedOutput()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return program.ProcessState.ExitCode(), string(printed)
}

// words name the API as the official CLI does: some came after it, and need a
// name that it knows beside their --definition; one has commands of its own.
func (o officialCLI) words(args []string) []string {
	api := []string{args[0]}
	_, err := os.Stat(filepath.Join(filepath.Dir(o.script), "..", "..", "definitions", args[0]+".json"))
	switch {
	case args[0] == "app":
		api = []string{"app", "api"}
	case err != nil:
		api = []string{"entity"}
	}
	return slices.Concat(api, args[1:])
}

// compare runs both programs. The parts that differ must be those of the
// official CLI's known faults, no more and no fewer.
func (o officialCLI) compare(t *testing.T, server *receiver, c *plannedCall) {
	t.Helper()
	ours, theirs := server.prefix(), server.prefix()
	line := func(prefix string) []string {
		return append(slices.Clone(c.args), "--token", "token-of-the-test", "--server", server.url+prefix)
	}
	result := Process{Env: map[string]string{"HOME": o.home}}.Run(t.Context(), append(line(ours), "--yes")...)
	if result.Status != 0 {
		t.Errorf("ours ends with %d: %s\n\tepilot %s", result.Status, result.Stderr, strings.Join(c.args, " "))
	}
	status, printed := o.run(t, line(theirs))
	got, want := server.take(ours), server.take(theirs)
	if len(got) != 1 {
		t.Fatalf("ours sent %d requests", len(got))
	}
	differs := []string{"call"}
	if status == 0 && len(want) == 1 {
		differs = differences(c, got[0], want[0])
	}
	if faults := knownFaults(c); !slices.Equal(differs, faults) {
		t.Errorf("different: %q, known faults: %q\n\tepilot %s\n\tours %+v\n\tofficial %+v\n\t%s",
			differs, faults, strings.Join(c.args, " "), got, want, printed)
	}
}
