package emulator_test

import "os"

// quick tells that only a part of the catalog is tried: .ci/run sets the
// variable, and tries all of it.
func quick() bool { return os.Getenv("EPILOT_TEST_LOAD") == "" }
