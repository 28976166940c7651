//go:build unix

package acceptance

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/epilot-cli/epilot/internal/prompt/prompttest"
)

func TestEditor(t *testing.T) {
	t.Parallel()
	s := sit(t)
	valid := s.file("valid", "#!/bin/sh\ncp \"$1\" "+s.dir+"/offered\nprintf '// mine\\nname: CI token # yes\\n' > \"$1\"\n", 0o700)
	p := s.with("VISUAL="+valid).types("access-token", "createAccessToken", "--server", "mock")
	p.Ask("Add a request body to createAccessToken? (Y/n)", "\r")
	p.Ask("Request body of createAccessToken", "editor")
	p.Wait("> Editor")
	p.Type("\r")
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
	p.Ask("request body", "\r")
	p.Wait("> Editor") // as before
	p.Type("\r")
	p.Ask("Begin with the last body", "\r")
	exits(t, p, 0)
	if offered, _ := os.ReadFile(filepath.Join(s.dir, "offered")); !strings.Contains(string(offered), `"name": "CI token"`) {
		t.Errorf("the last body is not offered: %s", offered)
	}
}

// with returns the same home with additional environment variables.
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
	p.Ask("request body", "\r")
	p.Ask("Request body of", "\x1b[B\r")
	p.Wait(`"name": "mended"`)
	exits(t, p, 0)

	empty := s.file("empty", "#!/bin/sh\n: > \"$1\"\n", 0o700)
	p = s.with("EDITOR="+empty).types("access-token", "createAccessToken", "--server", "mock")
	p.Ask("request body", "\r")
	p.Ask("Request body of", "\r")
	p.Ask("Begin with the last body", "n\r")
	p.Wait("cancelled: the body is empty")
	exits(t, p, 130)
}

// TestEditorUnchanged: an unchanged text is sent only after confirmation, and never
// with the placeholder of a required field.
func TestEditorUnchanged(t *testing.T) {
	t.Parallel()
	s, server := sit(t, "EPILOT_TOKEN=SeCrEt-token", "EDITOR=true"), record(t)
	begin := func() *prompttest.Terminal {
		p := s.types("access-token", "createAccessToken", "--server", server.URL)
		p.Ask("(Y/n)", "\r")
		p.Ask("Request body of", "editor")
		p.Wait("> Editor")
		p.Type("\r")
		return p
	}
	p := begin()
	p.Wait(`name is still the placeholder "string"`)
	exits(t, p, 2)

	filled := s.file("filled", "#!/bin/sh\nsed -i 's/\"string\"/\"CI\"/' \"$1\"\n", 0o700)
	p = s.with("EDITOR="+filled).types("access-token", "createAccessToken", "--server", server.URL)
	p.Ask("(Y/n)", "\r")
	p.Ask("Request body of", "\x1b[B\r")
	exits(t, p, 0)

	p = begin()
	p.Ask("last body", "\r")
	p.Ask("The body is unchanged. Send it? (y/N)", "\r")
	p.Wait("nothing was sent")
	exits(t, p, 130)
	if n := len(server.all()); n != 1 {
		t.Errorf("%d requests, want 1", n)
	}
	p = begin()
	p.Ask("last body", "\r")
	p.Ask("The body is unchanged. Send it? (y/N)", "y\r")
	exits(t, p, 0)
	if all := server.all(); len(all) != 2 || all[0] != all[1] {
		t.Errorf("sent %q", all)
	}
}
