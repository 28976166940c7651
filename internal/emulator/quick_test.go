package emulator_test

import (
	"os"
	"testing"
)

// quick reports whether to test only a part of the catalog: .ci/run sets the
// variable to test all of it.
func quick() bool { return os.Getenv("EPILOT_TEST_LOAD") == "" }

// interval is the step between the operations that a test calls. The race
// detector (-short) needs few: all operations share the same code.
func interval() int {
	switch {
	case testing.Short():
		return 40
	case quick():
		return 10
	}
	return 1
}
