package failure_test

import (
	"errors"
	"fmt"
	"io"
	"testing"

	"github.com/epilot-cli/epilot/internal/failure"
)

func TestExitStatus(t *testing.T) {
	t.Parallel()
	for want, err := range map[int]error{
		0:   nil,
		1:   failure.New(failure.API, "no"),
		2:   errors.New("from cobra"),
		3:   fmt.Errorf("around: %w", failure.New(failure.Network, "no")),
		4:   failure.New(failure.Credentials, "no").Hintf("log in"),
		5:   failure.New(failure.File, "no: %w", failure.New(failure.Usage, "inner")),
		6:   failure.New(failure.Query, "no"),
		130: failure.New(failure.Interrupted, "no"),
		143: failure.New(failure.Terminated, "no"),
	} {
		if got := failure.ExitStatus(err); got != want {
			t.Errorf("%v: %d, want %d", err, got, want)
		}
	}
}

func TestChain(t *testing.T) {
	t.Parallel()
	err := failure.New(failure.Network, "the answer ended: %w", io.ErrUnexpectedEOF)
	if !errors.Is(err, io.ErrUnexpectedEOF) || err.Error() != "the answer ended: unexpected EOF" {
		t.Errorf("%v", err)
	}
	if hinted := err.Hintf("try %s", "again"); hinted.Hint != "try again" || err.Hint != "" {
		t.Errorf("hints %q and %q: the first error must stay as it was", hinted.Hint, err.Hint)
	}
}

func TestCount(t *testing.T) {
	t.Parallel()
	for want, got := range map[string]string{
		"1 cell":       failure.Count(1, "cell"),
		"0 cells":      failure.Count(0, "cell"),
		"2 properties": failure.Count(2, "property"),
		"1 property":   failure.Count(1, "property"),
		"3 days":       failure.Count(3, "day"),
	} {
		if got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}
