package term

import (
	"os"
	"path/filepath"
	"testing"
)

func TestIsDescribed(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	for _, name := range []string{"system/x/xterm", "mac/78/xterm-mac", "home/.terminfo/o/own", "listed/l/listed"} {
		file := filepath.Join(root, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, nil, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	in := func(name string) string { return filepath.Join(root, name) }
	for _, row := range []struct {
		name   string
		env    map[string]string
		system []string
		want   bool
	}{
		{"known", map[string]string{"TERM": "xterm"}, []string{in("none"), in("system")}, true},
		{"macOS", map[string]string{"TERM": "xterm-mac"}, []string{in("mac")}, true},
		{"of the user", map[string]string{"TERM": "own", "HOME": in("home")}, []string{in("system")}, true},
		{"of TERMINFO", map[string]string{"TERM": "own", "TERMINFO": in("home/.terminfo")}, []string{in("system")}, true},
		{"listed", map[string]string{"TERM": "listed", "TERMINFO_DIRS": in("none") + string(filepath.ListSeparator) + in("listed")}, []string{in("system")}, true},
		{"unknown", map[string]string{"TERM": "wombat"}, []string{in("system")}, false},
		{"a path", map[string]string{"TERM": "../x/xterm"}, []string{in("system")}, false},
		{"none", nil, []string{in("system")}, false},
		{"another database", map[string]string{"TERM": "wombat"}, []string{in("none")}, true},
	} {
		lookup := func(name string) (string, bool) { value, set := row.env[name]; return value, set }
		if got := isDescribed(lookup, row.system); got != row.want {
			t.Errorf("%s: %v", row.name, got)
		}
	}
}
