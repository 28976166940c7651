//go:build !unix

package acceptance

import "github.com/rogpeppe/go-internal/testscript"

func terminal(ts *testscript.TestScript, _ bool, _ []string) {
	ts.Fatalf("no terminal can be made here; guard the script with [unix]")
}
