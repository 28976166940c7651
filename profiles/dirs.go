package profiles

import "path/filepath"

// ConfigDir is the directory of the configuration, shared with the official
// CLI: epilot under XDG_CONFIG_HOME, else under ~/.config, on every system. It
// is "" where neither is known: a directory relative to the current one would
// let any checked-out repository bring its own.
// https://specifications.freedesktop.org/basedir-spec/latest/
func ConfigDir(getenv func(string) string) string {
	return directory(getenv, "XDG_CONFIG_HOME", ".config")
}

// StateDir is the directory of what the program keeps between runs: epilot
// under XDG_STATE_HOME, else under ~/.local/state; "" where neither is known.
func StateDir(getenv func(string) string) string {
	return directory(getenv, "XDG_STATE_HOME", filepath.Join(".local", "state"))
}

// CacheDir is the directory of what can be downloaded again: epilot under
// XDG_CACHE_HOME, else under ~/.cache; "" where neither is known.
func CacheDir(getenv func(string) string) string {
	return directory(getenv, "XDG_CACHE_HOME", ".cache")
}

func directory(getenv func(string) string, variable, inHome string) string {
	// The specification says to ignore a path that is not absolute.
	if base := getenv(variable); filepath.IsAbs(base) {
		return filepath.Join(base, "epilot")
	}
	for _, home := range []string{getenv("HOME"), getenv("USERPROFILE")} {
		if filepath.IsAbs(home) {
			return filepath.Join(home, inHome, "epilot")
		}
	}
	return ""
}
