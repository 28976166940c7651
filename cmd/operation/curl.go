package operation

import (
	"maps"
	"net/http"
	"net/url"
	"path/filepath"
	"slices"
	"strings"

	"github.com/epilot-cli/epilot/internal/client"
	"github.com/epilot-cli/epilot/internal/failure"
	"github.com/epilot-cli/epilot/internal/openapi"
	"github.com/epilot-cli/epilot/internal/openapi/body"
	"github.com/epilot-cli/epilot/internal/output"
	"github.com/epilot-cli/epilot/internal/shell"
)

// curl is the request as a command for a POSIX shell. Secrets are read from
// variables when it runs.
func (k *call) curl(req *http.Request, prepared *client.Call) (string, error) {
	var secrets variables
	target, hiddenQuery := k.curlURL(req.URL, &secrets)
	lines := []string{"curl " + strings.Join(append(k.curlMethod(req), target), " ")}
	if k.readsToken(req, prepared) {
		lines = append(lines, `-H "Authorization: Bearer $EPILOT_TOKEN"`)
		req.Header.Del("Authorization")
	}
	form := prepared.Body != nil && strings.HasPrefix(prepared.Body.MediaType, "multipart/") && len(prepared.Body.Parts) > 0
	header := output.FlatHeader(req.Header)
	for _, name := range slices.Sorted(maps.Keys(header)) {
		if !form || name != "Content-Type" {
			shown := k.client.Redactor().Value(name, header[name])
			lines = append(lines, "-H "+secrets.shell(name, name+": "+header[name], name+": "+shown))
		}
	}
	secrets.warn(k.f.Out)
	data, err := curlData(req, prepared.Body, form)
	if err != nil {
		return "", err
	}
	queryFlag := "--url-query " // since curl 7.87; every curl has the other one, which takes no body
	if len(data) == 0 {
		queryFlag = "-G --data-urlencode "
	}
	for _, pair := range hiddenQuery {
		lines = append(lines, queryFlag+pair)
	}
	return strings.Join(append(lines, data...), " \\\n  ") + "\n", nil
}

// curlURL is the URL without the secrets of its query, and these as curl encodes
// them: "name=" and a variable that holds the plain text.
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

// curlMethod leaves out what curl does by itself.
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

// readsToken tells that the call carries a token that the line does not type as
// a header, or would carry one.
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
		return []string{"--data-raw " + shell.Quote(text)}, nil // else curl looks for a file
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

// curlEscape is for text in curl's own double quotes.
func curlEscape(text string) string {
	return strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(text)
}
