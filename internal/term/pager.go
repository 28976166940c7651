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

// PagerOptions are a pager's inputs.
type PagerOptions struct {
	LookupEnv func(string) (string, bool) // os.LookupEnv; nil for an empty environment
	Setting   func() (string, bool)       // the "pager" setting of the configuration file; may be nil
	Started   func()                      // called once a pager controls the screen; may be nil
}

// Pager returns a writer for long text. Text that fits on the screen is printed and
// stays there; longer text goes entirely through the pager set by EPILOT_PAGER, the
// configuration file or PAGER, or else less. An empty variable, or "cat", disables
// the pager. There is no paging if Out is not a terminal, its height is unknown,
// TERM is dumb, unset or unknown to the system, or CI is set.
//
// Close waits until the user quits the pager. After that, writes fail with EPIPE. If
// the pager does not start or fails, the text is printed.
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

// Unpaged adds a Close that does nothing to a writer.
func Unpaged(w io.Writer) io.WriteCloser { return unpaged{w} }

type unpaged struct{ io.Writer }

func (unpaged) Close() error { return nil }

// canPage reports whether a pager can draw on the terminal. Windows does not set
// TERM.
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

// pagerCommand returns the command for a pager setting: a program and its arguments,
// or a shell for a pipeline.
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

// pagerDefaults makes less keep short output on the screen and show colours.
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

// most is how many bytes are kept in case the pager fails: a pager that has read
// more than that works.
const most = 1 << 20 // bytes

// screenful buffers text until it exceeds the screen, then starts the pager.
type screenful struct {
	streams *Streams
	options PagerOptions
	line    string

	rows  rowCount
	kept  bytes.Buffer // the text so far, while it may still have to be printed
	pager *exec.Cmd    // nil before it starts
	in    io.WriteCloser
	plain bool // print without a pager
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
	if f.rows.total() < f.streams.Height { // the last row is for the shell prompt
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
	if runtime.GOOS != "windows" && !isDescribed(f.options.LookupEnv, systemTerminfo()) {
		return false
	}
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

// leave is called when the pager stops reading. If the user quit, the writer gets an
// error; if the pager failed, the text is printed.
func (f *screenful) leave(broken error) error {
	if f.wait() {
		return f.print()
	}
	f.left = broken
	return broken
}

// wait closes the pager's input and waits for it to exit. It reports whether the
// pager failed, so that its input must be printed.
func (f *screenful) wait() (failed bool) {
	_ = f.in.Close() // fails only if the pager is gone, which Wait reports
	err := f.pager.Wait()
	exit := (*exec.ExitError)(nil)
	if !errors.As(err, &exit) {
		return false
	}
	return exit.Exited() && f.kept.Len() <= most // a signal means that the user quit
}

// print prints the kept text and all later text.
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

// rowCount counts the rows of text on a terminal.
type rowCount struct {
	width int // 0 if unknown: each line then counts as one row
	whole int // rows of complete lines
	line  []byte
}

const longestLine = 64 << 10 // bytes of a line to measure

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

// height returns the number of rows of the unfinished line.
func (c *rowCount) height() int {
	if c.width <= 0 || len(c.line) <= c.width && !bytes.ContainsRune(c.line, '\t') {
		return 1
	}
	cells := Width(string(bytes.ReplaceAll(c.line, []byte("\t"), []byte("        "))))
	return max(1, (cells+c.width-1)/c.width)
}

// total returns the number of rows so far.
func (c *rowCount) total() int {
	if len(c.line) == 0 {
		return c.whole
	}
	return c.whole + c.height()
}
