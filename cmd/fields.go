package cmd

import (
	"io"

	"github.com/spf13/pflag"

	"github.com/epilot-cli/epilot/internal/body"
)

func (o *callOptions) addFieldFlags(flags *pflag.FlagSet) {
	flags.VarP(repeated{&o.fields}, "field", "f", "Set a field of the body: a.b=text, list[]=text, n:=3 for JSON, key=@file (repeatable)")
}

// withFields adds to the body's sources what -f says, and what a form needs.
func (o *callOptions) withFields(in body.Input, contentType string) body.Input {
	in.Fields, in.Random, in.Typed = o.fields, o.app.Random, contentType != ""
	for _, word := range o.fields {
		if namesStdin(word) {
			in.Stdin = o.app.Streams.In
		}
	}
	return in
}

func namesStdin(word string) bool {
	return len(word) > 2 && word[len(word)-2:] == "@-"
}

// watched shows on a terminal how much of a long body is sent.
func (o *callOptions) watched(payload *body.Body) {
	if payload == nil || payload.Open == nil {
		return
	}
	open := payload.Open
	payload.Open = func() (io.ReadCloser, error) {
		from, err := open()
		if err != nil {
			return nil, err
		}
		meter := o.meter(0, payload.Size)
		return struct {
			io.Reader
			io.Closer
		}{metered{from, meter}, from}, nil
	}
}
