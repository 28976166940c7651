package output

import (
	"fmt"
	"io"
	"strings"

	"github.com/epilot-cli/epilot/internal/failure"
	"github.com/epilot-cli/epilot/internal/output/render"
	"github.com/epilot-cli/epilot/internal/term"
)

func (e *exchange) render(out io.Writer, from io.Reader, m medium) error {
	if e.failed {
		from = io.TeeReader(from, &e.summary)
	}
	if m == foreign || m == events {
		return render.Text(out, from, e.onScreen() && e.o.Form.File != "-")
	}
	return render.Write(out, from, e.layout(m))
}

// onScreen reports whether the body goes to a terminal.
func (e *exchange) onScreen() bool { return e.p.Streams.OutTTY && !e.toFile() }

// open returns where the body goes: through the pager, except for streams
// without an end.
func (e *exchange) open(m medium) io.WriteCloser {
	if e.toFile() || e.o.Form.File == "-" || m == sequence || m == events {
		return term.Unpaged(e.destination())
	}
	return e.p.page()
}

// destination is where the body goes without a pager.
func (e *exchange) destination() io.Writer {
	if e.toFile() {
		return e.file.draft
	}
	e.p.status.clear()
	return e.p.Streams.Out
}

// layout is how a body of the medium is written.
func (e *exchange) layout(m medium) render.Layout {
	l := render.Layout{
		Format: e.format(m), Style: e.style(), Columns: e.o.Form.Columns,
		Sequence: m == sequence, LeftOut: func(names []string) { e.leftOut = names },
		Budget: e.p.Budget, Formulas: e.o.Form.Formulas, Missing: e.refuseMissing,
	}
	if e.onScreen() {
		l.Width = e.p.Streams.Width
	}
	return l
}

// style has neither colours nor escapes in a file.
func (e *exchange) style() render.Style {
	style := render.Style{Escape: e.onScreen()}
	if e.o.Form.Format == render.Flat {
		return style
	}
	style.Indent = "  "
	if e.onScreen() && e.p.Streams.Color {
		style.Palette = term.NewPalette(true)
	}
	return style
}

// format is the one of --output, or one that suits the medium. An error is not
// a row of a table; the values of a stream are for a person or for a program.
func (e *exchange) format(m medium) render.Format {
	switch asked := e.o.Form.Format; {
	case isTable(asked) && e.failed:
		return render.Pretty
	case asked == render.Raw && e.transformed:
		return render.Flat
	case asked != "":
		return asked
	case m == sequence && e.transformed && !e.onScreen():
		return render.Lines
	case m == sequence && !e.onScreen():
		return render.NDJSON
	}
	return render.Pretty
}

// refuseMissing is the error for columns of --columns that no item has.
func (e *exchange) refuseMissing(names, columns []string) error {
	list := strings.Join(columns[:min(len(columns), 20)], ", ")
	if len(columns) > 20 {
		list += fmt.Sprintf(" and %d more", len(columns)-20)
	}
	missing := failure.New(failure.Usage, "no item has the column %s", strings.Join(names, ", "))
	if list == "" {
		return missing
	}
	return missing.Hintf("the columns are %s", list)
}

// tellLeftOut names the columns that the terminal had no room for.
func (e *exchange) tellLeftOut() {
	if len(e.leftOut) == 0 || !e.p.Streams.ErrTTY || e.p.Flags.JSON || e.p.Flags.Quiet {
		return
	}
	names := e.leftOut
	if len(names) > 8 {
		names = append(names[:8:8], fmt.Sprintf("and %d more", len(e.leftOut)-8))
	}
	note := "Hidden columns: " + strings.Join(names, ", ") + " (choose with --columns)"
	fmt.Fprintln(e.p.Streams.Err, e.p.ErrPalette().Dim(term.Line(note)))
}
