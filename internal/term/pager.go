package term

import (
	"errors"
	"io"
	"os/exec"
	"strings"
)

// Page returns where long output goes: a pager when Out is a terminal and one
// is there (paged), else Out itself. EPILOT_PAGER names it, then PAGER, then it is less;
// a variable that is set but empty, or "cat", means none. lookup is
// os.LookupEnv or its like. Close waits until the person leaves the pager.
// Writes fail with EPIPE once the person has left it.
func (s *Streams) Page(lookup func(string) (string, bool)) (out io.WriteCloser, paged bool) {
	if !s.OutTTY {
		return plain{s.Out}, false
	}
	words := pagerCommand(lookup)
	if len(words) == 0 || words[0] == "cat" {
		return plain{s.Out}, false
	}
	cmd := exec.Command(words[0], words[1:]...)
	cmd.Stdout, cmd.Stderr = s.Out, s.Err
	cmd.Env = append(cmd.Environ(), pagerDefaults(lookup)...)
	in, err := cmd.StdinPipe()
	if err != nil || cmd.Start() != nil {
		return plain{s.Out}, false
	}
	return &pager{WriteCloser: in, wait: cmd.Wait}, true
}

func pagerCommand(lookup func(string) (string, bool)) []string {
	for _, name := range []string{"EPILOT_PAGER", "PAGER"} {
		if value, set := lookup(name); set {
			return words(value)
		}
	}
	return []string{"less"}
}

// pagerDefaults: less leaves short output on the screen and shows colours.
func pagerDefaults(lookup func(string) (string, bool)) []string {
	var env []string
	if _, set := lookup("LESS"); !set {
		env = append(env, "LESS=FRX")
	}
	if _, set := lookup("LV"); !set {
		env = append(env, "LV=-c")
	}
	return env
}

// words splits a command line at spaces; either quote keeps a word together.
func words(line string) []string {
	var found []string
	var word strings.Builder
	quote, inside := rune(0), false
	for _, r := range line + " " {
		switch {
		case quote == 0 && (r == '"' || r == '\''):
			quote, inside = r, true
		case r == quote:
			quote = 0
		case quote == 0 && (r == ' ' || r == '\t'):
			if inside {
				found = append(found, word.String())
			}
			word.Reset()
			inside = false
		default:
			word.WriteRune(r)
			inside = true
		}
	}
	return found
}

type pager struct {
	io.WriteCloser
	wait func() error
}

func (p *pager) Close() error {
	p.WriteCloser.Close() // fails only when the pager is gone, which Wait tells
	err := p.wait()
	if exit := (*exec.ExitError)(nil); errors.As(err, &exit) {
		return nil // how a person leaves the pager is no failure of ours
	}
	return err
}

type plain struct{ io.Writer }

func (plain) Close() error { return nil }
