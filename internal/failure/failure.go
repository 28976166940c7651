// Package failure gives every error of the program a kind, from which the exit
// status and the machine-readable form follow, and a hint that says what to do.
// It does not print: the command line does that, in one place.
package failure

import (
	"errors"
	"fmt"
)

// Kind is what an error is about, as programs read it in the "kind" member of
// the error object that --json writes.
type Kind string

// The kinds, one for each exit status of the program.
const (
	API         Kind = "api"         // the API answered 400 or more
	Usage       Kind = "usage"       // the command line or input is wrong, nothing was sent
	Network     Kind = "network"     // not reached, or what came back is broken
	Credentials Kind = "credentials" // none usable, or they may not go to that server
	File        Kind = "file"        // a local file cannot be read or written
	Query       Kind = "jsonata"     // a JSONata expression failed
	Interrupted Kind = "interrupted" // SIGINT
	Terminated  Kind = "terminated"  // SIGTERM
	Different   Kind = "different"   // two documents are not the same: what is printed says it
	Silent      Kind = "silent"      // the reader of stdout went away: nothing to say
)

var statuses = map[Kind]int{
	API: 1, Usage: 2, Network: 3, Credentials: 4, File: 5, Query: 6,
	Interrupted: 130, Terminated: 143, Different: 1, Silent: 0,
}

// Kinds are the kinds that end the process with a status other than 0, in the
// order of the statuses.
func Kinds() []Kind {
	return []Kind{API, Usage, Network, Credentials, File, Query, Interrupted, Terminated}
}

// Error is an error with a kind, and a hint on the way out of it.
type Error struct {
	Kind    Kind
	Message string // lower case, one line, no token in it
	Hint    string // what to do, may be empty
	Status  int    // HTTP status for kind API, else 0
	Body    []byte // the response's body for kind API, cut and without secrets; may be nil
	Err     error  // the cause, may be nil
}

// New returns an error of the kind. The format takes %w.
func New(kind Kind, format string, args ...any) *Error {
	err := fmt.Errorf(format, args...)
	return &Error{Kind: kind, Message: err.Error(), Err: errors.Unwrap(err)}
}

// Hintf returns a copy of the error that carries the hint.
func (e *Error) Hintf(format string, args ...any) *Error {
	with := *e
	with.Hint = fmt.Sprintf(format, args...)
	return &with
}

func (e *Error) Error() string { return e.Message }

func (e *Error) Unwrap() error { return e.Err }

// ExitStatus is the status that the process ends with: 0 for nil, the status
// of the outermost kind in the chain, and 2 for an error without a kind.
func ExitStatus(err error) int {
	if err == nil {
		return 0
	}
	if status, known := statuses[Of(err).Kind]; known {
		return status
	}
	return statuses[Usage]
}

// Of returns the outermost Error of the chain, or the error dressed as one of
// kind Usage: what cobra and pflag return is about the command line.
func Of(err error) *Error {
	var failed *Error
	if errors.As(err, &failed) {
		return failed
	}
	return &Error{Kind: Usage, Message: err.Error(), Err: err}
}
