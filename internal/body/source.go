package body

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"strings"
	"time"

	"github.com/epilot-cli/epilot/internal/document"
	"github.com/epilot-cli/epilot/internal/failure"
)

// source is where the text of the body is.
type source struct {
	name     string // for messages: "-d", "stdin", or that of the file
	inline   string // the text itself, where there is no reader
	reader   io.Reader
	file     bool
	optional bool // nothing there means no body
	waiting  func()
	silence  time.Duration
}

// silence is how long stdin may say nothing before somebody is told.
const silence = 2 * time.Second

// choose returns nil where there is nothing to read.
func choose(in Input) (*source, error) {
	switch {
	case in.Data == nil && (in.Stdin == nil || len(in.Fields) > 0):
		return nil, nil
	case in.Data == nil:
		src := stdin(in)
		src.optional = true
		return src, nil
	case *in.Data == "":
		return nil, nil
	case *in.Data == "-" || *in.Data == "@-":
		if in.Stdin == nil {
			return nil, failure.New(failure.Usage, "-d %s: nothing is piped to stdin", *in.Data).
				Hintf("pipe the body, or name it: -d '{…}' or -d @file")
		}
		return stdin(in), nil
	}
	if name, named := strings.CutPrefix(*in.Data, "@"); named {
		return file(in, name)
	}
	return &source{name: "-d", inline: *in.Data}, nil
}

func stdin(in Input) *source {
	period := in.Silence
	if period <= 0 {
		period = silence
	}
	return &source{name: "stdin", reader: in.Stdin, waiting: in.Waiting, silence: period}
}

func file(in Input, name string) (*source, error) {
	if name == "" {
		return nil, failure.New(failure.Usage, "-d @ names no file").
			Hintf("write -d @body.json, or -d @- for stdin")
	}
	return &source{name: name, file: true, silence: silence, reader: &lazy{name: name, open: in.Open}}, nil
}

func (s *source) read(ctx context.Context) ([]byte, error) {
	if s.reader == nil {
		return []byte(s.inline), nil
	}
	text, err := drain(ctx, s)
	switch {
	case err == nil:
		return text, nil
	case ctx.Err() != nil:
		return nil, failure.New(failure.Interrupted, "interrupted while reading the body from %s: %w", s.name, ctx.Err())
	case s.file && errors.Is(err, fs.ErrNotExist):
		failed := failure.New(failure.Usage, "-d @%s: no such file", s.name).
			Hintf("the text behind @ is the name of a file")
		failed.Err = err
		return nil, failed
	}
	return nil, failure.New(failure.File, "cannot read the body from %s: %w", s.name, cause(err))
}

// cause leaves out the operation and the name that the message has already.
func cause(err error) error {
	var at *fs.PathError
	if errors.As(err, &at) {
		return at.Err
	}
	return err
}

// parse reads JSON, and YAML too from a file.
func (s *source) parse(text []byte) (*document.Document, error) {
	if s.file {
		return document.Parse(s.name, text)
	}
	doc, err := document.ParseJSON(s.name, text)
	if err != nil {
		return nil, s.advise(err, strings.TrimSpace(string(text)))
	}
	return doc, nil
}

// advise adds what the likely mistake is.
func (s *source) advise(err error, text string) error {
	failed := failure.Of(err)
	switch {
	case s.reader == nil && isFileName(text):
		return failed.Hintf("a file is named with @ in front: -d @%s", text)
	case s.reader == nil && failed.Hint == "":
		return failed.Hintf(`put the whole of it in single quotes: -d '{"name":"value"}'`)
	case s.reader != nil && failed.Hint == "":
		return failed.Hintf("stdin must be JSON; YAML is read from a file: -d @body.yaml")
	}
	return failed
}

func isFileName(text string) bool {
	lower := strings.ToLower(text)
	for _, ending := range []string{".json", ".yaml", ".yml"} {
		if strings.HasSuffix(lower, ending) && !strings.ContainsAny(text, "\n{") {
			return true
		}
	}
	return false
}

func (s *source) mayBeYAML() bool {
	return s.file && !strings.HasSuffix(strings.ToLower(s.name), ".json")
}
