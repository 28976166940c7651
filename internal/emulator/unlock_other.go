//go:build !unix || aix || illumos || solaris

package emulator

import "os"

// unlock closes the file, and with it the lock.
func unlock(file *os.File) { _ = file.Close() }
