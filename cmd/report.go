package cmd

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/epilot-cli/epilot/internal/failure"
	"github.com/epilot-cli/epilot/internal/render"
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
	HTTPStatus int          `json:"http_status,omitempty"` // where the API answered
}

// report prints an error, the only place that does, and returns the exit
// status that it stands for.
func (a *App) report(err error) int {
	if err == nil {
		return 0
	}
	failed := failure.Of(writeFailure(err))
	status := failure.ExitStatus(failed)
	switch {
	case failed.Kind == failure.Silent:
	case a.json:
		a.reportJSON(failed, status)
	case failed.Kind != failure.API || failed.Hint != "" || a.Streams.ErrTTY: // else the API's own answer is on stdout and says it better
		a.reportText(failed)
	}
	return status
}

func (a *App) reportJSON(failed *failure.Error, status int) {
	object := map[string]errorObject{"error": {
		Kind: failed.Kind, Message: failed.Message, Hint: failed.Hint,
		Status: status, HTTPStatus: failed.Status,
	}}
	encoder := json.NewEncoder(a.Streams.Err)
	encoder.SetEscapeHTML(false)
	_ = encoder.Encode(object) // nobody is left to tell
}

func (a *App) reportText(failed *failure.Error) {
	palette := term.NewPalette(a.Streams.ErrColor)
	fmt.Fprintf(a.Streams.Err, "%s %s\n", palette.Error("error:"), safeLines(failed.Message))
	if failed.Hint != "" {
		fmt.Fprintf(a.Streams.Err, "%s %s\n", palette.Dim("hint:"), safeLines(failed.Hint))
	}
}

// warn tells the person what is no failure: in words, or with --json in a form
// that a program can tell from an error.
func (a *App) warn(message string) {
	if a.json {
		object := map[string]map[string]string{"warning": {"message": message}}
		encoder := json.NewEncoder(a.Streams.Err)
		encoder.SetEscapeHTML(false)
		_ = encoder.Encode(object) // nobody is left to tell
		return
	}
	palette := term.NewPalette(a.Streams.ErrColor)
	fmt.Fprintf(a.Streams.Err, "%s %s\n", palette.Bold("warning:"), safeLines(message))
}

// safeLines keeps a message on its line, whatever a server or file put in it.
func safeLines(s string) string { return strings.ReplaceAll(term.Safe(s), "\n", " ") }

// writeFailure gives an error of stdout its kind: a reader that went away is
// no error at all, a full disk is one of a local file.
func writeFailure(err error) error {
	var write *render.WriteError
	if !errors.As(err, &write) {
		return err
	}
	if syserror.ClosedPipe(err) {
		return failure.New(failure.Silent, "%w", err)
	}
	return failure.New(failure.File, "the output cannot be written: %w", write.Err)
}

// asWriteError marks an error of writing stdout as one.
func asWriteError(err error) error {
	if err == nil {
		return nil
	}
	return &render.WriteError{Err: err}
}
