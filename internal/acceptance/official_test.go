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

// sampleStep selects every eighth operation; EPILOT_TEST_ALL selects all.
const sampleStep = 8

// TestOfficial runs the same command lines with the official CLI and with ours, and
// compares the requests. EPILOT_OFFICIAL_CLI names the script of the npm package
// @epilot/cli 0.1.11: node_modules/@epilot/cli/dist/bin/epilot.js. Both use the same
// documents, because the official CLI's own are older.
func TestOfficial(t *testing.T) {
	t.Parallel()
	official := findOfficial(t)
	known := catalog.New(catalog.Options{})
	server := newReceiver(t)
	number := 0
	var calls []*sharedCall
	var lines [][]string
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
			c := &sharedCall{planShared(name, op.Load(), promised[op.ID]), server.prefix(), server.prefix()}
			calls = append(calls, c)
			lines = append(lines, official.words(c.line(server, c.theirs)))
		}
	}
	for i, left := range official.runAll(t, lines) {
		c := calls[i]
		t.Run(c.args[0]+"/"+c.args[1], func(t *testing.T) {
			t.Parallel()
			official.compare(t, server, c, left)
		})
	}
}

// sharedCall is a call of both programs and the path prefixes that tell their
// requests apart.
type sharedCall struct {
	*plannedCall
	ours, theirs string
}

// line returns the arguments that send the call to the server, below a prefix.
func (c *sharedCall) line(server *receiver, prefix string) []string {
	return append(slices.Clone(c.args), "--token", "token-of-the-test", "--server", server.url+prefix)
}

// officialCLI runs the official program with an empty home.
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

// run returns the program's exit status and output.
func (o officialCLI) run(t *testing.T, args []string) (int, string) {
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

// words returns the arguments with the API's name for the official CLI: newer APIs
// need a name that it knows in addition to their --definition, and one has its own
// commands.
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

// compare runs our program. The parts that differ from the official CLI's request
// must be exactly those of its known bugs.
func (o officialCLI) compare(t *testing.T, server *receiver, c *sharedCall, official outcome) {
	t.Helper()
	result := Process{Env: map[string]string{"HOME": o.home}}.Run(t.Context(), append(c.line(server, c.ours), "--yes")...)
	if result.Status != 0 {
		t.Errorf("ours ends with %d: %s\n\tepilot %s", result.Status, result.Stderr, strings.Join(c.args, " "))
	}
	got, want := server.take(c.ours), server.take(c.theirs)
	if len(got) != 1 {
		t.Fatalf("ours sent %d requests", len(got))
	}
	differs := []string{"call"}
	if official.Status == 0 && len(want) == 1 {
		differs = differences(c.plannedCall, got[0], want[0])
	}
	if faults := knownFaults(c.plannedCall); !slices.Equal(differs, faults) {
		t.Errorf("different: %q, known faults: %q\n\tepilot %s\n\tours %+v\n\tofficial %+v\n\t%s%s",
			differs, faults, strings.Join(c.args, " "), got, want, official.Out, official.Err)
	}
}
