//go:build unix

package budget

import (
	"os"
	"runtime"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// available returns how many more bytes the system lets this process use; bounded is
// false without a limit.
func available() (free int64, bounded bool) {
	free = 1 << 62
	consider := func(limit, used int64) {
		if limit > 0 && limit < 1<<60 {
			free, bounded = min(free, max(limit-used, 0)), true
		}
	}
	virtual, resident := sizes()
	consider(rlimit(unix.RLIMIT_AS), virtual)
	consider(rlimit(unix.RLIMIT_DATA), resident)
	if runtime.GOOS == "linux" {
		consider(number("/sys/fs/cgroup/memory.max"), number("/sys/fs/cgroup/memory.current"))
	}
	return free, bounded
}

func rlimit(which int) int64 {
	var limit unix.Rlimit
	if unix.Getrlimit(which, &limit) != nil || uint64(limit.Cur) >= 1<<62 {
		return 0
	}
	return int64(limit.Cur)
}

// sizes returns the address space and the resident memory of the process, in bytes.
func sizes() (virtual, resident int64) {
	text, err := os.ReadFile("/proc/self/statm")
	fields := strings.Fields(string(text))
	if err != nil || len(fields) < 2 {
		used := inUse()
		return used, used
	}
	page := int64(os.Getpagesize())
	virtual, _ = strconv.ParseInt(fields[0], 10, 64)
	resident, _ = strconv.ParseInt(fields[1], 10, 64)
	return virtual * page, resident * page
}

// number returns the number in a file, or 0.
func number(file string) int64 {
	text, err := os.ReadFile(file)
	if err != nil {
		return 0
	}
	n, err := strconv.ParseInt(strings.TrimSpace(string(text)), 10, 64)
	if err != nil {
		return 0
	}
	return n
}
