package output

import (
	"encoding/json"
	"errors"
	"fmt"

	"github.com/epilot-cli/epilot/internal/failure"
	"github.com/epilot-cli/epilot/internal/output/render"
	"github.com/epilot-cli/epilot/internal/syserror"
	"github.com/epilot-cli/epilot/internal/term"
)

// errorObject is the shape of an error for programs; docs/architecture.md
// describes it.
type errorObject struct {
	Kind       failure.Kind `json:"kind"`
	Message    string       `json:"message"`
	Hint       string       `json:"hint,omitempty"`
	Status     int          `json:"status"`                // the exit status
	HTTPStatus int          `json:"http_status,omitempty"` // of kind api
	Body       any          `json:"body,omitempty"`        // of kind api: what the API said, see errorBody
}

// Error prints an error, the only place that does, and returns the exit status
// that it stands for: 0 for nil.
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

// errorBody is the body of an error response as the error object holds it: the
// JSON value, else a string.
func errorBody(body []byte) any {
	switch {
	case len(body) == 0:
		return nil
	case json.Valid(body):
		return json.RawMessage(body)
	}
	return string(body)
}

// Warn tells the person about something that is not a failure.
func (p *Printer) Warn(message string) {
	p.status.clear()
	if p.Flags.JSON {
		p.object("warning", map[string]string{"message": message})
		return
	}
	p.labelled(p.ErrPalette().Bold("warning:"), message)
}

// Note tells the person what was done, or what the program waits for.
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

// Summary tells what a run has done: a line for a person, or an object with
// --json.
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
		_, _ = p.Streams.Err.Write(text) // nobody is left to tell
	}
}

// WriteError marks an error of writing to stdout, for Error.
func WriteError(err error) error {
	if err == nil {
		return nil
	}
	return &render.WriteError{Err: err}
}

// fileError gives an error of stdout its kind: a reader that went away is not
// an error at all, a full disk is one of a local file.
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
