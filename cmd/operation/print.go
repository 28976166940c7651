package operation

import (
	"context"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"net/url"
	"path/filepath"
	"slices"
	"strings"

	"github.com/epilot-cli/epilot/cmd/cmdutil"
	"github.com/epilot-cli/epilot/internal/client"
	"github.com/epilot-cli/epilot/internal/failure"
	"github.com/epilot-cli/epilot/internal/help"
	"github.com/epilot-cli/epilot/internal/httpx"
	"github.com/epilot-cli/epilot/internal/openapi"
	"github.com/epilot-cli/epilot/internal/openapi/body"
	"github.com/epilot-cli/epilot/internal/output"
	"github.com/epilot-cli/epilot/internal/output/render"
	"github.com/epilot-cli/epilot/internal/shell"
	"github.com/epilot-cli/epilot/internal/transport"
)

// printRequest prints the request in the requested form instead of sending it.
func (k *call) printRequest(ctx context.Context, prepared *client.Call) error {
	req, err := k.firstRequest(ctx, prepared)
	if err != nil {
		return err
	}
	text, form := "", "curl"
	switch {
	case k.flags.Print.Curl:
		text, err = k.curl(req, prepared)
	case k.flags.Print.SDK:
		text, form = k.javaScript(req, prepared), "sdk"
	default:
		if prepared.Token == nil && k.readsToken(req, prepared) {
			req.Header.Set("Authorization", "Bearer "+transport.Hidden) // no token here, and the call needs one
		}
		if k.f.Flags.JSON {
			return k.printRequestJSON(req, prepared)
		}
		if err := k.preview(k.f.Streams.Out, req, prepared, preview{tty: k.f.Streams.OutTTY, headers: true}); err != nil {
			return &render.WriteError{Err: err}
		}
		return nil
	}
	if err != nil {
		return err
	}
	if k.f.Flags.JSON {
		return k.f.Out.PrintJSON(map[string]string{form: text})
	}
	return k.f.Out.Text(text)
}

// shownRequest is the JSON form of --dry-run, without secrets. A body that is not JSON
// is a string.
type shownRequest struct {
	Method string            `json:"method"`
	URL    string            `json:"url"`
	Header map[string]string `json:"headers"`
	Body   any               `json:"body,omitempty"`
}

func (k *call) printRequestJSON(req *http.Request, prepared *client.Call) error {
	redact := k.client.Redactor()
	shown := shownRequest{
		Method: req.Method, URL: redact.URL(req.URL), Header: output.FlatHeader(redact.Header(output.RequestHeader(req))),
	}
	sent, err := sentBody(prepared.Body, req)
	if err != nil {
		return err
	}
	switch {
	case sent != "" && httpx.IsJSON(prepared.Body.MediaType) && json.Valid([]byte(sent)):
		shown.Body = json.RawMessage(sent)
	case sent != "":
		shown.Body = sent
	}
	return k.f.Out.PrintJSON(shown)
}

// firstRequest returns the first request of the call.
func (k *call) firstRequest(ctx context.Context, prepared *client.Call) (*http.Request, error) {
	return k.client.FirstPage(ctx, prepared, k.pageOptions())
}

// sentBody returns the body for display, with the files of a form shown by name.
func sentBody(payload *body.Body, req *http.Request) (string, error) {
	if payload != nil && payload.Open != nil {
		var text strings.Builder
		for _, part := range payload.Parts {
			text.WriteString(part.Name + "=")
			if part.File != "" {
				text.WriteString("@" + part.File)
			}
			text.WriteString(part.Text + "\n")
		}
		return text.String(), nil
	}
	if req.GetBody == nil {
		return "", nil
	}
	from, err := req.GetBody()
	if err != nil {
		return "", err
	}
	defer from.Close()
	text, err := io.ReadAll(from)
	return string(text), err
}

// curl returns the request as a command for a POSIX shell. The command reads secrets
// from variables.
func (k *call) curl(req *http.Request, prepared *client.Call) (string, error) {
	var secrets variables
	target, hiddenQuery := k.curlURL(req.URL, &secrets)
	lines := []string{"curl " + strings.Join(append(k.curlMethod(req), target), " ")}
	if k.readsToken(req, prepared) {
		lines = append(lines, `-H "Authorization: Bearer $EPILOT_TOKEN"`)
		req.Header.Del("Authorization")
	}
	form := prepared.Body != nil && strings.HasPrefix(prepared.Body.MediaType, "multipart/") && len(prepared.Body.Parts) > 0
	header := output.FlatHeader(output.RequestHeader(req))
	for _, name := range slices.Sorted(maps.Keys(header)) {
		switch {
		case form && name == "Content-Type":
		case header[name] == "":
			lines = append(lines, "-H "+shell.SingleQuote(name+";")) // curl drops a header without a value after the colon
		default:
			shown := k.client.Redactor().Value(name, header[name])
			lines = append(lines, "-H "+secrets.shell(name, name+": "+header[name], name+": "+shown))
		}
	}
	secrets.warn(k.f.Out)
	data, err := curlData(req, prepared.Body, form)
	if err != nil {
		return "", err
	}
	queryFlag := "--url-query " // since curl 7.87; the alternative works in every curl, but without a body
	if len(data) == 0 {
		queryFlag = "-G --data-urlencode "
	}
	for _, pair := range hiddenQuery {
		lines = append(lines, queryFlag+pair)
	}
	return strings.Join(append(lines, data...), " \\\n  ") + "\n", nil
}

