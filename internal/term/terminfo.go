package term

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// isDescribed reports whether the system has a description of the terminal TERM.
// Without one, less waits for Return before it prints anything. A system without
// folders of descriptions has another kind of database, so the answer is yes.
func isDescribed(lookup func(string) (string, bool), system []string) bool {
	name, _ := lookup("TERM")
	if name == "" || strings.ContainsAny(name, `/\`) {
		return false
	}
	present := false
	for _, dir := range terminfoDirs(lookup, system) {
		if _, err := os.Stat(dir); err != nil {
			continue
		}
		present = true
		for _, letter := range []string{name[:1], fmt.Sprintf("%x", name[0])} { // the second one on macOS
			if _, err := os.Stat(filepath.Join(dir, letter, name)); err == nil {
				return true
			}
		}
	}
	return !present
}

// terminfoDirs returns the folders that ncurses searches (terminfo(5)).
func terminfoDirs(lookup func(string) (string, bool), system []string) []string {
	var dirs []string
	if dir, _ := lookup("TERMINFO"); dir != "" {
		dirs = append(dirs, dir)
	}
	if home, _ := lookup("HOME"); home != "" {
		dirs = append(dirs, filepath.Join(home, ".terminfo"))
	}
	if list, _ := lookup("TERMINFO_DIRS"); list != "" {
		dirs = append(dirs, filepath.SplitList(list)...)
	}
	return append(dirs, system...)
}

func systemTerminfo() []string {
	return []string{
		"/etc/terminfo", "/lib/terminfo", "/usr/share/terminfo", "/usr/lib/terminfo",
		"/usr/share/lib/terminfo", "/usr/local/share/terminfo", "/opt/homebrew/share/terminfo",
	}
}
