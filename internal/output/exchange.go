package output

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/epilot-cli/epilot/internal/failure"
	"github.com/epilot-cli/epilot/internal/httpx"
	"github.com/epilot-cli/epilot/internal/openapi"
	"github.com/epilot-cli/epilot/internal/output/render"
	"github.com/epilot-cli/epilot/internal/query"
	"github.com/epilot-cli/epilot/internal/transport"
)

// ResponseOptions control how a response is written.
type ResponseOptions struct {
	Operation *openapi.Operation  // provides the ID and the response media types
	Redact    *transport.Redactor // applies to everything but the body; nil redacts no values
	Form      Form
	Program   query.Program   // nil writes the body unchanged
	AllPages  bool            // the response is merged from pages, so an interrupted download cannot resume
	Retry     transport.Retry // the call's retry policy, for the Retry-After hint
}

func (o *ResponseOptions) setDefaults() {
	if o.Operation == nil {
		o.Operation = &openapi.Operation{}
	}
	if o.Redact == nil {
		o.Redact = transport.NewRedactor()
	}
}

// exchange sends one request and writes its response.
type exchange struct {
	p    *Printer
	o    ResponseOptions
	req  *http.Request
	file *download // nil: stdout

	failed      bool     // the API returned 400 or more
	transformed bool     // the output is the result of the JSONata program
	unseen      string   // why none of the body was written, or ""
	leftOut     []string // columns that did not fit on the terminal
	summary     excerpt  // start of an error body
	lost        loss     // bytes of the body that are invalid in its charset

	tallied bool // the status line is a Tally's, which clears it
}

// Exchange sends a request and writes the response: the body to stdout or to the
// file of the form, its description to stderr. It calls send once, after adding
// headers to the request if it resumes a download. saved is the name of the file
// written, "" for stdout.
//
// For a status of 400 or more it writes the body, then returns an error of kind API.
// A broken or mislabelled response is an error of kind Network.
func (p *Printer) Exchange(req *http.Request, o ResponseOptions, send func(*http.Request) (*http.Response, error)) (saved string, err error) {
	o.setDefaults()
	e := &exchange{p: p, o: o, req: req}
	if err := e.begin(req); err != nil {
		return "", err
	}
	e.describeRequest()
	p.status.wait(p, "waiting for "+req.URL.Host)
	defer p.status.clear()
	resp, err := send(req)
	if err != nil {
		p.status.clear()
		return "", e.finish(nil, cmp.Or(e.requestBlock(), err))
	}
	defer resp.Body.Close()
	if err = e.file.accept(resp); err == nil {
		err = e.write(resp)
	}
	err = e.retryHint(resp, e.finish(resp, err))
	if e.file != nil {
		saved = e.file.saved
	}
	return saved, err
}

// Result writes a value from epilot itself like an API response: the format, the
// columns and the JSONata expression apply.
func (p *Printer) Result(ctx context.Context, value any, o ResponseOptions) error {
	text, err := encode(value)
	if err != nil {
		return err
	}
	o.setDefaults()
	o.Form.File = ""
	e := &exchange{p: p, o: o}
	return e.pass(ctx, &source{reader: bytes.NewReader(text)}, document)
}

// Rows writes newline-delimited JSON values as they arrive; the format and the
// columns apply.
func (p *Printer) Rows(ctx context.Context, from io.Reader, o ResponseOptions) error {
	o.setDefaults()
	e := &exchange{p: p, o: o, tallied: !p.Streams.OutTTY}
	return e.pass(ctx, &source{reader: from}, sequence)
}

// write writes a response.
func (e *exchange) write(resp *http.Response) error {
	if e.p.Flags.Verbose || e.p.Flags.Include || e.describesLines() {
		e.p.status.clear()
	}
	if err := e.describe(resp); err != nil {
		return err
	}
	e.failed = resp.StatusCode >= http.StatusBadRequest
	broken := e.body(e.req.Context(), resp)
	if broken == nil || failure.Of(broken).Kind == failure.Network {
		broken = cmp.Or(e.checkRedirect(resp), broken)
	}
	if !e.failed {
		return broken
	}
	if broken != nil && failure.Of(broken).Kind != failure.Network {
		return broken // the output failed, not the API
	}
	return e.refusal(resp)
}

