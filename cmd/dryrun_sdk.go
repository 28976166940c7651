package cmd

import (
	"fmt"
	"path/filepath"
	"strings"

	"github.com/epilot-cli/epilot/internal/call"
	"github.com/epilot-cli/epilot/internal/fields"
	"github.com/epilot-cli/epilot/internal/operation"
)

// javaScript is the call as a module that uses epilot's SDK.
func (a *answer) javaScript(planned *call.Call) (string, error) {
	var code strings.Builder
	setUp, arguments, err := a.jsArguments(planned)
	if err != nil {
		return "", err
	}
	code.WriteString("import { epilot } from '@epilot/sdk'\n" + setUp[0] + "\n")
	if a.op.Security != operation.Public {
		code.WriteString("epilot.authorize(() => process.env.EPILOT_TOKEN)\n")
	}
	code.WriteString(setUp[1])
	name := jsMember(camel(a.options.api)) + jsMember(a.op.ID)
	fmt.Fprintf(&code, "const { data } = await epilot%s(%s)\n", name, layOut(arguments))
	return code.String(), nil
}

// jsArguments are the arguments of the call: parameters, body, and what else
// the line adds. setUp is what must stand in front, imports and statements.
func (a *answer) jsArguments(planned *call.Call) (setUp [2]string, arguments []string, err error) {
	var members []string
	for _, value := range planned.Params.Values() {
		members = append(members, jsKey(value.Name)+": "+jsValue([]byte(value.JSON), "  "))
	}
	arguments = []string{jsObject(members, ",")}
	if planned.Body != nil && len(planned.Body.Parts) > 0 {
		setUp[0], setUp[1] = jsForm(planned.Body.Parts)
		arguments = append(arguments, "form")
	} else if planned.Body != nil {
		arguments = append(arguments, jsBody(planned.Body.MediaType, planned.Body.Bytes))
	}
	if config := a.jsConfig(); config != "" {
		if len(arguments) == 1 {
			arguments = append(arguments, "null")
		}
		arguments = append(arguments, config)
	}
	for i, text := range arguments {
		if text == "" {
			arguments[i] = "null"
		}
	}
	return setUp, arguments, nil
}

// layOut writes the arguments as epilot's documentation does.
func layOut(arguments []string) string {
	if len(arguments) == 1 && arguments[0] == "null" {
		return ""
	}
	if len(arguments) == 1 {
		return arguments[0]
	}
	var text strings.Builder
	for _, argument := range arguments {
		text.WriteString("\n  " + strings.ReplaceAll(argument, "\n", "\n  ") + ",")
	}
	return text.String() + "\n"
}

func jsBody(mediaType string, text []byte) string {
	if operation.IsJSON(mediaType) {
		return jsValue(text, "")
	}
	return jsString(string(text))
}

// jsConfig has the headers and query parameters that no definition knows.
func (a *answer) jsConfig() string {
	var headers, queries, members []string
	for _, line := range a.options.typedHeaders() {
		name, value, _ := strings.Cut(line, ":")
		name = strings.TrimSpace(name)
		headers = append(headers, jsKey(name)+": "+jsString(a.redact.Value(name, strings.TrimSpace(value))))
	}
	for _, pair := range a.options.queries {
		name, value, _ := strings.Cut(pair, "=")
		queries = append(queries, jsKey(name)+": "+jsString(a.redact.Value(name, value)))
	}
	if len(headers) > 0 {
		members = append(members, "headers: { "+strings.Join(headers, ", ")+" }")
	}
	if len(queries) > 0 {
		members = append(members, "params: { "+strings.Join(queries, ", ")+" }")
	}
	return jsObject(members, "")
}

// jsForm builds a form in front of the call.
func jsForm(parts []fields.Part) (imports, statements string) {
	statements = "const form = new FormData()\n"
	for _, part := range parts {
		value := jsString(part.Text)
		if part.File != "" {
			imports = "import { openAsBlob } from 'node:fs'\n"
			value = "await openAsBlob(" + jsString(part.File) + "), " + jsString(filepath.Base(part.File))
		}
		statements += "form.append(" + jsString(part.Name) + ", " + value + ")\n"
	}
	return imports, statements
}
