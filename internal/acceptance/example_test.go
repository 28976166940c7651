package acceptance

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/epilot-cli/epilot/internal/catalog"
	"github.com/epilot-cli/epilot/internal/help"
	"github.com/epilot-cli/epilot/internal/openapi"
	"github.com/epilot-cli/epilot/internal/shell"
)

// fewExamples selects every ninth example, unless all of them run.
const fewExamples = 9

// TestExamplesRun runs the example in the help of every operation against the mock.
func TestExamplesRun(t *testing.T) {
	t.Parallel()
	known := catalog.New(catalog.Options{})
	for _, name := range known.Names() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			home := t.TempDir()
			api, err := known.Load(t.Context(), name, "")
			if err != nil {
				t.Fatal(err)
			}
			process := Process{Env: map[string]string{"HOME": home, "XDG_STATE_HOME": filepath.Join(home, "state")}}
			if err := giveMockKey(filepath.Join(home, "state")); err != nil {
				t.Fatal(err)
			}
			for i, op := range api.Operations {
				if !withLoad() && op.Example() == "" && i%fewExamples != 0 {
					continue
				}
				line := help.Example(api, op)
				if strings.Contains(line, `"string"`) || strings.Contains(line, "=string ") || strings.HasSuffix(line, "=string") {
					t.Errorf("an example says string: %s", line)
				}
				args, err := shell.Command("the example", line)
				if err != nil {
					t.Error(err)
					continue
				}
				if result := process.Run(t.Context(), append(args[1:], "--yes", "--server", "mock")...); result.Status != 0 {
					t.Errorf("%s: %d %s%.300s", line, result.Status, result.Stderr, result.Stdout)
				}
			}
		})
	}
}

// TestExamplesOfFormsRun: the examples of all bodies that are not JSON are accepted.
func TestExamplesOfFormsRun(t *testing.T) {
	t.Parallel()
	known, count := catalog.New(catalog.Options{}), 0
	for _, name := range known.Names() {
		api, err := known.Load(t.Context(), name, "")
		if err != nil {
			t.Fatal(err)
		}
		for _, op := range api.Operations {
			if op = op.Load(); op.Body == nil || openapi.JSON(op.Body.Contents) != nil {
				continue
			}
			count++
			line := help.Example(api, op)
			args, err := shell.Command("the example", line)
			if err != nil {
				t.Fatal(err)
			}
			if result := (Process{}).Run(t.Context(), append(args[1:], "--dry-run")...); result.Status != 0 {
				t.Errorf("%s: %d %s", line, result.Status, result.Stderr)
			}
		}
	}
	if count == 0 {
		t.Error("no operation has such a body")
	}
}
