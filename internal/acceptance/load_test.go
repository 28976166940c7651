package acceptance

import (
	"os"
	"testing"
)

// loadVariable enables the tests that move much data, measure memory or time, or
// repeat a check for the complete catalog. .ci/run sets it.
const loadVariable = "EPILOT_TEST_LOAD"

func withLoad() bool { return os.Getenv(loadVariable) != "" }

// needsLoad skips a slow test with a reason.
func needsLoad(t *testing.T, why string) {
	t.Helper()
	if !withLoad() {
		t.Skipf("%s: set %s=1", why, loadVariable)
	}
}
