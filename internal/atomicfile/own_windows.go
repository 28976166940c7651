package atomicfile

import "io/fs"

const noFollow = 0 // Resume compares the file that it opened with the one that it has moved

func isOwn(fs.FileInfo) bool { return true }
