//go:build !unix || aix || illumos || solaris

package store

import "os"

// unlock closes the file, and with it the lock.
func unlock(file *os.File) { _ = file.Close() }
