//go:build !windows

package term

import "os"

// drawsEscapes returns true: unless TERM says otherwise, every terminal supports
// escape sequences.
func drawsEscapes(*os.File) bool { return true }
