package upgrade

import (
	"io/fs"
	"os"
)

// setAside moves the program away: a running one can be renamed, not replaced.
func setAside(program, old string) error { return os.Rename(program, old) }

func giveTo(*os.File, fs.FileInfo) {} // a new file belongs to who made it
