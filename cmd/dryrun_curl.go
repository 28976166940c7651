package cmd

import (
	"net/http"
	"path/filepath"
	"slices"
	"strings"

	"github.com/epilot-cli/epilot/internal/body"
	"github.com/epilot-cli/epilot/internal/call"
	"github.com/epilot-cli/epilot/internal/failure"
	"github.com/epilot-cli/epilot/internal/fields"
	"github.com/epilot-cli/epilot/internal/manual"
	"github.com/epilot-cli/epilot/internal/operation"
)

// curl is the request as a command for a POSIX shell. The token is read from
// the environment when it runs; other secrets are masked.
func (a *answer) curl(req *http.Request, planned *call.Call) (string, error) {
	lines := []string{"curl " + strings.Join(append(a.curlMethod(req), manual.Quote(a.redact.URL(req.URL))), " ")}
	if a.readsToken(req, planned) {
		lines = append(lines, `-H "Authorization: Bearer $EPILOT_TOKEN"`)
		req.Header.Del("Authorization")
	}
	form := planned.Body != nil && strings.HasPrefix(planned.Body.MediaType, "multipart/") && len(planned.Body.Parts) > 0
	header := flat(a.redact.Header(req.Header))
	for _, name := range sortedNames(header) {
		if !form || name != "Content-Type" {
			lines = append(lines, "-H "+manual.Quote(name+": "+header[name]))
		}
	}
	if slices.Contains(mapValues(header), "***") {
		a.options.app.warn("secret headers are masked; put them in yourself")
	}
	data, err := curlData(req, planned.Body, form)
	if err != nil {
		return "", err
	}
	return strings.Join(append(lines, data...), " \\\n  ") + "\n", nil
}

func mapValues(m map[string]string) []string {
	var values []string
	for _, value := range m {
		values = append(values, value)
	}
	return values
}

// curlMethod leaves out what curl does by itself.
func (a *answer) curlMethod(req *http.Request) []string {
	var words []string
	if strings.ContainsAny(req.URL.String(), "[]{}") {
		words = append(words, "--globoff")
	}
	switch req.Method {
	case http.MethodGet:
		if req.ContentLength == 0 {
			return words
		}
	case http.MethodHead:
		return append(words, "--head")
	}
	return append(words, "-X", req.Method)
}

// readsToken tells that the call carries a token that the line does not type as
// a header, or would carry one.
func (a *answer) readsToken(req *http.Request, planned *call.Call) bool {
	sent := req.Header.Get("Authorization")
	if planned.Token != "" {
		return sent == "Bearer "+planned.Token
	}
	return sent == "" && a.op.Security == operation.Required
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
		return []string{"--data-raw " + manual.Quote(text)}, nil // else curl looks for a file
	}
	return []string{"--data-binary " + manual.Quote(text)}, nil
}

func curlForm(parts []fields.Part) []string {
	var lines []string
	for _, part := range parts {
		switch {
		case part.File != "":
			value := `@"` + curlEscape(part.File) + `";filename="` + curlEscape(filepath.Base(part.File)) + `";type=` + body.MediaTypeOf(part.File)
			lines = append(lines, "-F "+manual.Quote(part.Name+"="+value))
		case part.MediaType != "":
			lines = append(lines, "-F "+manual.Quote(part.Name+`="`+curlEscape(part.Text)+`";type=`+part.MediaType))
		default:
			lines = append(lines, "--form-string "+manual.Quote(part.Name+"="+part.Text))
		}
	}
	return lines
}

// curlEscape is for text in curl's own double quotes.
func curlEscape(text string) string {
	return strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(text)
}
