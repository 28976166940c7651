package profiles

import (
	"path/filepath"
	"testing"
)

func TestDirectories(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		env           []string
		config, state string
	}{
		"home":     {[]string{"HOME", "/h"}, "/h/.config/epilot", "/h/.local/state/epilot"},
		"XDG":      {[]string{"HOME", "/h", "XDG_CONFIG_HOME", "/c", "XDG_STATE_HOME", "/s"}, "/c/epilot", "/s/epilot"},
		"relative": {[]string{"HOME", "/h", "XDG_CONFIG_HOME", "c", "XDG_STATE_HOME", "."}, "/h/.config/epilot", "/h/.local/state/epilot"},
		"Windows":  {[]string{"USERPROFILE", "/u"}, "/u/.config/epilot", "/u/.local/state/epilot"},
		"nothing":  {nil, "", ""},
		"not here": {[]string{"HOME", "."}, "", ""},
	}
	for name, test := range tests {
		getenv := func(name string) string {
			text, _ := lookup(test.env...)(name)
			return text
		}
		config, state := ConfigDir(getenv), StateDir(getenv)
		if filepath.ToSlash(config) != test.config || filepath.ToSlash(state) != test.state {
			t.Errorf("%s: got %q and %q", name, config, state)
		}
	}
}