// refusal returns the error for a status of 400 or more.
func (e *exchange) refusal(resp *http.Response) error {
	failed := httpx.Refusal("", resp.StatusCode, e.summary.reason(e.o.Redact.Text))
	failed.Message += fmt.Sprintf(" (%s %s)", e.req.Method, e.o.Redact.URL(e.req.URL))
	failed.Body = e.summary.body(e.o.Redact.Text)
	if e.unseen != "" {
		return failed.Hintf("%s", e.unseen)
	}
	switch {
	case resp.StatusCode != http.StatusUnauthorized:
	case httpx.IsLoopback(e.req.URL.Hostname()):
		return failed.Hintf("for a mock, use the token that \"epilot mock token\" prints; with --server mock, leave --token and EPILOT_TOKEN out")
	default:
		return failed.Hintf("\"epilot auth status\" shows the token in use; \"epilot login\" signs in again")
	}
	return failed
}

// checkRedirect rejects a 3xx that could not be followed: the operation did
// not take place. 304 is valid: the user set a condition.
func (e *exchange) checkRedirect(resp *http.Response) error {
	code := resp.StatusCode
	if code < http.StatusMultipleChoices || code >= http.StatusBadRequest || code == http.StatusNotModified {
		return nil
	}
	return failure.New(failure.Network, "%s returned %s without a usable Location", e.o.Operation.ID, httpx.StatusText(code))
}

// retryHint adds the server's Retry-After time to err.
func (e *exchange) retryHint(resp *http.Response, err error) error {
	var failed *failure.Error
	if !errors.As(err, &failed) || failed.Kind != failure.API || !transport.Transient(resp.StatusCode) {
		return err
	}
	now := e.p.now()
	asked, _ := transport.RetryAfter(resp.Header, now)
	if asked == 0 {
		return err
	}
	hint := fmt.Sprintf("the server asks to retry in %s, at %s",
		asked.Round(time.Second), now.Add(asked).Format("2006-01-02 15:04:05 MST"))
	if rule := e.o.Retry; rule.Retries > 0 && asked > rule.MaxWait && rule.Repeats(resp.Request) {
		hint += "; wait longer with --retry-max-wait"
	}
	if failed.Hint != "" {
		hint = failed.Hint + "; " + hint
	}
	return failed.Hintf("%s", hint)
}

func (e *exchange) body(ctx context.Context, resp *http.Response) error {
	from, coded, failed := e.uncoded(resp)
	start, err := from.peek()
	if err == io.EOF {
		e.unseen = "the response has no body"
		return nil
	}
	if broken := from.failure(); broken != nil {
		return transport.Classify(broken)
	}
	switch {
	case err != nil:
		return err
	case failed != nil:
		return errors.Join(e.copy(from, foreign), failed)
	case coded:
		return e.copy(from, foreign)
	}
	return e.text(ctx, resp, from, start)
}

// uncoded returns the body without its Content-Encoding. coded reports that the
// bytes must stay encoded: for -o raw, for a file if the user requested the encoding
// or it is unknown, and when resuming a download. The error reports an encoding that
// cannot be undone.
func (e *exchange) uncoded(resp *http.Response) (from *source, coded bool, err error) {
	from = &source{reader: e.watched(resp)}
	coding := resp.Header.Get("Content-Encoding")
	wanted := e.req.Header.Get("Accept-Encoding") != "" && e.toFile() && e.o.Form.Format == ""
	switch raw := e.o.Form.Format == render.Raw && e.o.Program == nil; {
	case e.file.goesOn(), coding != "" && (wanted || raw):
		return from, true, nil
	case coding == "":
		return from, false, nil
	}
	body, err := contentCoding(coding, from)
	switch {
	case err == nil:
		return &source{reader: body, beneath: from}, false, nil
	case e.toFile() && e.o.Form.Format == "" && e.o.Program == nil:
		e.p.Warn(err.Error() + "; the file has it unchanged")
		return from, true, nil
	}
	return from, false, failure.New(failure.Network, "%w", err).Hintf("-o raw prints it unchanged")
}

// text writes a body according to its medium: JSON in its charset, or bytes.
func (e *exchange) text(ctx context.Context, resp *http.Response, from *source, start []byte) error {
	essence, parameters := httpx.ParseMediaType(resp.Header.Get("Content-Type"))
	essence, _, _ = strings.Cut(essence, ",") // if the header was sent twice, the first one counts
	encoded, err := charsetOf(parameters["charset"], start, e.isText(essence))
	if encoded != nil {
		start, _ = encoded.NewDecoder().Bytes(start) // the end may be cut off
	}
	m := e.medium(essence, start)
	onScreen := e.onScreen() && e.o.Form.File != "-"
	switch {
	case m == foreign && onScreen && isBinary(start):
		return e.refuseBinary(resp)
	case m == foreign && !e.failed && e.wantsForm():
		return e.refuseForm(essence)
	case m == foreign && !onScreen:
		return errors.Join(e.pass(ctx, from, m), e.checkType(essence, m))
	case err != nil:
		return errors.Join(e.copy(from, foreign), err)
	}
	if m == foreign && encoded == nil {
		return errors.Join(e.pass(ctx, from, m), e.checkType(essence, m))
	}
	text := &source{reader: encoded.decoded(from, &e.lost), beneath: from}
	if e.o.Form.Format == render.Raw && e.o.Program == nil {
		text = from
	}
	err = e.pass(ctx, text, m)
	return cmp.Or(err, e.lost.error(), e.checkType(essence, m))
}

