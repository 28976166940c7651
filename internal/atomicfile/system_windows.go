package atomicfile

import (
	"errors"
	"io/fs"
	"os"
	"time"

	"golang.org/x/sys/windows"
)

const (
	renamePatience = 2 * time.Second
	renameInterval = 10 * time.Millisecond
)

// rename retries while another process, such as a virus scanner, briefly has one of
// the files open: Windows fails a rename then.
func rename(from, to string) error {
	for end := time.Now().Add(renamePatience); ; time.Sleep(renameInterval) {
		err := os.Rename(from, to)
		if err == nil || !isTransient(err) || time.Now().After(end) {
			return err
		}
	}
}

func isTransient(err error) bool {
	return errors.Is(err, windows.ERROR_ACCESS_DENIED) || errors.Is(err, windows.ERROR_SHARING_VIOLATION) ||
		errors.Is(err, windows.ERROR_LOCK_VIOLATION)
}

const noFollow = 0 // Resume compares the file it opened with the one it renamed

func isOwn(fs.FileInfo) bool { return true }
