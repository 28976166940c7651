package cmd

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"

	"github.com/epilot-cli/epilot/internal/failure"
	"github.com/epilot-cli/epilot/internal/operation"
	"github.com/epilot-cli/epilot/internal/query"
	"github.com/epilot-cli/epilot/internal/render"
	"github.com/epilot-cli/epilot/internal/term"
	"github.com/epilot-cli/epilot/internal/transport"
)

// answer writes what came back: the body to stdout, what is said about it to
// stderr.
type answer struct {
	options *callOptions
	op      *operation.Operation
	redact  *transport.Redactor
	program query.Program // nil: the body is shown as it is
	empty   bool          // there was no body
}

// show writes a response. A status of 400 or more is a failure of kind API,
// returned when its body is written.
func (a *answer) show(req *http.Request, resp *http.Response) error {
	if err := a.meta(req, resp); err != nil {
		return err
	}
	broken := a.body(req.Context(), resp)
	if broken == nil {
		broken = a.nowhere(resp)
	}
	if resp.StatusCode < http.StatusBadRequest {
		return broken
	}
	if broken != nil && failure.Of(broken).Kind != failure.Network {
		return broken // the output failed, not the API
	}
	failed := failure.New(failure.API, "%s answered %s", a.op.ID, statusLine(resp.StatusCode))
	failed.Status = resp.StatusCode
	if a.empty {
		return failed.Hintf("the answer has no body that says why")
	}
	return failed
}

// nowhere refuses a redirect that could not be followed, for it names no place:
// the operation was not done. 304 answers a condition that the person set.
func (a *answer) nowhere(resp *http.Response) error {
	code := resp.StatusCode
	if code < http.StatusMultipleChoices || code >= http.StatusBadRequest || code == http.StatusNotModified {
		return nil
	}
	return failure.New(failure.Network, "%s was answered %s, a redirect that leads nowhere", a.op.ID, statusLine(code))
}

func (a *answer) body(ctx context.Context, resp *http.Response) error {
	from := &source{reader: resp.Body}
	first, err := from.peek()
	if err == io.EOF {
		a.empty = true
		return nil // no body: nothing to show
	}
	if err != nil {
		return transport.Classify(err)
	}
	if coding := resp.Header.Get("Content-Encoding"); coding != "" && coding != "identity" {
		return errors.Join(a.copy(from, false), failure.New(failure.Network, "the answer is encoded with %q, which nobody asked for", coding))
	}
	if a.program != nil && resp.StatusCode < http.StatusBadRequest {
		return a.transform(ctx, from)
	}
	return a.copy(from, a.isJSON(resp, first))
}

// copy streams the body to stdout, reformatted where it is JSON.
func (a *answer) copy(from *source, isJSON bool) error {
	out := a.options.app.page()
	err := a.write(out, from, isJSON)
	if closed := out.Close(); err == nil && closed != nil {
		err = failure.New(failure.File, "the pager failed: %w", closed)
	}
	if from.err != nil {
		return transport.Classify(from.err)
	}
	return err
}

func (a *answer) write(out io.Writer, from io.Reader, isJSON bool) error {
	if !isJSON {
		return render.Text(out, from, a.options.app.Streams.OutTTY)
	}
	return render.JSON(out, from, a.style())
}

// style is compact for --json, two spaces else, in colour on a terminal.
func (a *answer) style() render.Style {
	streams := a.options.app.Streams
	if a.options.json {
		return render.Style{Escape: streams.OutTTY}
	}
	style := render.Style{Indent: "  ", Escape: streams.OutTTY}
	if streams.Color {
		style.Palette = term.NewPalette(true)
	}
	return style
}

// transform applies the JSONata expression to the whole body.
func (a *answer) transform(ctx context.Context, from *source) error {
	text, err := io.ReadAll(from)
	if err != nil {
		return transport.Classify(err)
	}
	result, err := a.program.Eval(ctx, text)
	if err != nil || !result.Defined {
		return err
	}
	if bare, isText := result.Text(); isText {
		return a.line(bare)
	}
	return a.copy(&source{reader: bytesReader(result.JSON)}, true)
}

// line writes a text and the end of its line.
func (a *answer) line(text string) error {
	streams := a.options.app.Streams
	if streams.OutTTY {
		text = term.Safe(text)
	}
	_, err := fmt.Fprintln(streams.Out, text)
	return asWriteError(err)
}

// isJSON tells whether the body is to be read as JSON: the response says so, or
// it says something else while the definition promises nothing but JSON. So an
// HTML page that a proxy sent with status 200 is found out.
func (a *answer) isJSON(resp *http.Response, first byte) bool {
	claimed, _, _ := mime.ParseMediaType(resp.Header.Get("Content-Type"))
	if operation.IsJSON(claimed) {
		return true
	}
	if resp.StatusCode >= http.StatusBadRequest {
		return claimed == "" && (first == '{' || first == '[')
	}
	return a.promisesOnlyJSON(claimed)
}

func (a *answer) promisesOnlyJSON(claimed string) bool {
	success := a.op.Success()
	if success == nil || len(success.Contents) == 0 {
		return false
	}
	for _, content := range success.Contents {
		if !operation.IsJSON(content.MediaType) {
			return false
		}
	}
	return !lines(claimed)
}

// lines reports whether a media type is JSON a line: several values in a row.
func lines(mediaType string) bool {
	switch mediaType {
	case "application/x-ndjson", "application/ndjson", "application/jsonl", "application/x-jsonlines":
		return true
	}
	return false
}

// source is a response body that remembers why it ended early.
type source struct {
	reader io.Reader
	buffer *bufio.Reader
	err    error
}

// peek returns the first byte, io.EOF where there is none.
func (s *source) peek() (byte, error) {
	s.buffer = bufio.NewReaderSize(s.reader, 1)
	first, err := s.buffer.Peek(1)
	if err != nil {
		return 0, err
	}
	return first[0], nil
}

func (s *source) Read(p []byte) (int, error) {
	from := s.reader
	if s.buffer != nil {
		from = s.buffer
	}
	n, err := from.Read(p)
	if err != nil && err != io.EOF {
		s.err = err
	}
	return n, err
}

func statusLine(code int) string {
	return fmt.Sprintf("%d %s", code, http.StatusText(code))
}
