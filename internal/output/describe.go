package output

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/epilot-cli/epilot/internal/httpx"
	"github.com/epilot-cli/epilot/internal/jsonx"
	"github.com/epilot-cli/epilot/internal/term"
)

// requestBlock and responseBlock are printed by -v and -i, in the shape the official
// CLI uses.
type requestBlock struct {
	OperationID string            `json:"operationId"`
	Method      string            `json:"method"`
	URL         string            `json:"url"`
	Params      map[string]any    `json:"params,omitempty"`
	Headers     map[string]string `json:"headers"`
}

type responseBlock struct {
	Code    int               `json:"code"`
	Status  string            `json:"status"`
	Headers map[string]string `json:"headers,omitempty"`
}

// describesLines reports whether the request and status are printed as two lines
// above the body: only if both streams are terminals.
func (e *exchange) describesLines() bool {
	flags, streams := e.p.Flags, e.p.Streams
	return !flags.Verbose && !flags.Include && !flags.JSON && !flags.Quiet && streams.OutTTY && streams.ErrTTY
}

// describeRequest prints the request line on a terminal before sending.
func (e *exchange) describeRequest() {
	if e.describesLines() {
		fmt.Fprintf(e.p.Streams.Err, "%s %s\n", e.p.ErrPalette().Method(e.req.Method), term.Line(e.o.Redact.URL(e.req.URL)))
	}
}

// describe prints the request and response to stderr, as requested by -v and -i.
// Secrets are redacted.
func (e *exchange) describe(resp *http.Response) error {
	p := e.p
	if !p.Flags.Verbose && !p.Flags.Include {
		if e.describesLines() {
			fmt.Fprintln(p.Streams.Err, p.ErrPalette().Status(resp.StatusCode)(httpx.StatusText(resp.StatusCode)))
		}
		return nil
	}
	if err := e.requestBlock(); err != nil {
		return err
	}
	response := responseBlock{Code: resp.StatusCode, Status: http.StatusText(resp.StatusCode)}
	if p.Flags.Include {
		response.Headers = FlatHeader(e.o.Redact.Header(resp.Header))
	}
	if err := e.block("RESPONSE META:", response); err != nil {
		return err
	}
	fmt.Fprintln(p.Streams.Err, p.ErrPalette().Dim("RESPONSE BODY:"))
	return nil
}

// requestBlock prints the request for -v, which is most useful if no response
// arrives.
func (e *exchange) requestBlock() error {
	if !e.p.Flags.Verbose {
		return nil
	}
	return e.block("REQUEST META:", requestBlock{
		OperationID: e.o.Operation.ID, Method: e.req.Method,
		URL: e.o.Redact.URL(e.req.URL), Params: e.params(e.req.URL),
		Headers: FlatHeader(e.o.Redact.Header(RequestHeader(e.req))),
	})
}

// params returns the query parameters by name, each a string or a list of strings.
func (e *exchange) params(address *url.URL) map[string]any {
	shown := map[string]any{}
	for name, values := range address.Query() {
		for i, value := range values {
			values[i] = e.o.Redact.Value(name, value)
		}
		if shown[name] = values; len(values) == 1 {
			shown[name] = values[0]
		}
	}
	return shown
}

// RequestHeader returns the headers of a request with its Host, which net/http keeps
// apart, if that differs from the URL's.
func RequestHeader(req *http.Request) http.Header {
	if req.Host == "" || req.Host == req.URL.Host {
		return req.Header
	}
	header := req.Header.Clone()
	header.Set("Host", req.Host)
	return header
}

// FlatHeader joins the values of a header with commas.
func FlatHeader(header http.Header) map[string]string {
	flat := map[string]string{}
	for name, values := range header {
		flat[name] = strings.Join(values, ", ")
	}
	return flat
}

func (e *exchange) block(title string, content any) error {
	text, err := jsonx.EncodeIndent(content)
	if err != nil {
		return err
	}
	palette := e.p.ErrPalette()
	fmt.Fprintf(e.p.Streams.Err, "%s\n%s\n", palette.Dim(title), palette.Dim(term.Safe(string(text)+"\n")))
	return nil
}

const (
	longestExcerpt = 64 << 10 // bytes; a longer error body is not from epilot
	longestReason  = 200      // characters
	longestBody    = 4 << 10  // bytes of an error body in the error object
)

// excerpt keeps the beginning of an error body.
type excerpt struct{ text []byte }

func (e *excerpt) Write(p []byte) (int, error) {
	if remaining := longestExcerpt - len(e.text); remaining > 0 {
		e.text = append(e.text, p[:min(remaining, len(p))]...)
	}
	return len(p), nil
}

// body returns the excerpt for the error object; redact hides secrets.
func (e *excerpt) body(redact func(string) string) []byte {
	text := strings.TrimSpace(redact(string(e.text))) // redact first: a truncated secret is not recognized
	if len(text) > longestBody {
		text = strings.ToValidUTF8(text[:longestBody], "") + "…"
	}
	return []byte(text)
}

func (e *excerpt) reason(redact func(string) string) string { return Reason(e.text, redact) }

// Reason summarizes epilot's error bodies, {"status","error"}, {"message"} and
// {"errors":[…]}, in one line without secrets. It returns "" for any other body.
func Reason(text []byte, redact func(string) string) string {
	var body map[string]any
	if json.Unmarshal(text, &body) != nil {
		return ""
	}
	reason := []rune(strings.Join(strings.Fields(redact(reasonOf(body))), " ")) // redact first, as above
	if len(reason) > longestReason {
		reason = append(reason[:longestReason-1], '…')
	}
	return string(reason)
}

func reasonOf(body map[string]any) string {
	var parts []string
	for _, name := range []string{"error", "message", "detail"} {
		switch value := body[name].(type) {
		case string:
			parts = append(parts, value)
		case map[string]any:
			parts = append(parts, reasonOf(value))
		}
	}
	return joinReasons(parts, body["errors"])
}

func joinReasons(parts []string, list any) string {
	errors, _ := list.([]any)
	for i, one := range errors {
		if i == 3 {
			parts = append(parts, fmt.Sprintf("and %d more", len(errors)-i))
			break
		}
		switch one := one.(type) {
		case string:
			parts = append(parts, one)
		case map[string]any:
			parts = append(parts, reasonOf(one))
		}
	}
	return strings.Join(parts, "; ")
}
