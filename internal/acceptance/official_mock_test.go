package acceptance

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/epilot-cli/epilot/internal/catalog"
	"github.com/epilot-cli/epilot/internal/openapi"
)

// TestOfficialAtTheMock runs the sample call of every operation with the official
// CLI and with ours, each against its own mock with the same initial state: each
// call succeeds, and the bodies are the same.
func TestOfficialAtTheMock(t *testing.T) {
	t.Parallel()
	official := findOfficial(t)
	known := catalog.New(catalog.Options{})
	names, state := known.Names(), firstState(t, known)
	const processes = 2 // official CLI processes; each runs its calls one by one
	for n := range processes {
		var calls []sampleCall
		for _, name := range slices.Collect(every(names, n, processes)) {
			api, err := known.Load(t.Context(), name, "")
			if err != nil {
				t.Fatal(err)
			}
			calls = append(calls, planSamples(t, api)...)
		}
		t.Run(fmt.Sprint(n), func(t *testing.T) {
			t.Parallel()
			compareAtTheMock(t, official, newLocal(t, known, state), newLocal(t, known, state), calls)
		})
	}
}

// every yields every step-th name, starting with first.
func every(names []string, first, step int) func(func(string) bool) {
	return func(yield func(string) bool) {
		for i := first; i < len(names) && yield(names[i]); i += step {
		}
	}
}

// sampleCall is an operation's sample call and the official CLI's known bugs with
// its response.
type sampleCall struct {
	*plannedCall
	fault answerFault
}

func planSamples(t *testing.T, api *openapi.API) []sampleCall {
	t.Helper()
	promised := promises(t, api)
	var calls []sampleCall
	for _, op := range api.Operations {
		calls = append(calls, sampleCall{planSample(api.Name, op.Load(), promised[op.ID]), faultOf(op)})
	}
	return calls
}

func compareAtTheMock(t *testing.T, official officialCLI, ours, theirs *local, calls []sampleCall) {
	t.Helper()
	lines := make([][]string, len(calls))
	for i, c := range calls {
		lines[i] = official.words(append(slices.Clone(c.args), theirs.flags(c.plannedCall)...))
	}
	got, agreed := official.runAll(t, lines), 0
	for i, c := range calls {
		args := slices.Clone(c.args[:len(c.args)-2]) // without --definition: the catalog has the same one
		result := Process{Env: map[string]string{"HOME": official.home}}.Run(t.Context(), append(append(args, "--yes"), ours.flags(c.plannedCall)...)...)
		same := got[i].Status == 0 && sameAnswer(ours.answer(result.Stdout), theirs.answer(got[i].Out))
		if same {
			agreed++
		}
		if wrong := c.wrong(result, same, got[i].Status == 0); wrong != "" {
			t.Errorf("%s\n\tepilot %s\n\tours     %d %.500q %s\n\tofficial %d %.500q %s",
				wrong, strings.Join(args, " "), result.Status, result.Stdout, result.Stderr, got[i].Status, got[i].Out, got[i].Err)
		}
	}
	t.Logf("%d of %d answers are the same", agreed, len(calls))
	if agreed < len(calls)*9/10 {
		t.Errorf("of %d answers only %d are the same", len(calls), agreed)
	}
}

// mockTells are operations for which the mock's response reveals how the official
// CLI sends their parameters: an array as "type[]", or path parameters in another
// order than the path's.
var mockTells = []string{"getFiles", "getConfigVersion"}

// wrong describes how the outcome differs from the expected one. The official CLI's
// known bugs must occur: a fixed bug must be removed from the list.
func (c sampleCall) wrong(ours Result, same, succeeds bool) string {
	parts := knownFaults(c.plannedCall)
	fails := slices.Contains(parts, "call") || slices.Contains(parts, "media type")
	switch {
	case c.fault == followsPost:
		if ours.Status != 3 || !strings.Contains(ours.Stderr, "redirects of a POST are not followed") {
			return "ours follows a redirect of a POST"
		}
	case strings.Contains(ours.Stderr, "so --json cannot be applied"):
		return "" // the official CLI prints text and images despite --json
	case ours.Status != 0:
		return "ours fails"
	case slices.Contains(mockTells, c.args[1]):
		return ""
	}
	switch {
	case (fails || c.fault != "") && same:
		return "a fault of the official CLI is mended"
	case !fails && !succeeds:
		return "the official CLI fails"
	case !fails && c.fault == "" && !same:
		return "the bodies differ"
	}
	return ""
}

// sameAnswer reports whether the responses are the same, ignoring one more bug of
// the official CLI: it prints a JSON string without its quotes, even with --json.
func sameAnswer(ours, theirs any) bool {
	if text, isText := ours.(string); isText {
		return fmt.Sprint(theirs) == text
	}
	return reflect.DeepEqual(ours, theirs)
}
