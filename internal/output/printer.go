// Package output writes what a command has to say: data and responses on stdout
// or into a file, messages and one status line on stderr. It chooses the format
// and the sink; internal/output/render lays the text out. It does not send
// requests, knows no flags by name, and asks nobody.
package output

import (
	"bytes"
	"io"
	"time"

	"github.com/epilot-cli/epilot/internal/budget"
	"github.com/epilot-cli/epilot/internal/help"
	"github.com/epilot-cli/epilot/internal/jsonx"
	"github.com/epilot-cli/epilot/internal/output/render"
	"github.com/epilot-cli/epilot/internal/term"
)

// Printer is made once for a run. Its methods are safe for several goroutines,
// but two responses that go to stdout at once are mixed.
type Printer struct {
	Streams      *term.Streams
	LookupEnv    func(string) (string, bool) // EPILOT_PAGER, PAGER, LESS, LV, TERM, CI; nil for an empty environment
	PagerName    func() (string, bool)       // the setting "pager" of the configuration file; may be nil
	PagerStarted func()                      // called once a pager has the screen; may be nil
	Now          func() time.Time            // nil: time.Now
	StateDir     string                      // where interrupted downloads are remembered; "" for nowhere
	Budget       budget.Budget               // of what a response may take of the memory
	Flags        Flags

	status statusLine
}

// Flags are the flags of every command that change what is printed.
type Flags struct{ JSON, Verbose, Include, Quiet, NoInteractive bool }

// Palette colours what goes to stdout.
func (p *Printer) Palette() *term.Palette { return term.NewPalette(p.Streams.Color) }

// ErrPalette colours what goes to stderr.
func (p *Printer) ErrPalette() *term.Palette { return term.NewPalette(p.Streams.ErrColor) }

// Page is an empty page for Print.
func (p *Printer) Page() *help.Page { return help.NewPage(p.Palette(), p.Streams.Width) }

// Show prints a value as JSON where --json asks for it, else the page that the
// function writes.
func (p *Printer) Show(value any, write func(*help.Page)) error {
	if p.Flags.JSON {
		return p.PrintJSON(value)
	}
	page := p.Page()
	write(page)
	return p.Print(page)
}

// PrintJSON prints a value on one line, as every response is with --json.
func (p *Printer) PrintJSON(value any) error {
	text, err := encode(value)
	if err != nil {
		return err
	}
	p.status.clear()
	return render.JSON(p.Streams.Out, bytes.NewReader(text), render.Style{Escape: p.Streams.OutTTY})
}

// encode is the value as JSON with a newline, with <, > and & as they are.
func encode(value any) ([]byte, error) {
	text, err := jsonx.Encode(value)
	return append(text, '\n'), err
}

// Print prints a page, through the pager where the screen is too small for it.
func (p *Printer) Print(page io.WriterTo) error {
	out := p.page()
	_, err := page.WriteTo(out)
	if closed := out.Close(); err == nil {
		err = closed
	}
	return WriteError(err)
}

// Line prints a string and a newline.
func (p *Printer) Line(text string) error { return p.Text(text + "\n") }

// Text prints a string. On a terminal it cannot do more than be read.
func (p *Printer) Text(text string) error {
	if p.Streams.OutTTY {
		text = term.Safe(text)
	}
	p.status.clear()
	_, err := io.WriteString(p.Streams.Out, text)
	return WriteError(err)
}

// page is where text for a person goes: through a pager where it is taller than
// the screen. A program that reads gets no pager, and a CI job neither.
func (p *Printer) page() io.WriteCloser {
	p.status.clear()
	if p.Flags.JSON || p.Flags.NoInteractive {
		return term.Unpaged(p.Streams.Out)
	}
	return p.Streams.Pager(term.PagerOptions{LookupEnv: p.LookupEnv, Setting: p.PagerName, Started: p.PagerStarted})
}

func (p *Printer) now() time.Time {
	if p.Now == nil {
		return time.Now()
	}
	return p.Now()
}

func (p *Printer) lookup(name string) string {
	if p.LookupEnv == nil {
		return ""
	}
	value, _ := p.LookupEnv(name)
	return value
}
