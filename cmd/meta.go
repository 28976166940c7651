package cmd

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"

	"github.com/epilot-cli/epilot/internal/term"
)

// requestMeta and responseMeta are the official CLI's blocks of -v and -i.
type requestMeta struct {
	OperationID string            `json:"operationId"`
	Method      string            `json:"method"`
	URL         string            `json:"url"`
	Params      map[string]any    `json:"params,omitempty"`
	Headers     map[string]string `json:"headers"`
}

type responseMeta struct {
	Code    int               `json:"code"`
	Status  string            `json:"status"`
	Headers map[string]string `json:"headers,omitempty"`
}

// meta says on stderr what was sent and what came back, as far as -v and -i ask
// for it, or on a terminal in two lines. Secrets are masked.
func (a *answer) meta(req *http.Request, resp *http.Response) error {
	o := a.options
	if !o.verbose && !o.include {
		return a.headline(req, resp)
	}
	if err := a.sent(req); err != nil {
		return err
	}
	response := responseMeta{Code: resp.StatusCode, Status: http.StatusText(resp.StatusCode)}
	if o.include {
		response.Headers = flat(a.redact.Header(resp.Header))
	}
	if err := a.block("RESPONSE META:", response); err != nil {
		return err
	}
	fmt.Fprintln(o.app.Streams.Err, a.dim("RESPONSE BODY:"))
	return nil
}

// sent is the block of -v on the request; it helps most where no answer came.
func (a *answer) sent(req *http.Request) error {
	if !a.options.verbose {
		return nil
	}
	return a.block("REQUEST META:", a.requestMeta(req))
}

func (a *answer) requestMeta(req *http.Request) requestMeta {
	meta := requestMeta{
		OperationID: a.op.ID, Method: req.Method,
		URL: a.redact.URL(req.URL), Headers: flat(a.redact.Header(req.Header)),
	}
	meta.Params = a.params(req.URL)
	return meta
}

// params are the query parameters by name, one text or a list of them.
func (a *answer) params(address *url.URL) map[string]any {
	shown := map[string]any{}
	for name, values := range address.Query() {
		for i, value := range values {
			values[i] = a.redact.Value(name, value)
		}
		if shown[name] = values; len(values) == 1 {
			shown[name] = values[0]
		}
	}
	return shown
}

func flat(header http.Header) map[string]string {
	lines := map[string]string{}
	for name, values := range header {
		for i, value := range values {
			if i > 0 {
				lines[name] += ", "
			}
			lines[name] += value
		}
	}
	return lines
}

func (a *answer) block(title string, content any) error {
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(content); err != nil {
		return err
	}
	fmt.Fprintf(a.options.app.Streams.Err, "%s\n%s\n", a.dim(title), a.dim(term.Safe(text.String())))
	return nil
}

func (a *answer) dim(text string) string {
	return term.NewPalette(a.options.app.Streams.ErrColor).Dim(text)
}

// headline is the two lines above a body that a person reads on a terminal.
func (a *answer) headline(req *http.Request, resp *http.Response) error {
	streams := a.options.app.Streams
	if a.options.json || !streams.OutTTY || !streams.ErrTTY {
		return nil
	}
	palette := term.NewPalette(streams.ErrColor)
	fmt.Fprintf(streams.Err, "%s %s\n", palette.Method(req.Method), term.Safe(a.redact.URL(req.URL)))
	fmt.Fprintln(streams.Err, palette.Status(resp.StatusCode)(statusLine(resp.StatusCode)))
	return nil
}

func bytesReader(text []byte) io.Reader { return bytes.NewReader(text) }
