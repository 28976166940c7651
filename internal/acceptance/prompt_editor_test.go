//go:build unix

package acceptance

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestEditor(t *testing.T) {
	t.Parallel()
	s := sit(t)
	valid := s.file("valid", "#!/bin/sh\ncp \"$1\" "+s.dir+"/offered\nprintf '// mine\\nname: CI token # yes\\n' > \"$1\"\n", 0o700)
	p := s.with("VISUAL="+valid).types("access-token", "createAccessToken", "--server", "mock")
	p.Ask("can have a body", "y\r")
	p.Wait("201 Created")
	p.Wait(`"name": "CI token"`)
	exits(t, p, 0)
	offered, err := os.ReadFile(filepath.Join(s.dir, "offered"))
	if err != nil || !strings.Contains(string(offered), "//   JourneyTokenParameters: name: string, journey_id: string") {
		t.Errorf("offered %s %v", offered, err)
	}
	kept := filepath.Join(s.dir, "config/epilot/cache/access-token_createAccessToken.json")
	if info, err := os.Stat(kept); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the body is not kept: %v", err)
	}
	p = s.with("EDITOR=true", "EPILOT_EDITOR="+valid).types("access-token", "createAccessToken", "--server", "mock")
	p.Ask("can have a body", "y\r")
	p.Ask("Begin with the last body", "\r")
	exits(t, p, 0)
	if offered, _ := os.ReadFile(filepath.Join(s.dir, "offered")); !strings.Contains(string(offered), `"name": "CI token"`) {
		t.Errorf("the last body is not offered: %s", offered)
	}
}

// with is the same home with more in the environment.
func (s *sitting) with(env ...string) *sitting {
	return &sitting{t: s.t, dir: s.dir, env: append(append([]string{}, s.env...), env...)}
}

func TestEditorAgain(t *testing.T) {
	t.Parallel()
	s := sit(t)
	editor := s.file("editor", `#!/bin/sh
if grep -q '^// error: body: \$.name: must be string, not integer .* at line:2:10' "$1"; then
  echo '{"name": "mended"}' > "$1"
else
  echo '{"name": 1}' > "$1"
fi
`, 0o700)
	p := s.with("EDITOR="+editor).types("access-token", "createAccessToken", "--server", "mock")
	p.Ask("can have a body", "y\r")
	p.Wait(`"name": "mended"`)
	exits(t, p, 0)

	empty := s.file("empty", "#!/bin/sh\n: > \"$1\"\n", 0o700)
	p = s.with("EDITOR="+empty).types("access-token", "createAccessToken", "--server", "mock")
	p.Ask("can have a body", "y\r")
	p.Ask("Begin with the last body", "n\r")
	p.Wait("cancelled: the body is empty")
	exits(t, p, 130)
}
