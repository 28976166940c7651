package output

import (
	"bytes"
	"context"
	"errors"
	"io"

	"github.com/epilot-cli/epilot/internal/budget"
	"github.com/epilot-cli/epilot/internal/failure"
	"github.com/epilot-cli/epilot/internal/output/render"
	"github.com/epilot-cli/epilot/internal/query"
	"github.com/epilot-cli/epilot/internal/term"
	"github.com/epilot-cli/epilot/internal/transport"
)

// transform applies the JSONata expression to the body, or to each value of a
// sequence as it arrives.
func (e *exchange) transform(ctx context.Context, from *source, m medium) error {
	e.transformed = true
	ctx = budget.Into(ctx, e.p.Budget)
	if m == sequence {
		return e.transformEach(ctx, from)
	}
	text, err := e.p.Budget.Meter(failure.Network, "the response").ReadAll(from)
	if from.failure() != nil {
		return transport.Classify(from.failure())
	}
	if err != nil {
		return err
	}
	if err := e.lost.error(); err != nil {
		return err
	}
	result, err := e.o.Program.Eval(ctx, text)
	if err == nil && !result.Defined && e.o.Form.Strict {
		result = query.Nothing(e.o.Program)
	}
	if err != nil || !result.Defined {
		return err
	}
	if bare, isText := result.Text(); isText && e.printsBare() {
		return e.line(bare)
	}
	return e.copy(&source{reader: bytes.NewReader(result.JSON)}, document)
}

// printsBare reports whether the format prints strings unquoted.
func (e *exchange) printsBare() bool {
	if e.o.Form.Strict {
		return false
	}
	switch e.o.Form.Format {
	case "", render.Pretty, render.Flat, render.Lines, render.Raw:
		return true
	}
	return false
}

// line writes a string and a newline.
func (e *exchange) line(text string) error {
	if e.onScreen() {
		text = term.Safe(text)
	}
	_, err := io.WriteString(e.destination(), text+"\n")
	return WriteError(err)
}

var errNotRead = errors.New("the reader of the results has gone")

// transformEach writes one result per value of the sequence.
func (e *exchange) transformEach(ctx context.Context, from *source) error {
	results, in := io.Pipe()
	go func() {
		err := render.Each(from, e.p.Budget, func(value []byte) error {
			result, err := e.o.Program.Eval(ctx, value)
			if err != nil || !result.Defined {
				return err
			}
			_, err = in.Write(append(result.JSON, '\n'))
			return err
		})
		in.CloseWithError(err)
	}()
	return e.passOn(results, from)
}

// passOn writes the results. If the source failed, that error explains why they
// ended; an error of the expression is not a network error.
func (e *exchange) passOn(results *io.PipeReader, from *source) error {
	defer results.CloseWithError(errNotRead)
	shown := &source{reader: results}
	out := e.open(sequence)
	err := e.render(out, shown, sequence)
	if closed := out.Close(); err == nil {
		err = closed
	}
	if shown.err == nil || errors.Is(shown.err, errNotRead) {
		return err
	}
	if failed := from.failure(); failed != nil {
		return transport.Classify(failed)
	}
	return shown.err
}
