//go:build !unix || aix || illumos || solaris

package store

import "os"

// unlock closes the file, which releases its lock.
func unlock(file *os.File) { _ = file.Close() }
