package body

import (
	"cmp"
	"context"
	"errors"
	"io"
	"io/fs"
	"strings"
	"time"

	"github.com/epilot-cli/epilot/internal/budget"
	"github.com/epilot-cli/epilot/internal/failure"
	"github.com/epilot-cli/epilot/internal/openapi"
	"github.com/epilot-cli/epilot/internal/openapi/document"
	"github.com/epilot-cli/epilot/internal/shell"
)

// source is the input that contains the body.
type source struct {
	name     string // for messages: "-d", "stdin" or the file name
	inline   string // the data itself, if there is no reader
	reader   io.Reader
	file     bool
	optional bool // empty input means no body
	waiting  func()
	silence  time.Duration
}

// silence is how long stdin can be idle before the user is notified.
const silence = 2 * time.Second

// choose returns nil if there is nothing to read.
func choose(in Input) (*source, error) {
	switch {
	case in.Data == nil && (in.Stdin == nil || in.hasFields()):
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
	return &source{name: cmp.Or(in.DataName, "-d"), inline: *in.Data}, nil
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
		return nil, failure.New(failure.Usage, "-d @ has no file name").
			Hintf("write -d @body.json, or -d @- for stdin")
	}
	return &source{name: name, file: true, silence: silence, reader: &lazy{name: name, open: in.Open}}, nil
}

// read reads all data within the meter's limit.
func (s *source) read(ctx context.Context, meter *budget.Meter) ([]byte, error) {
	if s.reader == nil {
		return []byte(s.inline), nil
	}
	text, err := drain(ctx, s, meter)
	var over *failure.Error
	switch {
	case err == nil:
		return text, nil
	case errors.As(err, &over):
		return nil, over
	case ctx.Err() != nil:
		return nil, failure.New(failure.Interrupted, "interrupted while reading the body from %s: %w", s.name, ctx.Err())
	case s.file && errors.Is(err, fs.ErrNotExist):
		failed := failure.New(failure.Usage, "-d @%s: no such file", s.name).
			Hintf("the text after @ is a file name")
		failed.Err = err
		return nil, failed
	}
	return nil, failure.New(failure.File, "cannot read the body from %s: %w", s.name, cause(err))
}

// cause strips the operation and the name, which the message already contains.
func cause(err error) error {
	var at *fs.PathError
	if errors.As(err, &at) {
		return at.Err
	}
	return err
}

// parse reads JSON, or also YAML from a file.
func (s *source) parse(text []byte, in Input) (*document.Document, error) {
	if s.file {
		return parseFile(s.name, text, in.values(s.name))
	}
	doc, err := document.ParseJSON(s.name, text)
	if err != nil {
		return nil, s.advise(err, strings.TrimSpace(string(text)))
	}
	return doc, nil
}

// timesOfYAML is the approximate ratio of parsed YAML nodes to source text in
// memory.
const timesOfYAML = 32

// parseFile parses JSON or YAML within the meter's limit.
func parseFile(name string, text []byte, meter *budget.Meter) (*document.Document, error) {
	if !document.IsJSON(name, text) {
		if err := meter.Spend(timesOfYAML * len(text)); err != nil {
			return nil, err
		}
	}
	return document.Parse(name, text)
}

// isField reports whether a text looks like key=value and not like JSON.
func isField(text string) bool {
	name, _, assigns := strings.Cut(text, "=")
	return assigns && name != "" && !strings.ContainsAny(name, " \n\"'{[:")
}

// advise adds a hint about the likely mistake.
func (s *source) advise(err error, text string) error {
	failed := failure.Of(err)
	switch {
	case s.reader == nil && isFileName(text):
		return failed.Hintf("a file is named with @ in front: -d @%s", text)
	case s.reader == nil && isField(text):
		return failed.Hintf("set a field with -f: -f %s", shell.Quote(text))
	case s.reader == nil && failed.Hint == "":
		return failed.Hintf(`put the JSON in single quotes: -d '{"name":"value"}'`)
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

// piece is the result of one Read.
type piece struct {
	bytes []byte
	err   error
}

// drain reads to the end and stops when the context ends. A blocked Read cannot be
// canceled: its goroutine remains until the process exits.
func drain(ctx context.Context, s *source, meter *budget.Meter) ([]byte, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	pieces := make(chan piece)
	ctx, cancel := context.WithCancel(ctx)
	defer cancel() // stops the goroutine on early return
	go pump(ctx, s.reader, pieces)
	timer := time.NewTimer(s.silence)
	defer timer.Stop()
	var text []byte
	for waiting := s.waiting; ; {
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-timer.C:
			if waiting != nil {
				waiting()
				waiting = nil
			}
		case p := <-pieces:
			if over := meter.Spend(len(p.bytes)); over != nil {
				return nil, over
			}
			text = append(text, p.bytes...)
			if p.err == io.EOF {
				return text, nil
			}
			if p.err != nil {
				return nil, p.err
			}
			timer.Reset(s.silence)
		}
	}
}

const pieceSize = 64 << 10

func pump(ctx context.Context, r io.Reader, pieces chan<- piece) {
	if closer, ok := r.(*lazy); ok {
		defer closer.close()
	}
	for {
		buffer := make([]byte, pieceSize)
		n, err := r.Read(buffer)
		select {
		case pieces <- piece{buffer[:n], err}:
		case <-ctx.Done():
			return
		}
		if err != nil {
			return
		}
	}
}

// lazy opens a file on the first Read, because opening a named pipe blocks until
// there is a writer.
type lazy struct {
	name string
	open func(name string) (io.ReadCloser, error)
	file io.ReadCloser
}

func (l *lazy) Read(p []byte) (int, error) {
	if l.file == nil {
		file, err := l.open(l.name)
		if err != nil {
			return 0, err
		}
		l.file = file
	}
	return l.file.Read(p)
}

func (l *lazy) close() {
	if l.file != nil {
		_ = l.file.Close()
	}
}

// open opens the file of a field; "-" is stdin.
func (in Input) open(name string) (io.ReadCloser, error) {
	if name != "-" {
		return in.Open(name)
	}
	if in.Stdin == nil {
		return nil, failure.New(failure.Usage, "nothing is piped to stdin")
	}
	return io.NopCloser(in.Stdin), nil
}

func noFields(op *openapi.Operation, mediaType string) error {
	return failure.New(failure.Usage, "%s takes a body of type %s, so -f cannot be used", op.ID, mediaType).
		Hintf("pass the body with -d @file or on stdin")
}

// where returns a function that formats the position of a fault.
func where(doc *document.Document) func(pointer string) string {
	return func(pointer string) string { return " at " + doc.Where(pointer) }
}
