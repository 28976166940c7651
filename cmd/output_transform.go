package cmd

import (
	"bytes"
	"context"
	"errors"
	"io"

	"github.com/epilot-cli/epilot/internal/render"
	"github.com/epilot-cli/epilot/internal/term"
	"github.com/epilot-cli/epilot/internal/transport"
)

// transform applies the JSONata expression to the whole body, or to each value
// of a sequence as it arrives.
func (a *answer) transform(ctx context.Context, from *source, m medium) error {
	a.transformed = true
	if m == sequence {
		return a.transformEach(ctx, from)
	}
	text, err := io.ReadAll(from)
	if err != nil {
		return transport.Classify(err)
	}
	result, err := a.program.Eval(ctx, text)
	if err != nil || !result.Defined {
		return err
	}
	if bare, isText := result.Text(); isText && a.showsBare() {
		return a.line(bare)
	}
	return a.copy(&source{reader: bytes.NewReader(result.JSON)}, document)
}

// showsBare reports whether the format has a text as it is, without quotes.
func (a *answer) showsBare() bool {
	switch a.form.format {
	case "", render.Pretty, render.Flat, render.Lines, render.Raw:
		return true
	}
	return false
}

// line writes a text and the end of its line.
func (a *answer) line(text string) error {
	if a.onScreen() {
		text = term.Safe(text)
	}
	_, err := io.WriteString(a.destination(), text+"\n")
	return asWriteError(err)
}

var errNotRead = errors.New("nobody reads the results any more")

// transformEach writes the results in a row, as the values were.
func (a *answer) transformEach(ctx context.Context, from *source) error {
	results, in := io.Pipe()
	go func() {
		err := render.Each(from, func(value []byte) error {
			result, err := a.program.Eval(ctx, value)
			if err != nil || !result.Defined {
				return err
			}
			_, err = in.Write(append(result.JSON, '\n'))
			return err
		})
		in.CloseWithError(err)
	}()
	return a.passOn(results, from)
}

// passOn shows the results. An error of the source is why they end, where it
// has one, and what the expression says is not the network's fault.
func (a *answer) passOn(results *io.PipeReader, from *source) error {
	defer results.CloseWithError(errNotRead)
	shown := &source{reader: results}
	out := a.open(sequence)
	err := a.write(out, shown, sequence)
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
