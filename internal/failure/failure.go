// Package failure gives every error of the program a kind, which determines the exit
// status and the machine-readable form, and a hint that says what to do. It does not
// print errors: the command line does, in one place.
package failure

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// Kind is the kind of an error, as in the "kind" field of the error object that
// --json prints.
type Kind string

// The kinds, one per exit status.
const (
	API         Kind = "api"         // the API returned 400 or more
	Usage       Kind = "usage"       // invalid command line or input, nothing was sent
	Network     Kind = "network"     // server not reached, or its response is broken
	Credentials Kind = "credentials" // no usable credentials, or not allowed for the server
	File        Kind = "file"        // a local file cannot be read or written
	Query       Kind = "jsonata"     // a JSONata expression failed
	Interrupted Kind = "interrupted" // SIGINT
	Terminated  Kind = "terminated"  // SIGTERM
	Different   Kind = "different"   // two documents differ, as the output shows
	Silent      Kind = "silent"      // the reader of stdout is gone: print nothing
)

var statuses = map[Kind]int{
	API: 1, Usage: 2, Network: 3, Credentials: 4, File: 5, Query: 6,
	Interrupted: 130, Terminated: 143, Different: 1, Silent: 0,
}

// Kinds returns the kinds with an exit status other than 0, in the order of the
// statuses.
func Kinds() []Kind {
	return []Kind{API, Usage, Network, Credentials, File, Query, Interrupted, Terminated}
}

// Error is an error with a kind and a hint on how to fix it.
type Error struct {
	Kind    Kind
	Message string // lower case, one line, without tokens
	Hint    string // what to do; may be empty
	Status  int    // HTTP status for kind API, else 0
	Body    []byte // response body for kind API, truncated and redacted; may be nil
	Err     error  // the cause; may be nil
}

// New returns an error of the kind. The format supports %w.
func New(kind Kind, format string, args ...any) *Error {
	err := fmt.Errorf(format, args...)
	return &Error{Kind: kind, Message: err.Error(), Err: errors.Unwrap(err)}
}

// Hintf returns a copy of the error with the hint.
func (e *Error) Hintf(format string, args ...any) *Error {
	with := *e
	with.Hint = fmt.Sprintf(format, args...)
	return &with
}

func (e *Error) Error() string { return e.Message }

func (e *Error) Unwrap() error { return e.Err }

// ExitStatus returns the exit status of the process: 0 for nil, the status of the
// outermost kind in the chain, or 2 for an error without a kind.
func ExitStatus(err error) int {
	if err == nil {
		return 0
	}
	if status, known := statuses[Of(err).Kind]; known {
		return status
	}
	return statuses[Usage]
}

// Of returns the outermost Error of the chain, or the error as one of kind Usage:
// errors of cobra and pflag concern the command line.
func Of(err error) *Error {
	var failed *Error
	if errors.As(err, &failed) {
		return failed
	}
	return &Error{Kind: Usage, Message: err.Error(), Err: err}
}

// Count returns a number with its noun: "1 cell", "3 cells".
func Count(n int, noun string) string { return strconv.Itoa(n) + " " + Plural(n, noun) }

// Plural returns the noun, with the ending of the plural unless n is 1.
func Plural(n int, noun string) string {
	if n == 1 {
		return noun
	}
	stem, isY := strings.CutSuffix(noun, "y")
	if isY && strings.TrimRight(stem, "aeou") == stem { // property, but not day
		return stem + "ies"
	}
	return noun + "s"
}
