package cmd

import (
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"github.com/epilot-cli/epilot/internal/failure"
	"github.com/epilot-cli/epilot/internal/nearest"
	"github.com/epilot-cli/epilot/internal/render"
	"github.com/epilot-cli/epilot/internal/term"
)

// outputFlags is what the line says about the form of the answer.
type outputFlags struct{ format, columns, file string }

func (f *outputFlags) add(flags *pflag.FlagSet) {
	flags.StringVarP(&f.format, "output", "o", "", "Form of the answer: "+strings.Join(render.Formats(), ", "))
	flags.StringVar(&f.columns, "columns", "", "Columns of a table or CSV: a,b.c,list.0.id")
	flags.StringVar(&f.file, "out-file", "", "Write the answer to this file, or into this folder; - for stdout as it is")
}

// output is the form of the answer, once it makes sense.
type output struct {
	format  render.Format // "" where the line leaves it to the answer
	columns []string
	file    string
}

// outputForm checks the flags before anything is sent.
func (o *callOptions) outputForm() (output, error) {
	form := output{format: render.Format(o.output.format), file: o.output.file}
	if err := knownFormat(o.output.format); err != nil {
		return form, err
	}
	if o.json && form.format != "" && form.format != render.Flat {
		return form, failure.New(failure.Usage, "--json and --output %s exclude each other", form.format).
			Hintf("leave one out; ndjson has a line of JSON for each item")
	}
	if o.json {
		form.format = render.Flat
	}
	return form, form.setColumns(o.output.columns)
}

func knownFormat(name string) error {
	formats := render.Formats()
	if name == "" || slices.Contains(formats, name) {
		return nil
	}
	list := strings.Join(formats, ", ")
	unknown := failure.New(failure.Usage, "--output has no format %q", name)
	if near := nearest.Match(name, formats); near != "" {
		return unknown.Hintf("did you mean %s? The formats are %s", near, list)
	}
	return unknown.Hintf("the formats are %s", list)
}

// setColumns reads the list of columns; who names some wants a table.
func (f *output) setColumns(list string) error {
	if list == "" {
		return nil
	}
	if f.format == "" {
		f.format = render.Table
	}
	if !isTable(f.format) {
		return failure.New(failure.Usage, "--columns has no meaning for %s", f.format).
			Hintf("use it with --output table, csv or tsv; --jsonata picks members of JSON")
	}
	for column := range strings.SplitSeq(list, ",") {
		column = strings.TrimSpace(column)
		if column == "" {
			return failure.New(failure.Usage, "--columns %q names an empty column", list).
				Hintf("give it as in --columns id,name,address.city")
		}
		f.columns = append(f.columns, column)
	}
	return nil
}

func isTable(format render.Format) bool {
	return format == render.Table || format == render.CSV || format == render.TSV
}

// style has no colour and no escapes in a file.
func (a *answer) style() render.Style {
	streams := a.options.app.Streams
	style := render.Style{Escape: a.onScreen()}
	if a.form.format == render.Flat {
		return style
	}
	style.Indent = "  "
	if a.onScreen() && streams.Color {
		style.Palette = term.NewPalette(true)
	}
	return style
}

// onScreen reports whether the body goes to a terminal.
func (a *answer) onScreen() bool { return a.options.app.Streams.OutTTY && !a.toFile() }

// layout is how a body of the medium is written.
func (a *answer) layout(m medium) render.Layout {
	l := render.Layout{
		Format: a.format(m), Style: a.style(), Columns: a.form.columns,
		Sequence: m == sequence, LeftOut: func(names []string) { a.leftOut = names },
	}
	if a.onScreen() {
		l.Width = a.options.app.Streams.Width
	}
	return l
}

// format is the one that was asked for, or that suits. An error is no row of a
// table, and the values of a stream are for a person or for a program.
func (a *answer) format(m medium) render.Format {
	switch asked := a.form.format; {
	case isTable(asked) && a.failed:
		return render.Pretty
	case asked == render.Raw && a.transformed:
		return render.Flat
	case asked != "":
		return asked
	case m == sequence && a.transformed && !a.onScreen():
		return render.Lines
	case m == sequence && !a.onScreen():
		return render.NDJSON
	}
	return render.Pretty
}
