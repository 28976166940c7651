package term

import (
	"bytes"
	"errors"
	"io"
	"os/exec"
	"runtime"
	"strings"

	"github.com/epilot-cli/epilot/internal/shell"
)

// PagerOptions are what a pager needs of the world.
type PagerOptions struct {
	LookupEnv func(string) (string, bool) // os.LookupEnv; nil for an empty environment
	Setting   func() (string, bool)       // the pager of the configuration file; may be nil
	Started   func()                      // called once a pager has the screen; may be nil
}

// Pager returns where long text for a person goes. What fits on the screen is
// printed, and stays there; from the first row that does not fit on, all of it
// goes through the pager that EPILOT_PAGER, the configuration file or PAGER
// names, else less. A variable that is set but empty, or "cat", means none.
// Nothing is paged where Out is not a terminal, its height is unknown, TERM is
// dumb, unset or unknown, or CI is set.
//
// Close waits until the person leaves the pager. Writes fail with EPIPE once the
// person has left it. What a pager refuses, because it does not start or fails,
// is printed.
func (s *Streams) Pager(o PagerOptions) io.WriteCloser {
	if o.LookupEnv == nil {
		o.LookupEnv = func(string) (string, bool) { return "", false }
	}
	if !s.OutTTY || s.Height <= 1 || !canPage(o.LookupEnv, runtime.GOOS) {
		return Unpaged(s.Out)
	}
	line := o.command()
	if line == "" || line == "cat" {
		return Unpaged(s.Out)
	}
	return &screenful{streams: s, options: o, line: line, rows: rowCount{width: s.Width}}
}

// Unpaged gives a writer a Close that does nothing.
func Unpaged(w io.Writer) io.WriteCloser { return unpaged{w} }

type unpaged struct{ io.Writer }

func (unpaged) Close() error { return nil }

// canPage reports whether the terminal is one that a pager can draw on. Windows
// does not set TERM.
func canPage(lookup func(string) (string, bool), system string) bool {
	if ci, _ := lookup("CI"); ci != "" && ci != "false" && ci != "0" {
		return false
	}
	switch kind, _ := lookup("TERM"); kind {
	case "":
		return system == "windows"
	case "dumb", "unknown":
		return false
	}
	return true
}

func (o PagerOptions) command() string {
	if line, set := o.LookupEnv("EPILOT_PAGER"); set {
		return strings.TrimSpace(line)
	}
	if o.Setting != nil {
		if line, set := o.Setting(); set {
			return strings.TrimSpace(line)
		}
	}
	if line, set := o.LookupEnv("PAGER"); set {
		return strings.TrimSpace(line)
	}
	return "less"
}

