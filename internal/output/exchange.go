package output

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/epilot-cli/epilot/internal/failure"
	"github.com/epilot-cli/epilot/internal/httpx"
	"github.com/epilot-cli/epilot/internal/openapi"
	"github.com/epilot-cli/epilot/internal/output/render"
	"github.com/epilot-cli/epilot/internal/query"
	"github.com/epilot-cli/epilot/internal/transport"
)

// ResponseOptions say how a response is written.
type ResponseOptions struct {
	Operation *openapi.Operation  // its ID, and the media types of its responses
	Redact    *transport.Redactor // of everything but the body; nil hides nothing that is known by value
	Form      Form
	Program   query.Program   // nil: the body is written as it is
	AllPages  bool            // the response is made of several: an interrupted download cannot go on
	Retry     transport.Retry // the rule of the call, for the hint of a Retry-After
}

func (o *ResponseOptions) setDefaults() {
	if o.Operation == nil {
		o.Operation = &openapi.Operation{}
	}
	if o.Redact == nil {
		o.Redact = transport.NewRedactor()
	}
}

// exchange is one request and the writing of its response.
type exchange struct {
	p    *Printer
	o    ResponseOptions
	req  *http.Request
	file *download // nil: stdout

	failed      bool     // the API returned 400 or more
	transformed bool     // what is written is the program's result
	unseen      string   // why nothing of the body was written, or ""
	leftOut     []string // columns that the terminal has no room for
	summary     excerpt  // the beginning of an error body
	lost        loss     // what of the body is not in its charset
}

// Exchange sends a request and writes the response: the body to stdout or into
// the file of the form, what describes it to stderr. send is called once, with
// the request, to which headers for the rest of an interrupted download may have
// been added. saved is the file that the body became, "" for stdout.
//
// A status of 400 or more is an error of kind API, returned when its body is
// written. A response that is broken or not what it claims is of kind Network.
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

// Result writes a value of the program's own as the response of an operation
// would be: the format, the columns and the JSONata expression apply.
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

// Rows writes JSON values, one a line, as they come: the format and the columns
// apply.
func (p *Printer) Rows(ctx context.Context, from io.Reader, o ResponseOptions) error {
	o.setDefaults()
	e := &exchange{p: p, o: o}
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
	if broken == nil {
		broken = e.checkRedirect(resp)
	}
	if !e.failed {
		return broken
	}
	if broken != nil && failure.Of(broken).Kind != failure.Network {
		return broken // the output failed, not the API
	}
	return e.refusal(resp)
}

// refusal is the error that a status of 400 or more stands for.
func (e *exchange) refusal(resp *http.Response) error {
	message := StatusText(resp.StatusCode)
	if why := e.summary.reason(); why != "" {
		message += ": " + e.o.Redact.Text(why)
	}
	message += fmt.Sprintf(" (%s %s)", e.req.Method, e.o.Redact.URL(e.req.URL))
	failed := failure.New(failure.API, "%s", message)
	failed.Status = resp.StatusCode
	failed.Body = e.summary.body(e.o.Redact.Text)
	if e.unseen != "" {
		return failed.Hintf("%s", e.unseen)
	}
	return failed
}

// checkRedirect rejects a 3xx that could not be followed: the operation was not
// done. 304 is the response to a condition that the person set.
func (e *exchange) checkRedirect(resp *http.Response) error {
	code := resp.StatusCode
	if code < http.StatusMultipleChoices || code >= http.StatusBadRequest || code == http.StatusNotModified {
		return nil
	}
	return failure.New(failure.Network, "%s returned %s without a usable Location", e.o.Operation.ID, StatusText(code))
}

// retryHint adds when the server wants to be asked again.
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

// uncoded is the body without its Content-Encoding. coded tells that the bytes are
// to be kept as they are: for -o raw, for a file that the person asked an
// encoding for or that nothing else can be done with, and for the rest of a
// download. The error says that the encoding cannot be undone.
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
		e.p.Warn(err.Error() + "; the file holds it as it came")
		return from, true, nil
	}
	return from, false, failure.New(failure.Network, "%w", err).Hintf("-o raw prints it unchanged")
}

// text writes a body as what it is: JSON in the charset that it has, or bytes.
func (e *exchange) text(ctx context.Context, resp *http.Response, from *source, start []byte) error {
	essence, parameters := httpx.ParseMediaType(resp.Header.Get("Content-Type"))
	essence, _, _ = strings.Cut(essence, ",") // of a header that was sent twice the first counts
	encoded, err := charsetOf(parameters["charset"], start, e.isText(essence))
	if encoded != nil {
		start, _ = encoded.NewDecoder().Bytes(start) // its end may be cut
	}
	m := e.medium(essence, start)
	onScreen := e.onScreen() && e.o.Form.File != "-"
	switch {
	case m == foreign && onScreen && isBinary(start):
		return e.refuseBinary(resp)
	case m == foreign && !e.failed && e.wantsForm():
		return e.refuseForm(essence)
	case m == foreign && !onScreen:
		return errors.Join(e.pass(ctx, from, m), e.checkHTML(essence))
	case err != nil:
		return errors.Join(e.copy(from, foreign), err)
	}
	if m == foreign && encoded == nil {
		return errors.Join(e.pass(ctx, from, m), e.checkHTML(essence))
	}
	text := &source{reader: encoded.decoded(from, &e.lost), beneath: from}
	if e.o.Form.Format == render.Raw && e.o.Program == nil {
		text = from
	}
	err = e.pass(ctx, text, m)
	return cmp.Or(err, e.lost.error(), e.checkHTML(essence))
}

// isText reports whether a body is text, whatever its bytes are.
func (e *exchange) isText(essence string) bool {
	return strings.HasPrefix(essence, "text/") || httpx.IsJSON(essence) || httpx.IsNDJSON(essence) ||
		e.wantsForm() || e.promisesOnlyJSON()
}

// wantsForm reports whether the line asks for a form that only JSON has. A file
// that --json alone asks for may be of any kind.
func (e *exchange) wantsForm() bool {
	form := e.o.Form
	if e.toFile() && form.Format == render.Flat && !form.Strict && e.o.Program == nil {
		return false
	}
	return e.o.Program != nil || form.Format != "" && form.Format != render.Raw
}

// refuseForm says why a body cannot be written in the form of the line.
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

// checkHTML finds the page of a proxy or a login: HTML that no response of the
// operation is.
func (e *exchange) checkHTML(essence string) error {
	if e.failed || e.o.Form.Format == render.Raw || e.o.Operation.Path == "" || essence != "text/html" && essence != "application/xhtml+xml" {
		return nil
	}
	if success := e.o.Operation.Success(); success != nil {
		for _, content := range success.Contents {
			if essence == httpx.Essence(content.MediaType) || strings.Contains(content.MediaType, "*") {
				return nil
			}
		}
	}
	return failure.New(failure.Network, "the response is %s, which %s does not return", essence, e.o.Operation.ID).
		Hintf("a proxy or a login page may have sent it; -o raw accepts it")
}

// pass writes a body, or what the expression makes of it.
func (e *exchange) pass(ctx context.Context, from *source, m medium) error {
	if m == events && e.o.Form.Format != render.Raw {
		from, m = &source{reader: render.Events(from, e.p.Budget), beneath: from}, sequence
	}
	if e.o.Program != nil && !e.failed && !e.file.goesOn() {
		return e.transform(ctx, from, m)
	}
	return e.copy(from, m)
}

// refuseBinary keeps a terminal from bytes that are not text.
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

// copy streams the body to where it goes, reformatted where it is JSON.
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
