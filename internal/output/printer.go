// Package output writes what a command prints: data and responses to stdout or a
// file, messages and one status line to stderr. It chooses the format and the sink;
// internal/output/render does the formatting. It does not send requests, does not
// know flag names and never prompts.
package output

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/epilot-cli/epilot/internal/budget"
	"github.com/epilot-cli/epilot/internal/failure"
	"github.com/epilot-cli/epilot/internal/help"
	"github.com/epilot-cli/epilot/internal/jsonx"
	"github.com/epilot-cli/epilot/internal/output/render"
	"github.com/epilot-cli/epilot/internal/syserror"
	"github.com/epilot-cli/epilot/internal/term"
)

// Printer is created once per run. Its methods are safe for concurrent use, but the
// output of two simultaneous responses on stdout is interleaved.
type Printer struct {
	Streams      *term.Streams
	LookupEnv    func(string) (string, bool) // of the pager: PAGER, LESS, TERM, CI and others; nil for an empty environment
	PagerName    func() (string, bool)       // the "pager" setting of the configuration file; may be nil
	PagerStarted func()                      // called once a pager controls the screen; may be nil
	Now          func() time.Time            // nil: time.Now
	StateDir     string                      // where interrupted downloads are recorded; "" disables resuming
	Budget       budget.Budget               // limits the memory for a response
	Flags        Flags

	status statusLine
}

// Flags are the global flags that affect output.
type Flags struct{ JSON, Verbose, Include, Quiet, NoInteractive bool }

// Palette returns the colours for stdout.
func (p *Printer) Palette() *term.Palette { return p.Streams.Palette() }

// ErrPalette returns the colours for stderr.
func (p *Printer) ErrPalette() *term.Palette { return p.Streams.ErrPalette() }

// Page returns an empty page for Print.
func (p *Printer) Page() *help.Page { return help.NewPage(p.Palette(), p.Streams.Width) }

// Show prints value as JSON with --json, otherwise the page that write fills.
func (p *Printer) Show(value any, write func(*help.Page)) error {
	if p.Flags.JSON {
		return p.PrintJSON(value)
	}
	page := p.Page()
	write(page)
	return p.Print(page)
}

// PrintJSON prints a value on one line, like a response with --json.
func (p *Printer) PrintJSON(value any) error {
	text, err := encode(value)
	if err != nil {
		return err
	}
	p.status.clear()
	return render.JSON(p.Streams.Out, bytes.NewReader(text), render.Style{Escape: p.Streams.OutTTY})
}

// encode returns value as JSON with a newline, without escaping <, > and &.
func encode(value any) ([]byte, error) {
	text, err := jsonx.Encode(value)
	return append(text, '\n'), err
}

// Print prints a page, through the pager if it does not fit on the screen.
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

// Text prints a string. On a terminal, control sequences are escaped.
func (p *Printer) Text(text string) error {
	if p.Streams.OutTTY {
		text = term.Safe(text)
	}
	p.status.clear()
	_, err := io.WriteString(p.Streams.Out, text)
	return WriteError(err)
}

// page returns a writer for human-readable text, through a pager if it is taller
// than the screen. There is no pager if a program reads the output or in a CI job.
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

// errorObject is the JSON shape of an error, described in docs/architecture.md.
type errorObject struct {
	Kind       failure.Kind `json:"kind"`
	Message    string       `json:"message"`
	Hint       string       `json:"hint,omitempty"`
	Status     int          `json:"status"`                // the exit status
	HTTPStatus int          `json:"http_status,omitempty"` // kind api only
	Body       any          `json:"body,omitempty"`        // kind api only: the response body, see errorBody
}

// Error prints err and returns its exit status, 0 for nil. Errors are printed
// nowhere else.
func (p *Printer) Error(err error) int {
	p.status.clear()
	if err == nil {
		return 0
	}
	failed := failure.Of(fileError(err))
	status := failure.ExitStatus(failed)
	switch {
	case failed.Kind == failure.Silent || failed.Kind == failure.Different:
	case p.Flags.JSON:
		p.object("error", errorObject{
			Kind: failed.Kind, Message: failed.Message, Hint: failed.Hint,
			Status: status, HTTPStatus: failed.Status, Body: errorBody(failed.Body),
		})
	case p.Flags.Quiet && failed.Kind == failure.API:
	default:
		p.labelled(p.ErrPalette().Error("error:"), failed.Message)
		if failed.Hint != "" {
			p.labelled(p.ErrPalette().Dim("hint:"), failed.Hint)
		}
	}
	return status
}

// errorBody returns the body of an error response for the error object: the JSON
// value, or else a string.
func errorBody(body []byte) any {
	switch {
	case len(body) == 0:
		return nil
	case json.Valid(body):
		return json.RawMessage(body)
	}
	return string(body)
}

// Warn prints a warning that is not a failure.
func (p *Printer) Warn(message string) {
	p.status.clear()
	if p.Flags.JSON {
		p.object("warning", map[string]string{"message": message})
		return
	}
	p.labelled(p.ErrPalette().Bold("warning:"), message)
}

// Note prints what was done, or what the program is waiting for.
func (p *Printer) Note(format string, args ...any) {
	message := fmt.Sprintf(format, args...)
	switch {
	case p.Flags.Quiet:
		return
	case p.Flags.JSON:
		p.object("note", map[string]string{"message": message})
		return
	}
	p.status.clear()
	fmt.Fprintln(p.Streams.Err, term.Line(message))
}

// Summary prints the outcome of a run: a line of text, or an object with --json.
func (p *Printer) Summary(line string, value any) {
	if p.Flags.JSON {
		p.object("summary", value)
		return
	}
	p.Note("%s", line)
}

func (p *Printer) labelled(label, message string) {
	fmt.Fprintf(p.Streams.Err, "%s %s\n", label, term.Line(message))
}

func (p *Printer) object(name string, value any) {
	if text, err := encode(map[string]any{name: value}); err == nil {
		_, _ = p.Streams.Err.Write(text) // nowhere left to report it
	}
}

// WriteError marks err as a failed write to stdout, for Error.
func WriteError(err error) error {
	if err == nil {
		return nil
	}
	return &render.WriteError{Err: err}
}

// fileError gives a stdout error its kind: a closed reader is not an error, a full
// disk is a local file error.
func fileError(err error) error {
	var write *render.WriteError
	if !errors.As(err, &write) {
		return err
	}
	if syserror.ClosedPipe(err) || syserror.Reset(err) {
		return failure.New(failure.Silent, "%w", err)
	}
	return failure.New(failure.File, "the output cannot be written: %w", write.Err)
}