// isText reports whether the media type is textual, whatever the bytes are.
func (e *exchange) isText(essence string) bool {
	return strings.HasPrefix(essence, "text/") || httpx.IsJSON(essence) || httpx.IsNDJSON(essence) ||
		e.wantsForm() || e.promisesOnlyJSON()
}

// wantsForm reports whether the flags request a format that requires JSON. With
// --json alone, a file can be of any type.
func (e *exchange) wantsForm() bool {
	form := e.o.Form
	if e.toFile() && form.Format == render.Flat && !form.Strict && e.o.Program == nil {
		return false
	}
	return e.o.Program != nil || form.Format != "" && form.Format != render.Raw
}

// refuseForm returns the error for a body that cannot be written in the requested
// format.
func (e *exchange) refuseForm(essence string) error {
	if essence == "" {
		essence = "of unknown type"
	}
	e.unseen = "the response is " + essence + ", not JSON"
	asked := "--output " + string(e.o.Form.Format)
	if e.o.Program != nil {
		asked = "--jsonata"
	} else if e.p.Flags.JSON && !e.o.Form.Strict {
		asked = "--json"
	}
	return failure.New(failure.Network, "%s, so %s cannot be applied", e.unseen, asked).
		Hintf("-o raw prints it unchanged; --out-file saves it")
}

// checkType rejects a response of a type that the operation does not declare: HTML,
// the page of a proxy or a login, and anything but JSON if only JSON is declared. A
// file can be of any other type.
func (e *exchange) checkType(essence string, m medium) error {
	if e.failed || e.o.Form.Format == render.Raw || e.o.Operation.Path == "" {
		return nil
	}
	switch {
	case isHTML(essence) && !e.declares(essence):
	case m == foreign && e.o.Form.File == "" && e.promisesOnlyJSON():
	default:
		return nil
	}
	hint := "-o raw accepts it"
	if isHTML(essence) {
		hint = "a proxy or login page may have sent it; " + hint
	}
	return failure.New(failure.Network, "the response is %s, which %s does not return", essence, e.o.Operation.ID).
		Hintf("%s", hint)
}

func (e *exchange) declares(essence string) bool {
	success := e.o.Operation.Success()
	return success != nil && slices.ContainsFunc(success.Contents, func(content *openapi.Content) bool {
		return essence == httpx.Essence(content.MediaType) || strings.Contains(content.MediaType, "*")
	})
}

// pass writes the body, or the result of the expression applied to it.
func (e *exchange) pass(ctx context.Context, from *source, m medium) error {
	if m == events && e.o.Form.Format != render.Raw {
		from, m = &source{reader: render.Events(from, e.p.Budget), beneath: from}, sequence
	}
	if e.o.Program != nil && !e.failed && !e.file.goesOn() {
		return e.transform(ctx, from, m)
	}
	return e.copy(from, m)
}

// refuseBinary keeps binary data off a terminal.
func (e *exchange) refuseBinary(resp *http.Response) error {
	kind := resp.Header.Get("Content-Type")
	if kind == "" {
		kind = "of unknown type"
	}
	e.unseen = fmt.Sprintf("the response is binary (%s) and was not printed to the terminal", kind)
	if e.failed {
		return nil
	}
	return failure.New(failure.Usage, "%s", e.unseen).
		Hintf("save it with --out-file PATH or use a pipe; --out-file - prints it anyway")
}

// copy streams the body to its destination and reformats JSON.
func (e *exchange) copy(from *source, m medium) error {
	out := e.open(m)
	err := e.render(out, from, m)
	if closed := out.Close(); err == nil && closed != nil {
		err = failure.New(failure.File, "the pager failed: %w", closed)
	}
	if failed := from.failure(); failed != nil {
		return transport.Classify(failed)
	}
	e.tellLeftOut()
	return err
}
