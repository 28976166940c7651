//go:build !windows

package term

import "os"

// drawsEscapes: a terminal here is one that knows escape sequences, or TERM says
// that it is not.
func drawsEscapes(*os.File) bool { return true }
