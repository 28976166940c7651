//go:build unix

package prompt

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/epilot-cli/epilot/internal/failure"
)

func TestPlain(t *testing.T) {
	t.Parallel()
	p := sit(t, 80, true)
	p.asked(t.Context(), "select", Question{Text: "Colour", Options: colours()})
	p.Ask("its number:", "9\n")
	p.Ask("not accepted: type a number from 1 to 5", "3\n")
	p.want("2")
	p.asked(t.Context(), "multi", Question{Text: "Several", Options: colours(), Chosen: []int{0}})
	p.Ask("0 for none [1]:", "2, 4\n")
	p.want("[1 3]")
	p.asked(t.Context(), "confirm", Question{Text: "Sure"})
	p.Ask("Sure (y/N):", "y\n")
	p.want("true")
	p.asked(t.Context(), "input", Question{Text: "Name", Default: "x"})
	p.Ask("Name [x]:", "\n")
	p.want("x")
	p.asked(t.Context(), "password", Question{Text: "Token"})
	p.Ask("Token:", "hidden\n")
	p.want("hidden")
	if text := p.Raw(); strings.Contains(text, "\x1b") || strings.Contains(text, "hidden") {
		t.Errorf("lines alone, please, and no secret: %q", text)
	}
	p.asked(t.Context(), "input", Question{Text: "Leave"})
	p.Ask("Leave:", "\x04")
	p.want("130 cancelled")
}

func TestEdit(t *testing.T) {
	t.Parallel()
	script := filepath.Join(t.TempDir(), "my editor")
	text := "#!/bin/sh\nls -l \"$2\" | cut -c1-10\n[ -t 1 ] && printf '%s and more' \"$1\" >> \"$2\"\n"
	if err := os.WriteFile(script, []byte(text), 0o700); err != nil {
		t.Fatal(err)
	}
	p := sit(t, 80, false, script, "word")
	edited, err := p.prompts.Edit(t.Context(), "body.json", "before ")
	if err != nil || edited != "before word and more" {
		t.Errorf("%q, %v", edited, err)
	}
	p.Wait("-rw-------")
	for _, row := range []struct {
		words []string
		want  int
	}{{nil, 2}, {[]string{"no-such-editor-here"}, 2}, {[]string{"false"}, 5}} {
		_, err := sit(t, 80, false, row.words...).prompts.Edit(t.Context(), "x", "")
		if failure.ExitStatus(err) != row.want {
			t.Errorf("%q: %v", row.words, err)
		}
	}
}