// curlURL returns the URL without the secrets of its query, and these in curl's
// encoding: "name=" and a variable with the plain text.
func (k *call) curlURL(u *url.URL, secrets *variables) (text string, hiddenQuery []string) {
	redact := k.client.Redactor()
	base := *u
	base.RawQuery = ""
	var shown []string
	for pair := range strings.SplitSeq(u.RawQuery, "&") {
		name, value, _ := strings.Cut(pair, "=")
		decoded, err := url.QueryUnescape(value)
		plain, bad := url.QueryUnescape(name)
		if err != nil || bad != nil || redact.Value(plain, decoded) == decoded {
			shown = append(shown, pair)
			continue
		}
		hiddenQuery = append(hiddenQuery, shell.SingleQuote(name+"=")+`"$`+secrets.name(plain)+`"`)
	}
	text = redact.URL(&base)
	if query := strings.Join(shown, "&"); query != "" {
		text += "?" + query
	}
	return shell.Quote(text), hiddenQuery
}

// curlMethod omits the method if it is curl's default.
func (k *call) curlMethod(req *http.Request) []string {
	var parts []string
	if strings.ContainsAny(req.URL.String(), "[]{}") {
		parts = append(parts, "--globoff")
	}
	switch req.Method {
	case http.MethodGet:
		if req.ContentLength == 0 {
			return parts
		}
	case http.MethodHead:
		return append(parts, "--head")
	}
	return append(parts, "-X", req.Method)
}

// readsToken reports whether the call carries a token, or would, that is not typed
// as a header on the command line.
func (k *call) readsToken(req *http.Request, prepared *client.Call) bool {
	sent := req.Header.Get("Authorization")
	if prepared.Token != nil {
		return sent == "Bearer "+prepared.Bearer()
	}
	return sent == "" && k.op.Security == openapi.Required
}

func curlData(req *http.Request, payload *body.Body, form bool) ([]string, error) {
	if form {
		return curlForm(payload.Parts), nil
	}
	text, err := sentBody(payload, req)
	if err != nil || text == "" {
		return nil, err
	}
	if strings.ContainsRune(text, 0) {
		return nil, failure.New(failure.Usage, "--curl cannot show a body with NUL bytes: no shell can pass them on").
			Hintf("--dry-run shows the request")
	}
	if strings.HasPrefix(text, "@") {
		return []string{"--data-raw " + shell.Quote(text)}, nil // otherwise curl looks for a file
	}
	return []string{"--data-binary " + shell.Quote(text)}, nil
}

func curlForm(parts []body.Part) []string {
	var lines []string
	for _, part := range parts {
		switch {
		case part.File != "":
			value := `@"` + curlEscape(part.File) + `";filename="` + curlEscape(filepath.Base(part.File)) + `";type=` + body.MediaTypeOf(part.File)
			lines = append(lines, "-F "+shell.Quote(part.Name+"="+value))
		case part.MediaType != "":
			lines = append(lines, "-F "+shell.Quote(part.Name+`="`+curlEscape(part.Text)+`";type=`+part.MediaType))
		default:
			lines = append(lines, "--form-string "+shell.Quote(part.Name+"="+part.Text))
		}
	}
	return lines
}

// curlEscape escapes text for curl's double quotes.
func curlEscape(text string) string {
	return strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(text)
}

// printSkeleton prints a body that the operation accepts: the one of its example, or
// one with every property. Nothing is sent.
func (c *Command) printSkeleton(api *openapi.API, op *openapi.Operation) error {
	kind := c.flags.Print.Skeleton
	if kind != cmdutil.MinimalSkeleton && kind != cmdutil.FullSkeleton {
		return failure.New(failure.Usage, "invalid --skeleton=%s", kind).
			Hintf("--skeleton prints a minimal body, --skeleton=full every property")
	}
	if op.Body == nil {
		return failure.New(failure.Usage, "%s does not accept a request body", op.ID).
			Hintf("\"epilot %s %s --help\" shows what it takes", c.api, shell.Quote(c.id))
	}
	if openapi.JSON(op.Body.Contents) == nil {
		return failure.New(failure.Usage, "%s does not accept a JSON body", op.ID).
			Hintf("it takes %s, such as: %s", op.Body.Contents[0].MediaType, help.Example(api, op))
	}
	form, err := c.flags.Output.Form(c.f.Flags.JSON)
	if err != nil {
		return err
	}
	body := help.Body(op, kind == cmdutil.FullSkeleton)
	return c.f.Out.Result(context.Background(), json.RawMessage(body), output.ResponseOptions{Operation: op, Form: form})
}
