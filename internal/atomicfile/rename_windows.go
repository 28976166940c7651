package atomicfile

import (
	"errors"
	"os"
	"time"

	"golang.org/x/sys/windows"
)

const (
	renamePatience = 2 * time.Second
	renameInterval = 10 * time.Millisecond
)

// rename waits where another process has one of the files open for a moment, to
// read it or to look for viruses: Windows then refuses, and later does not.
func rename(from, to string) error {
	for end := time.Now().Add(renamePatience); ; time.Sleep(renameInterval) {
		err := os.Rename(from, to)
		if err == nil || !passing(err) || time.Now().After(end) {
			return err
		}
	}
}

func passing(err error) bool {
	return errors.Is(err, windows.ERROR_ACCESS_DENIED) || errors.Is(err, windows.ERROR_SHARING_VIOLATION) ||
		errors.Is(err, windows.ERROR_LOCK_VIOLATION)
}