// pagerCommand is the process that the line stands for: a program and its
// arguments, or what a shell makes of a pipeline.
func pagerCommand(line string) *exec.Cmd {
	args, err := shell.Command("the pager", line)
	switch {
	case err == nil:
		return exec.Command(args[0], args[1:]...)
	case runtime.GOOS == "windows":
		return exec.Command(line)
	}
	return exec.Command("/bin/sh", "-c", line)
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

// most is how much text is kept for the case that the pager fails: one that has
// read more than that works.
const most = 1 << 20 // bytes

// screenful holds text back until it is more than the screen has room for, and
// starts the pager then.
type screenful struct {
	streams *Streams
	options PagerOptions
	line    string

	rows  rowCount
	kept  bytes.Buffer // what came so far, as long as it may have to be printed
	pager *exec.Cmd    // nil before it has started
	in    io.WriteCloser
	plain bool // print, there is no pager
	left  error
}

func (f *screenful) Write(p []byte) (int, error) {
	switch {
	case f.left != nil:
		return 0, f.left
	case f.plain:
		return f.streams.Out.Write(p)
	case f.pager != nil:
		return f.feed(p)
	}
	f.kept.Write(p)
	f.rows.count(p)
	if f.rows.total() < f.streams.Height { // the last row is for the shell's prompt
		return len(p), nil
	}
	if !f.start() {
		return len(p), f.print()
	}
	if _, err := f.in.Write(f.kept.Bytes()); err != nil {
		return len(p), f.leave(err)
	}
	return len(p), nil
}

func (f *screenful) start() bool {
	cmd := pagerCommand(f.line)
	cmd.Stdout, cmd.Stderr = f.streams.Out, f.streams.Err
	cmd.Env = append(cmd.Environ(), pagerDefaults(f.options.LookupEnv)...)
	in, err := cmd.StdinPipe()
	if err != nil {
		return false
	}
	if cmd.Start() != nil {
		return false
	}
	if f.options.Started != nil {
		f.options.Started()
	}
	f.pager, f.in = cmd, in
	return true
}

func (f *screenful) feed(p []byte) (int, error) {
	if f.kept.Len() <= most {
		f.kept.Write(p)
	}
	if _, err := f.in.Write(p); err != nil {
		if err = f.leave(err); err != nil {
			return 0, err
		}
	}
	return len(p), nil
}

// leave is called when the pager does not read any more: a person who has left
// it is told to the writer, a pager that failed is replaced.
func (f *screenful) leave(broken error) error {
	if f.wait() {
		return f.print()
	}
	f.left = broken
	return broken
}

// wait ends the pager's input and waits for it. It reports whether the pager
// failed, so that what it was given has to be printed.
func (f *screenful) wait() (failed bool) {
	_ = f.in.Close() // fails only when the pager is gone, which Wait tells
	err := f.pager.Wait()
	exit := (*exec.ExitError)(nil)
	if !errors.As(err, &exit) {
		return false
	}
	return exit.Exited() && f.kept.Len() <= most // a signal is a way for a person to leave
}

// print prints what was kept, and whatever comes.
func (f *screenful) print() error {
	f.plain = true
	_, err := f.streams.Out.Write(f.kept.Bytes())
	f.kept.Reset()
	return err
}

func (f *screenful) Close() error {
	switch {
	case f.plain || f.left != nil:
		return nil
	case f.pager == nil || f.wait():
		return f.print()
	}
	return nil
}

// rowCount counts the rows that text takes on a terminal of that width.
type rowCount struct {
	width int // 0 where it is unknown: a line is one row then
	whole int // rows of finished lines
	line  []byte
}

const longestLine = 64 << 10 // bytes of a line that are measured

func (c *rowCount) count(p []byte) {
	for len(p) > 0 {
		text, rest, ends := bytes.Cut(p, []byte("\n"))
		c.line = append(c.line, text[:min(len(text), longestLine)]...)
		if !ends {
			return
		}
		c.whole += c.height()
		c.line, p = c.line[:0], rest
	}
}

// height is how many rows the unfinished line takes.
func (c *rowCount) height() int {
	if c.width <= 0 || len(c.line) <= c.width && !bytes.ContainsRune(c.line, '\t') {
		return 1
	}
	cells := Width(string(bytes.ReplaceAll(c.line, []byte("\t"), []byte("        "))))
	return max(1, (cells+c.width-1)/c.width)
}

// total is the rows of everything so far.
func (c *rowCount) total() int {
	if len(c.line) == 0 {
		return c.whole
	}
	return c.whole + c.height()
}

// Page returns where long output goes: a pager when Out is a terminal and one
// is there (paged), else Out itself. EPILOT_PAGER names it, then PAGER, then it is less;
// a variable that is set but empty, or "cat", means none. lookup is
// os.LookupEnv or its like. Close waits until the person leaves the pager.
// Writes fail with EPIPE once the person has left it.
func (s *Streams) Page(lookup func(string) (string, bool)) (out io.WriteCloser, paged bool) {
	if !s.OutTTY {
		return plain{s.Out}, false
	}
	words := originalPager(lookup)
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

func originalPager(lookup func(string) (string, bool)) []string {
	for _, name := range []string{"EPILOT_PAGER", "PAGER"} {
		if value, set := lookup(name); set {
			return splitLine(value)
		}
	}
	return []string{"less"}
}

// splitLine splits a command line at spaces; either quote keeps a word together.
func splitLine(line string) []string {
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
